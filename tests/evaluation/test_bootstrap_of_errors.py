"""Bootstrap of numbers that differ from photo to photo, such as errors in km."""

import numpy as np

from geoutils.evaluation import bootstrap
from geoutils.evaluation.bootstrap import bootstrap_means, bootstrap_sums


def errors(n, seed=0):
    return np.random.default_rng(seed).exponential(800, (n, 2))


def test_means_agree_with_the_standard_error():
    values = errors(3000)
    interval = bootstrap_means(values, n_resamples=4000, seed=1)
    half = 1.96 * values.std(axis=0) / np.sqrt(3000)
    np.testing.assert_allclose(interval.low, values.mean(axis=0) - half, rtol=0.005)
    np.testing.assert_allclose(interval.high, values.mean(axis=0) + half, rtol=0.005)


def test_both_ways_of_drawing_have_the_same_spread(monkeypatch):
    values = errors(1200)
    one_by_one = bootstrap_sums(values, n_resamples=4000, seed=2)
    monkeypatch.setattr(bootstrap, "FEW_PROFILES", 10_000)
    by_profile = bootstrap_sums(values, n_resamples=4000, seed=3)
    assert not np.array_equal(one_by_one, by_profile)
    np.testing.assert_allclose(one_by_one.mean(0), by_profile.mean(0), rtol=0.005)
    np.testing.assert_allclose(one_by_one.std(0), by_profile.std(0), rtol=0.06)
    np.testing.assert_allclose(np.corrcoef(one_by_one.T), np.corrcoef(by_profile.T), atol=0.06)


def test_authors_are_drawn_whole():
    # Two photos of each author, as much too far as too near: no resample is off in sum.
    off = errors(1500)[:, :1]
    first = np.concatenate([off, -off])
    authors = np.tile(np.arange(1500), 2).astype(str)
    sums = bootstrap_sums(np.concatenate([first, np.abs(first)], axis=1), authors, n_resamples=50)
    np.testing.assert_allclose(sums[:, 0], 0, atol=1e-6)
    assert sums[:, 1].std() > 0


def test_parts_of_resamples_make_the_same_whole(monkeypatch):
    values = errors(1100)
    whole = bootstrap_sums(values, n_resamples=100, seed=4)
    monkeypatch.setattr(bootstrap, "CHUNK", 7 * 1100)
    np.testing.assert_allclose(bootstrap_sums(values, n_resamples=100, seed=4), whole, rtol=1e-12)
