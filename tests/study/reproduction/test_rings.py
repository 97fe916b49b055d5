from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation import RADII_KM, accuracy_at
from geoutils.study.reproduction.rings import FILE, accuracies, paired_moves, rings

ROOT = Path(__file__).parents[3]


def run(seed, methods=("f", "f_star"), n=600):
    """A table of rings by chance: authors of six photos each, resembling one another."""
    rng = np.random.default_rng(seed)
    author = np.arange(n) // 6
    skill = rng.normal(0, 1, n)
    found = {"photo": [f"p{k}" for k in range(n)], "author": author.astype(str)}
    for name in methods:
        km = np.exp(5 + skill + rng.normal(0, 2, n))
        found[name] = rings(km)
    return pd.DataFrame(found)


def test_rings_keep_every_accuracy():
    distances_km = np.random.default_rng(0).exponential(600, 500)
    distances_km[:6] = [0, 1, 25, 200, 2500, np.inf]
    table = pd.DataFrame({"f": rings(distances_km)})
    np.testing.assert_array_equal(accuracies(table, "f"), accuracy_at(distances_km))


def test_the_same_run_has_not_moved():
    assert paired_moves(run(0), run(0))[0] == []


def test_a_few_photos_move_by_chance_and_a_worse_model_beyond_it():
    before = run(0)
    noisy, worse = before.copy(), before.copy()
    some = np.random.default_rng(1).choice(len(before), 30, replace=False)
    noisy.loc[some, "f"] = np.random.default_rng(2).permutation(before.loc[some, "f"])
    moves, _ = paired_moves(before, noisy)
    assert moves and not any(move.beyond for move in moves)
    worse["f"] = np.minimum(before["f"] + (np.arange(len(before)) % 4 == 0), len(RADII_KM))
    moves, limit = paired_moves(before, worse)
    assert 1.96 < limit < 5
    assert sum(move.beyond for move in moves) >= 3 and len(moves) == len(RADII_KM)
    assert {move.where.split()[0] for move in moves} == {"f"}


def trained_again(table, rng):
    """The same skill by other chance: the rings of three photos in ten change places."""
    table = table.copy()
    for name in ("f", "f_star"):
        some = np.flatnonzero(rng.random(len(table)) < 0.3)
        table.loc[some, name] = table[name].to_numpy()[rng.permutation(some)]
    return table


def test_chance_calls_few_runs_moved():
    """Of 40 pairs of models of equal skill about 2 are called different."""
    base, rng = run(0), np.random.default_rng(3)
    called = 0
    for _ in range(40):
        moves, _ = paired_moves(trained_again(base, rng), trained_again(base, rng))
        called += any(move.beyond for move in moves)
    assert called <= 6


def test_photos_and_methods_that_are_gone_are_told():
    before = run(0)
    moves, _ = paired_moves(before, before.iloc[:-6].drop(columns="f").assign(new=0))
    assert [(move.where, move.beyond) for move in moves[:3]] == [
        *(("f", True), ("new", True), ("photos", True))
    ]
    with pytest.raises(ValueError, match="no test photo in common"):
        paired_moves(before, before.assign(photo="other"))


def test_one_author_says_nothing_of_chance():
    before = run(0).assign(author="ann")
    after = before.assign(f=5)
    assert not any(move.beyond for move in paired_moves(before, after)[0])


def test_the_committed_rings_are_those_of_the_committed_table():
    """After a new run of the default study: python -m geoutils.study.check_results --record."""
    results = ROOT / "results" / "default"
    table = pd.read_parquet(results / FILE)
    committed = pd.read_csv(results / "tables" / "04_methods.csv").set_index("method")
    columns = [f"a_{radius}" for radius in RADII_KM]
    for name in committed.index.intersection(table.columns):
        expected = committed.loc[name, columns].to_numpy(dtype=float)
        np.testing.assert_allclose(accuracies(table, name), expected, atol=1e-12, err_msg=name)
    assert len(committed.index.intersection(table.columns)) >= 40
    assert (results / FILE).stat().st_size < 300_000
