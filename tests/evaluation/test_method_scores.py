import numpy as np
import pytest

from geoutils.evaluation import RADII_KM, bootstrap_means, geoscore
from geoutils.evaluation.method_scores import (
    FARTHEST_KM,
    method_scores,
    scores_table,
    scores_text,
)
from geoutils.evaluation.resamples import Resamples


def distances(n=400, seed=0):
    rng = np.random.default_rng(seed)
    km = 10 ** rng.uniform(-1, 4.3, n)
    return np.where(rng.random(n) < 0.1, np.inf, km)


def authors(n=400, seed=1):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n) < 0.2, "", rng.integers(0, 50, n).astype(str))


def test_resamples_draw_as_many_authors_as_there_are():
    names = authors()
    resamples = Resamples.draw(400, names, 300)
    n_units = len(set(names) - {""}) + (names == "").sum()
    assert resamples.counts.shape == (300, n_units)
    assert (resamples.counts.sum(axis=1) == n_units).all()
    drawn = Resamples.draw(6, None, 20_000).counts
    np.testing.assert_allclose(drawn.mean(axis=0), 1, atol=0.03)
    np.testing.assert_allclose(drawn.var(axis=0), 5 / 6, atol=0.05)  # binomial(6, 1/6)


def test_sums_and_means_are_those_of_photos_repeated():
    names, columns = authors(60), np.random.default_rng(2).normal(size=(60, 3))
    resamples = Resamples.draw(60, names, 25)
    for k in range(25):
        rows = np.repeat(np.arange(60), resamples.counts[k][resamples.unit])
        np.testing.assert_allclose(resamples.sums(columns)[k], columns[rows].sum(axis=0))
        np.testing.assert_allclose(resamples.means(columns)[k], columns[rows].mean(axis=0))


@pytest.mark.parametrize("groups", [None, authors()])
def test_intervals_agree_with_the_other_bootstrap(groups):
    values = np.column_stack([distances() < 100, np.minimum(distances(), 2e4)]).astype(float)
    found = Resamples.draw(400, groups, 20_000).interval(values)
    expected = bootstrap_means(values, groups, 20_000, seed=3)
    np.testing.assert_allclose(found.estimate, expected.estimate)
    width = expected.high - expected.low
    assert (np.abs(found.low - expected.low) < 0.05 * width).all()
    assert (np.abs(found.high - expected.high) < 0.05 * width).all()


@pytest.mark.parametrize("groups", [None, authors(101)])
def test_medians_are_those_of_all_resamples_sorted(groups):
    values = np.stack([distances(101), distances(101, 5), np.full(101, 7.0)], axis=1)
    resamples = Resamples.draw(101, groups, 333)
    medians = []
    for counts in resamples.counts:
        rows = np.sort(np.repeat(values, counts[resamples.unit], axis=0), axis=0)
        medians.append(rows[(len(rows) - 1) // 2])
    ordered = np.sort(medians, axis=0)
    found = resamples.median(values)
    np.testing.assert_array_equal(found.estimate, np.sort(values, axis=0)[50])
    np.testing.assert_array_equal(found.low, ordered[int(np.ceil(0.025 * 333)) - 1])
    np.testing.assert_array_equal(found.high, ordered[int(np.ceil(0.975 * 333)) - 1])


def test_one_author_says_nothing_of_others():
    one = Resamples.draw(5, np.array(["a"] * 5), 10)
    values = np.arange(5.0)[:, None]
    for interval in (one.interval(values), one.median(values)):
        assert interval.estimate == 2 and np.isnan([interval.low, interval.high]).all()


def test_a_missing_guess_is_as_far_as_can_be_in_the_mean():
    km = np.array([0.5, 30.0, np.inf, np.inf])
    scores = method_scores({"ours": km}, Resamples.draw(4, None, 50))["ours"]
    np.testing.assert_allclose(scores["accuracy"].estimate, [0.25, 0.25, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(scores["mean_km"].estimate, (0.5 + 30 + 2 * FARTHEST_KM) / 4)
    np.testing.assert_allclose(scores["geoscore"].estimate, geoscore(km).mean())
    assert scores["median_km"].estimate == 30 and scores["median_km"].high == np.inf
    assert round(FARTHEST_KM) == 20_015


def test_a_guess_of_its_own_for_each_radius_has_accuracies_alone():
    columns = np.stack([distances(seed=k) for k in range(len(RADII_KM))], axis=1)
    scores = method_scores({"a": distances(), "fixed": columns}, Resamples.draw(400, None, 50))
    expected = [(columns[:, k] < radius).mean() for k, radius in enumerate(RADII_KM)]
    np.testing.assert_allclose(scores["fixed"]["accuracy"].estimate, expected)
    assert set(scores["fixed"]) == {"accuracy"}
    table, text = scores_table(scores), scores_text(scores)
    assert table.loc["a", "a_25_low"] <= table.loc["a", "a_25"] <= table.loc["a", "a_25_high"]
    assert np.isnan(table.loc["fixed", "median_km"]) and text.loc["fixed", "median km"] == "–"
    assert text.loc["a", "25 km"] == (
        f"{100 * table.loc['a', 'a_25']:.1f} [{100 * table.loc['a', 'a_25_low']:.1f}, "
        f"{100 * table.loc['a', 'a_25_high']:.1f}]"
    )


def test_what_does_not_fit_is_refused():
    resamples = Resamples.draw(4, None, 5)
    with pytest.raises(ValueError, match="ours: 3 for 4 photos"):
        method_scores({"ours": np.ones(3)}, resamples)
    with pytest.raises(ValueError, match="2 columns for 5 radii"):
        method_scores({"ours": np.ones((4, 2))}, resamples)
    with pytest.raises(ValueError, match="columns: 2 rows for 4 photos"):
        resamples.sums(np.ones((2, 1)))
    with pytest.raises(ValueError, match="values: NaN"):
        resamples.median(np.full((4, 1), np.nan))
    with pytest.raises(ValueError, match="n_photos: 0, n_resamples: 5; expected one or more"):
        Resamples.draw(0, None, 5)
