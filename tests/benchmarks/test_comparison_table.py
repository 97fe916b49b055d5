import pandas as pd
import pytest
from comparison import Comparison, compared
from comparison_table import (
    BEGIN,
    END,
    printed,
    read,
    readme_table,
    rows_of,
    save,
    table_of,
    write_readme,
)


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
    assert readme_table(again) == readme_table(found)
    assert list(again["met"]) == ["yes", "yes", "yes", "", "no"]
    assert list(pd.read_csv(tmp_path / "table.csv").columns) == list(found.columns)


def test_the_readme_groups_by_peer_and_aim(found):
    lines = readme_table(found).splitlines()
    assert lines[2:6] == [
        "| S2 cells: ids, parents | s2sphere (s2sphere 0.2.5) | 40 to 90 × | ≥ 30 × | yes |",
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
    assert "| scores: time | matrices (torch) | 4 to 6 × | ≥ 5 × | no |" in readme_table(table)
    assert "batch of 256" in printed(table)


def test_the_readme_is_changed_between_its_markers_alone(found, tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_readme(found, path)
    write_readme(found, path)
    assert path.read_text() == f"before\n{BEGIN}\n{readme_table(found)}\n{END}\nafter\n"


def test_a_readme_without_markers_is_left_alone(found, tmp_path):
    path = tmp_path / "README.md"
    path.write_text("nothing here\n")
    with pytest.raises(ValueError, match="lacks the markers"):
        write_readme(found, path)
    assert path.read_text() == "nothing here\n"
