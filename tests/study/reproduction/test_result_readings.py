import json

import numpy as np
import pytest
from scipy.stats import norm

from geoutils.study.reproduction.moves import equal_moves, widening_for, within_moves
from geoutils.study.reproduction.reading import Reading, read_cell, readings
from geoutils.study.reproduction.standing import EQUAL, PAIRED, WITHIN, standing


@pytest.fixture
def written(tmp_path):
    def write(text, name="table.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("35.1 [32.0, 38.3]", (35.1, 32.0, 38.3)),
        ("(-0.2 [-0.5, 0.1])", (-0.2, -0.5, 0.1)),
        ("3.9 [1.9, 4.1] %", (3.9, 1.9, 4.1)),
        ("+2.1", (2.1, None, None)),
        ("5,637", (5637.0, None, None)),
        ("s2(M) f*", (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_cells_as_the_study_writes_them(text, expected):
    cell = read_cell(text)
    assert (cell.value, cell.low, cell.high) == expected


def test_intervals_stand_in_columns_of_their_own(written):
    path = written(
        "method,a_1,a_1_low,a_1_high,median,low,high,seconds,verdict\n"
        "f,0.1,0.05,0.15,600,500,700,3.2,holds\n"
    )
    assert readings(path, by_position=False) == {
        "f | method": Reading("f"),
        "f | a_1": Reading("0.1", 0.1, 0.05, 0.15),
        "f | median": Reading("600", 600.0, 500.0, 700.0),
        "f | verdict": Reading("holds"),
    }


def test_rows_are_known_by_their_words_whatever_their_order(written):
    old = readings(written("head,radius_km,hit\na,1,2\na,25,3\nb,1,4\n"), by_position=False)
    new = readings(written("head,radius_km,hit\nb,1,4\na,25,3\na,1,2\n"), by_position=False)
    assert old == new and len(old) == 9
    assert readings(written("x,y\n1,2\n1,3\n"), by_position=False).keys() == {
        *(" | x", " | y", " (2) | x", " (2) | y")
    }


def test_json_is_read_to_its_leaves_without_the_machine_and_the_prose(written):
    contents = {"answer": "35 %", "numbers": {"a_1": 0.1, "a_1_low": 0.05, "a_1_high": 0.2}}
    contents["numbers"] |= {"seconds": 3, "levels": ["coarse", 5]}
    found = readings(written(json.dumps(contents), "answer.json"), by_position=True)
    assert found == {
        "numbers.a_1": Reading("0.1", 0.1, 0.05, 0.2),
        "numbers.levels.0": Reading("coarse"),
        "numbers.levels.1": Reading("5", 5.0),
    }


def test_equal_forgives_the_last_digits_alone():
    before = {"x": read_cell("0.1"), "y": read_cell("3"), "gone": read_cell("1")}
    after = {"x": read_cell("0.10000000000000002"), "y": read_cell("3.00001")}
    moves = equal_moves("t.csv", before, after | {"new": read_cell("2")})
    assert [(move.where, move.before, move.after) for move in moves] == [
        ("y", "3", "3.00001"),
        ("gone", "1", "nothing"),
        ("new", "nothing", "2"),
    ]
    assert all(move.beyond for move in moves)


def test_trained_numbers_are_judged_by_either_interval():
    before = {name: Reading("5", 5.0, 4.0, 6.0) for name in "abcd"} | {"words": read_cell("holds")}
    after = {
        "a": Reading("5.9", 5.9, 5.8, 6.0),  # within the first one's
        "b": Reading("8", 8.0, 4.0, 12.0),  # holds the first one
        "c": Reading("8", 8.0, 7.0, 9.0),
        "d": Reading("5", 5.0, 4.5, 5.5),  # the same
        "words": read_cell("undecided"),
    }
    beyond = {move.where: move.beyond for move in within_moves("t.csv", before, after, 1.0)}
    assert beyond == {"a": False, "b": False, "c": True, "words": False}
    assert not within_moves("t.csv", before, {**after, "c": after["c"]}, 3.1)[2].beyond


def test_without_an_interval_nothing_is_judged():
    before, after = {"x": Reading("1", 1.0, np.nan, np.nan)}, {"x": read_cell("100")}
    (move,) = within_moves("t.csv", before, after, 1.0)
    assert not move.beyond


def test_widened_intervals_hold_together():
    """Of 200 independent estimates all lie inside in 95 of 100 runs."""
    widened = widening_for(200) * norm.isf(0.025)
    drawn = np.abs(np.random.default_rng(0).standard_normal((4000, 200))).max(axis=1)
    assert (drawn < widened).mean() == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    ("file", "how"),
    [
        ("tables/02_partitions.csv", EQUAL),
        ("answers/09_dataset_geography.json", EQUAL),
        ("tables/04_methods.csv", PAIRED),
        ("tables/04_cells.csv", WITHIN),
        ("tables/08_agreement.csv", WITHIN),
        ("tables/10_semp.csv", EQUAL),
    ],
)
def test_every_file_stands_somewhere(file, how):
    assert standing(file) == how
    assert standing(file, own_sweeps=True) == (WITHIN if "10_" in file else how)
