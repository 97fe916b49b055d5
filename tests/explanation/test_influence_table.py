import numpy as np
import pytest

from geoutils.explanation import influence_table, published_influence, ranked
from geoutils.explanation.bootstrap_median import (
    median_interval,
    resample_counts,
    weighted_medians,
)

NAMES = ("none", "tower", "road", "sky")


@pytest.fixture
def table():
    ci = np.array(
        [
            [np.nan, 3.0, 0.1, 1.0],
            [np.nan, 2.0, 0.3, np.nan],
            [np.nan, 1.0, 0.2, 1.4],
            [np.nan, np.nan, 0.5, 0.9],
            [np.nan, 9.0, np.nan, 9.0],
            [np.nan, 8.0, 8.0, 8.0],
        ]
    )
    distances = np.array([0.0, 24.9, 3.0, 25.0, 2500.0, np.nan])
    authors = np.array(["a", "b", "c", "a", "b", "c"])
    return influence_table(ci, distances, NAMES, authors, n_resamples=200)


def test_table_splits_by_distance_and_ranks_by_median(table):
    near = table[table["interval"] == "[0, 25) km"]
    assert near["concept"].tolist() == ["tower", "sky", "road"]
    assert near["n_photos"].tolist() == [3, 2, 3]
    np.testing.assert_allclose(near["median"], [2.0, 1.2, 0.2])
    np.testing.assert_allclose(near["mean"], [2.0, 1.2, 0.2])
    assert (near["low"] <= near["median"]).all() and (near["median"] <= near["high"]).all()
    far = table[table["interval"] != "[0, 25) km"]  # 25 km is the next interval, 2500 km is none
    assert far["interval"].unique().tolist() == ["[25, 750) km"]
    assert far["concept"].tolist() == ["sky", "road"]


def test_intervals_stay_in_order_from_near_to_far():
    ci = np.full((3, 4), 1.0)
    table = influence_table(ci, np.array([1000.0, 30.0, 2.0]), NAMES, np.array(["a", "b", "c"]))
    expected = ["[0, 25) km", "[25, 750) km", "[750, 2500) km"]
    assert table["interval"].unique().tolist() == expected
    assert ranked(table, min_photos=1).columns.get_level_values(0).unique().tolist() == expected


def test_table_refuses_names_that_do_not_fit():
    with pytest.raises(ValueError, match=r"ci: shape \(2, 4\), but .* and 3 names"):
        influence_table(np.ones((2, 4)), np.ones(2), NAMES[1:], np.array(["a", "b"]))


def test_ranked_shows_top_and_lowest_without_overlap(table):
    wide = ranked(table, n=10, min_photos=2)
    near = wide["[0, 25) km"]
    assert near.loc["top", "concept"].dropna().tolist() == ["tower", "sky"]
    assert near.loc["lowest", "concept"].dropna().tolist() == ["road"]
    assert near.loc[("top", 1), "|s|"] == 3 and near.loc[("top", 1), "mean"] == 2
    median = near.loc[("top", 1), "median"]
    assert median.startswith("2.00 [") and median.endswith("3.00]")
    short = ranked(table, n=1, min_photos=3)["[0, 25) km"]
    assert short.loc["top", "concept"].tolist() == ["tower"]
    assert short.loc["lowest", "concept"].tolist() == ["road"]
    assert ranked(table, min_photos=50).empty


def test_ranked_gives_no_interval_to_a_single_photo():
    ci = np.array([[np.nan, 1.5, np.nan, np.nan]])
    wide = ranked(influence_table(ci, np.array([1.0]), NAMES, np.array(["a"])), min_photos=1)
    assert wide["[0, 25) km"].loc[("top", 1), "median"] == "1.50"


def test_weighted_medians_equal_numpys():
    rng = np.random.default_rng(0)
    values = rng.integers(6, size=11).astype(float)
    counts = rng.integers(3, size=(40, 11))
    counts[7] = 0
    expected = [np.median(np.repeat(values, row)) for row in counts if row.any()]
    np.testing.assert_array_equal(weighted_medians(values, counts), expected)


def test_bootstrap_draws_whole_authors():
    authors = np.array(["a", "b", "a", "c", "b", "a"])
    counts = resample_counts(authors, 500, seed=1)
    np.testing.assert_array_equal(counts[:, 0], counts[:, 2])
    np.testing.assert_array_equal(counts[:, 1], counts[:, 4])
    np.testing.assert_array_equal(counts[:, [0, 1, 3]].sum(axis=1), 3)
    assert abs(counts[:, 3].mean() - 1) < 0.1


def test_median_interval_covers_and_knows_its_limits():
    rng = np.random.default_rng(2)
    hits = 0
    for trial in range(100):
        values = rng.normal(size=60)
        low, high = median_interval(values, resample_counts(np.arange(60), 300, seed=trial))
        hits += low <= 0 <= high
    assert 88 <= hits <= 100
    counts = resample_counts(np.array(["a", "b"]), 50, seed=0)
    assert np.isnan(median_interval(np.array([np.nan, 2.0]), counts)).all()
    assert np.isnan(median_interval(np.array([np.nan, np.nan]), counts)).all()
    counts = resample_counts(np.array(["a", "a", "b"]), 50, seed=0)
    assert np.isnan(median_interval(np.array([1.0, 2.0, np.nan]), counts)).all()  # all by one
    assert not np.isnan(median_interval(np.array([1.0, 2.0, 3.0]), counts)).any()
    with pytest.raises(ValueError, match="groups: no photos"):
        resample_counts(np.array([]), 5, seed=0)


def test_published_table_is_the_papers():
    # Theiner et al., Table 3: ten highest and ten lowest concepts of three intervals.
    table = published_influence()
    assert len(table) == 60 and (table.groupby("interval").size() == 20).all()
    tower = table.iloc[0]
    assert (tower["concept"], tower["n_photos"], tower["median"]) == ("tower", 58, 1.51)
    assert (table["n_photos"] >= 50).all()
    for _, rows in table.groupby("interval"):
        assert (rows["median"].diff().dropna() <= 0).all()
