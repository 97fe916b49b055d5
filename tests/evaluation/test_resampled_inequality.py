import numpy as np
import pytest

from geoutils.evaluation.inequality import gini, lorenz_curve
from geoutils.evaluation.resampled_inequality import (
    SHARES,
    bootstrap_spread,
    gini_of_shorter_lists,
)
from geoutils.evaluation.resamples import Resamples


def some_list(seed=0, n_authors=120, n_units=1000):
    """Units and authors of photos: few authors have many, few units are popular."""
    rng = np.random.default_rng(seed)
    popularity = np.arange(1, n_units + 1) ** -0.8
    popularity /= popularity.sum()
    photos = rng.geometric(0.3, n_authors)
    authors = np.repeat(np.arange(n_authors), photos).astype(str)
    home = np.repeat(rng.choice(n_units, n_authors, p=popularity), photos)
    away = rng.choice(n_units, len(home), p=popularity)
    return np.where(rng.random(len(home)) < 0.5, home, away), authors


def test_intervals_match_resampling_author_by_author():
    units, authors = some_list()
    units[::17] = -1
    resamples = Resamples.draw(len(units), authors, 60, seed=1)
    spread = bootstrap_spread(units, resamples)
    rows = []
    for times in resamples.counts:
        drawn = np.repeat(units, times[resamples.unit])
        counts = np.unique(drawn[drawn >= 0], return_counts=True)[1]
        rows.append([gini(counts), *np.interp(SHARES, *lorenz_curve(counts))])
    rows = np.array(rows)
    counts = np.unique(units[units >= 0], return_counts=True)[1]
    curve = np.interp(SHARES, *lorenz_curve(counts))
    around = rows - rows.mean(axis=0)
    np.testing.assert_array_equal(np.sort(spread.counts), np.sort(counts))
    np.testing.assert_allclose(spread.curve, curve)
    assert spread.gini == pytest.approx(gini(counts))
    low, high = np.quantile(around, [0.025, 0.975], axis=0)
    assert spread.gini_low == pytest.approx(gini(counts) - high[0], abs=1e-6)
    assert spread.gini_high == pytest.approx(gini(counts) - low[0], abs=1e-6)
    np.testing.assert_allclose(spread.low, np.clip(curve - high[1:], 0, SHARES), atol=1e-6)
    np.testing.assert_allclose(spread.high, np.clip(curve - low[1:], 0, SHARES), atol=1e-6)


def test_intervals_hold_the_mean_coefficient_of_such_lists():
    # In a known world the mean over many lists of that kind is known; 95 of 100 should hold it.
    ginis, spreads = [], []
    for seed in range(150):
        units, authors = some_list(seed)
        spreads.append(bootstrap_spread(units, Resamples.draw(len(units), authors, 150, seed)))
        ginis.append(spreads[-1].gini)
    expected = np.mean(ginis)
    held = np.mean([spread.gini_low <= expected <= spread.gini_high for spread in spreads])
    assert held >= 0.9
    width = np.mean([spread.gini_high - spread.gini_low for spread in spreads])
    assert width == pytest.approx(2 * 1.96 * np.std(ginis), rel=0.3)
    # Plain percentiles of the resamples would not do: they lie beside the estimate.
    resampled = []
    for seed in range(20):
        units, authors = some_list(seed)
        drawn = Resamples.draw(len(units), authors, 50, seed)
        few = [np.repeat(units, times[drawn.unit]) for times in drawn.counts]
        resampled += [gini(np.unique(one, return_counts=True)[1]) for one in few]
    assert np.mean(resampled) > expected + 0.03


def test_one_author_gives_no_interval():
    spread = bootstrap_spread(np.array([0, 0, 1]), Resamples.draw(3, np.array(["a"] * 3), 50))
    assert spread.gini == pytest.approx(gini(np.array([2, 1])))
    assert np.isnan([spread.gini_low, spread.gini_high]).all() and np.isnan(spread.low).all()


def test_resamples_without_a_photo_on_land_do_no_harm():
    units, authors = np.array([3, -1, -1]), np.array(["a", "b", "c"])
    spread = bootstrap_spread(units, Resamples.draw(3, authors, 50))
    assert spread.gini == spread.gini_low == spread.gini_high == 0
    with pytest.raises(ValueError, match="all are -1"):
        bootstrap_spread(np.array([-1, -1]), Resamples.draw(2, None, 10))


def test_shorter_lists_match_drawing_photo_by_photo():
    counts = np.array([40, 25, 10, 5, 3, 1, 1, 1])
    photos = np.repeat(np.arange(len(counts)), counts)
    rng = np.random.default_rng(1)
    drawn = [rng.choice(photos, 20, replace=False) for _ in range(4000)]
    expected = np.mean([gini(np.unique(some, return_counts=True)[1]) for some in drawn])
    found = gini_of_shorter_lists(counts, 20, n_draws=4000)
    assert found == pytest.approx(expected, abs=0.004)
    assert gini_of_shorter_lists(counts, int(counts.sum())) == pytest.approx(gini(counts))
    with pytest.raises(ValueError, match="n_photos: 87, expected 1 to 86"):
        gini_of_shorter_lists(counts, 87)
