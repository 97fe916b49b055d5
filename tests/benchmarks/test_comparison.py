import json

import pytest
from comparison import (
    HANDED_OVER,
    Comparison,
    as_text,
    compared,
    handed_over,
    in_turn,
    installed,
    report,
    with_unit,
)


def test_ratio_is_the_median_of_the_turns():
    row = compared("sums", [1, 2, 4], [10, 10, 10], "loop", "Python 3")
    assert (row.ours, row.theirs, row.ratio) == (2, 10, 5)
    assert row.low < 5 < row.high and row.met == ""


def test_a_peer_may_have_had_one_turn():
    row = compared("sums", [1, 2, 4], [8], "loop", "Python 3")
    assert row.ratio == 4


def test_more_of_a_rate_is_better():
    row = compared("reading", [300], [100], "loop", "Python 3", "photos/s", limit=200)
    assert row.ratio == 3 and row.met == "yes"
    assert compared("reading", [150], [100], "loop", "", "photos/s", limit=200).met == "no"


@pytest.mark.parametrize(
    ("aim", "limit", "met"),
    [(None, None, ""), (2, None, "yes"), (2.1, None, "no"), (2, 1, "yes"), (2, 0.9, "no")],
)
def test_both_aim_and_limit_must_be_met(aim, limit, met):
    assert compared("sums", [1], [2], "loop", "", aim=aim, limit=limit).met == met


def test_what_is_missing_is_never_met():
    row = Comparison("ids", "s2cell", missing="not installed")
    assert row.met == "no" and "not installed" in row.told
    assert "not installed" in row.cells()


def test_turns_alternate():
    seen = []
    ticks = iter(range(100))
    seconds = in_turn(
        {"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}, 3, ticks.__next__
    )
    assert "".join(seen) == "ababab"
    assert seconds == {"a": [1, 1, 1], "b": [1, 1, 1]}


def test_rows_are_handed_over_as_they_are(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(HANDED_OVER, str(tmp_path / "rows"))
    rows = [compared("sums", [1], [2], "loop", "Python 3", aim=3), Comparison("ids", missing="no")]
    assert report(rows[:1]) == 1 and report([compared("sums", [1], [2], "loop", "")]) == 0
    assert handed_over(tmp_path / "rows")[0] == rows[0]
    assert len(handed_over(tmp_path / "rows")) == 2
    assert "≥ 3 ×" in capsys.readouterr().out
    assert handed_over(tmp_path / "never written") == []
    json.loads((tmp_path / "rows").read_text().splitlines()[0])


def test_nothing_is_handed_over_by_itself(monkeypatch, capsys):
    monkeypatch.delenv(HANDED_OVER, raising=False)
    assert report([compared("sums", [1], [2], "loop", "")]) == 0


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00125, "s", "1.25 ms"),
        (0.0000125, "s", "12.5 µs"),
        (12.345, "s", "12.3 s"),
        (1234567, "photos/s", "1,230,000 photos/s"),
        (0.5, "MB", "0.5 MB"),
    ],
)
def test_units(value, unit, text):
    assert with_unit(value, unit) == text


def test_versions():
    assert installed("numpy").startswith("numpy 2")
    assert installed("no-such-package-here") == ""


def test_columns_are_as_wide_as_they_need_to_be():
    assert as_text(("a", "b"), [("long", "1"), ("x", "2")]).splitlines()[2:] == [
        "long  1",
        "x     2",
    ]
