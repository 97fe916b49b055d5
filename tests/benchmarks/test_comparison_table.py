import pandas as pd
import pytest
from comparison import Comparison, compared
from comparison_table import (
    BEGIN,
    END,
    HIGHLIGHTS,
    full_table,
    printed,
    read,
    rows_of,
    save,
    short_table,
    table_of,
    write_table,
)
from run_all import TOPICS


@pytest.fixture
def rows():
    return [
        compared("ids", [1], [40], "s2sphere", "s2sphere 0.2.5", aim=30),
        compared("parents", [1], [90], "s2sphere", "s2sphere 0.2.5", aim=30),
        compared("ids", [1], [20], "s2-py", "s2-py 0.12.0", aim=5),
        compared("areas", [1], [0.5], "s2-py", "s2-py 0.12.0"),
        Comparison("ids", "s2cell", missing="not installed"),
    ]


@pytest.fixture
def found(rows):
    return table_of(rows, "S2 cells").assign(machine="2 cores", date="2026-11-21")


def test_a_saved_table_is_read_as_it_was(found, rows, tmp_path):
    save(found, tmp_path / "table.csv")
    again = read(tmp_path / "table.csv")
    assert rows_of(again) == rows == rows_of(found)
    assert full_table(again) == full_table(found)
    assert list(again["met"]) == ["yes", "yes", "yes", "", "no"]
    assert list(pd.read_csv(tmp_path / "table.csv").columns) == list(found.columns)


def test_the_table_groups_by_peer_and_aim(found):
    lines = full_table(found).splitlines()
    assert lines[2:6] == [
        "| S2 cells: ids; parents | s2sphere (s2sphere 0.2.5) | 40 to 90 × | ≥ 30 × | yes |",
        "| S2 cells: ids | s2-py (s2-py 0.12.0) | 20 × | ≥ 5 × | yes |",
        "| S2 cells: areas | s2-py (s2-py 0.12.0) | 0.5 × |  |  |",
        "| S2 cells: ids | s2cell | not installed |  | no |",
    ]
    assert lines[-1] == "*2 cores; 2026-11-21.*"


def test_details_stay_in_the_file():
    rows = [
        compared(f"time: batch of {batch}", [1], [gain], "matrices", "torch", aim=5)
        for batch, gain in ((32, 6), (256, 4))
    ]
    table = table_of(rows, "scores").assign(machine="", date="")
    assert "| scores: time | matrices (torch) | 4 to 6 × | ≥ 5 × | no |" in full_table(table)
    assert "batch of 256" in printed(table)


def test_the_short_table_has_the_first_aim_of_a_topic_and_tells_what_is_missed(rows):
    loop = [compared("resamples", [1], [2], "loop", "numpy", limit=0.5)]
    tables = [table_of(loop, "bootstrap"), table_of(loop, "other"), table_of(rows, "S2 cells")]
    lines = short_table(pd.concat(tables).assign(machine="", date="")).splitlines()
    assert [line.split(" | ")[:2] for line in lines[2:-2]] == [
        ["| S2 cells: ids; parents", "s2sphere (s2sphere 0.2.5)"],
        ["| bootstrap: resamples", "loop (numpy)"],
    ]
    missed = "bootstrap: resamples; other: resamples; S2 cells: ids"
    assert lines[-1] == f"*2 of 5 aims are met; missed: {missed}.*"


def test_highlights_are_topics():
    assert set(HIGHLIGHTS) < set(TOPICS.values())


def test_a_page_is_changed_between_its_markers_alone(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_table("| new |", path)
    write_table("| newer |", path)
    assert path.read_text() == f"before\n{BEGIN}\n| newer |\n{END}\nafter\n"


def test_a_page_without_markers_is_left_alone(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("nothing here\n")
    with pytest.raises(ValueError, match="lacks the markers"):
        write_table("| new |", path)
    assert path.read_text() == "nothing here\n"
