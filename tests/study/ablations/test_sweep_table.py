import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation import RADII_KM, accuracy_at, bootstrap_accuracy, paired_bootstrap
from geoutils.study.ablations import Variant, sweep_table

AUTHORS = np.array([f"a{number % 9}" for number in range(60)])


def result(seed, answers=("",), scale=1.0, **measures):
    rng = np.random.default_rng(seed)
    tables = [
        pd.DataFrame(
            {
                "photo": [f"p{number}" for number in range(60)],
                "distance_km": scale * 10 ** rng.uniform(-1, 4.2, 60),
                "answer": answer,
                **measures,
            }
        )
        for answer in answers
    ]
    return pd.concat(tables, ignore_index=True)


def variant(name, seed=0, **options):
    return Variant("toy", name, seed, lambda folder: pd.DataFrame(), **options)


def distances(table, answer=""):
    return table.loc[table["answer"] == answer, "distance_km"].to_numpy()


def columns(row, letter, ending=""):
    return row[[f"{letter}_{radius}{ending}" for radius in RADII_KM]].to_numpy(float)


def test_one_seed_is_scored_as_by_bootstrap_accuracy():
    found = result(1)
    row = sweep_table([(variant("one"), found)], AUTHORS).iloc[0]
    expected = bootstrap_accuracy(distances(found), AUTHORS)
    np.testing.assert_allclose(columns(row, "a"), expected.estimate)
    np.testing.assert_allclose(columns(row, "a", "_low"), expected.low)
    np.testing.assert_allclose(columns(row, "a", "_high"), expected.high)
    assert np.isnan(columns(row, "a", "_seed_sd")).all()
    assert (row["n_seeds"], row["n_photos"], row["reference"]) == (1, 60, "")
    assert np.isnan(columns(row, "d")).all()


def test_seeds_are_averaged_and_their_spread_is_told():
    found = [result(seed) for seed in range(3)]
    pairs = [(variant("one", seed), table) for seed, table in enumerate(found)]
    row = sweep_table(pairs, AUTHORS).iloc[0]
    by_seed = np.stack([accuracy_at(distances(table)) for table in found])
    np.testing.assert_allclose(columns(row, "a"), by_seed.mean(axis=0))
    np.testing.assert_allclose(columns(row, "a", "_seed_sd"), by_seed.std(axis=0, ddof=1))
    low, high = columns(row, "a", "_low"), columns(row, "a", "_high")
    assert (low <= columns(row, "a")).all() and (columns(row, "a") <= high).all()
    assert row["n_seeds"] == 3


def test_differences_are_paired_with_the_reference_and_within_the_variant():
    pairs = [
        (variant("a"), result(1, ("f", "f*"))),
        (variant("b", is_reference=True), result(2, ("f", "f*"))),
        (variant("c"), result(3, ("f", "other"))),
    ]
    table = sweep_table(pairs, AUTHORS)
    assert table["reference"].tolist() == ["b, f", "b, f*", "", "", "b, f", "b, f"]
    found = {pair[0].name: pair[1] for pair in pairs}
    a, b = distances(found["a"], "f*"), distances(found["b"], "f*")
    np.testing.assert_allclose(
        columns(table.iloc[1], "d", "_low"), paired_bootstrap(a, b, AUTHORS).low
    )
    expected = accuracy_at(a) - accuracy_at(distances(found["a"], "f"))
    np.testing.assert_allclose(columns(table.iloc[1], "w"), expected, atol=1e-12)
    assert np.isnan(columns(table.iloc[0], "w")).all()
    other, first = distances(found["c"], "other"), distances(found["b"], "f")
    expected = accuracy_at(other) - accuracy_at(first)  # the reference has no such answer
    np.testing.assert_allclose(columns(table.iloc[5], "d"), expected, atol=1e-12)


def test_a_variant_stands_in_each_question_under_its_own_name():
    pairs = [
        (variant("default", shown_in={"depth": "8", "scenes": "16"}, is_reference=True), result(1)),
        (variant("shallow", shown_in={"depth": "3"}), result(2)),
        (variant("no_scenes", shown_in={"scenes": "none"}), result(3)),
    ]
    table = sweep_table(pairs, AUTHORS)
    named = list(zip(table["question"], table["variant"], table["reference"], strict=True))
    assert named == [
        ("depth", "8", ""),
        ("depth", "3", "8"),
        ("scenes", "16", ""),
        ("scenes", "none", "16"),
    ]


def test_measures_have_intervals_only_where_photos_differ():
    right = np.where(np.arange(60) % 3 == 0, np.nan, np.arange(60) % 2)
    found = result(1, parameters=2_500_000, seconds=3.0, right_cell=right)
    row = sweep_table([(variant("one"), found)], AUTHORS).iloc[0]
    assert (row["parameters_millions"], row["seconds"]) == (2.5, 3.0)
    assert row["right_cell"] == pytest.approx(np.nanmean(right))
    assert row["right_cell_low"] < row["right_cell"] < row["right_cell_high"]
    assert "seconds_low" not in row


def test_a_missing_prediction_counts_as_wrong():
    found = result(1).assign(distance_km=np.inf)
    row = sweep_table([(variant("one"), found)], AUTHORS).iloc[0]
    assert (columns(row, "a") == 0).all() and row["median_km"] == np.inf


def test_a_variant_that_could_not_be_run_has_a_row_without_scores():
    pairs = [
        (variant("one"), result(1)),
        (variant("none", shown_in={"": "365 (no labels)"}), result(2).assign(distance_km=np.nan)),
    ]
    row = sweep_table(pairs, AUTHORS).iloc[1]
    assert (row["variant"], row["n_seeds"]) == ("365 (no labels)", 1)
    assert np.isnan(columns(row, "a")).all() and np.isnan(columns(row, "d", "_low")).all()
