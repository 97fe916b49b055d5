import time

import numpy as np
import pytest

from geoutils.evaluation.accuracy import RADII_KM, accuracy_at
from geoutils.evaluation.bootstrap import (
    Interval,
    bootstrap_accuracy,
    bootstrap_means,
    bootstrap_sums,
    group_indices,
    paired_bootstrap,
    unpaired_bootstrap,
)


def random_distances(n: int, seed: int = 0) -> np.ndarray:
    return 10 ** np.random.default_rng(seed).uniform(-1, 4.3, n)


def resample_slowly(values, groups, n_resamples, seed):
    """Draw whole groups, one after the other, and average the photos drawn."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == name) for name in np.unique(groups)]
    means = []
    for _ in range(n_resamples):
        drawn = rng.integers(len(members), size=len(members))
        means.append(values[np.concatenate([members[i] for i in drawn])].mean(axis=0))
    return np.array(means)


def test_photo_interval_agrees_with_the_binomial_one():
    # 480 of 2997 photos: the normal interval of a share is p +- 1.96 sqrt(p (1 - p) / n).
    distances = np.where(np.arange(2997) < 480, 0.5, 9000.0)
    interval = bootstrap_accuracy(distances, n_resamples=20_000, seed=1)
    p = 480 / 2997
    half_width = 1.96 * np.sqrt(p * (1 - p) / 2997)
    np.testing.assert_allclose(interval.estimate[0], p)
    np.testing.assert_allclose(interval.low[0], p - half_width, atol=4e-4)
    np.testing.assert_allclose(interval.high[0], p + half_width, atol=4e-4)


def test_author_interval_agrees_with_drawing_authors_one_by_one():
    rng = np.random.default_rng(2)
    groups = rng.choice(40, size=600, p=rng.dirichlet(np.ones(40)))
    distances = random_distances(600) * np.exp(rng.normal(size=40))[groups]
    interval = bootstrap_accuracy(distances, groups.astype(str), 6000, seed=3)
    hits = (distances[:, None] < RADII_KM).astype(float)
    slow = resample_slowly(hits, groups, 6000, seed=4)
    np.testing.assert_allclose(interval.low, np.quantile(slow, 0.025, axis=0), atol=0.008)
    np.testing.assert_allclose(interval.high, np.quantile(slow, 0.975, axis=0), atol=0.008)


def test_authors_alike_in_themselves_widen_the_interval():
    distances = np.repeat([0.5, 9000.0], 500)
    by_photo = bootstrap_accuracy(distances, None, 2000)
    by_author = bootstrap_accuracy(distances, np.repeat(np.arange(20), 50).astype(str), 2000)
    assert by_author.high[0] - by_author.low[0] > 5 * (by_photo.high[0] - by_photo.low[0])


def test_photos_without_author_are_resampled_as_photos():
    distances = random_distances(200)
    no_authors = bootstrap_accuracy(distances, np.full(200, ""), 500, seed=5)
    photos = bootstrap_accuracy(distances, None, 500, seed=5)
    np.testing.assert_array_equal(no_authors.low, photos.low)


def test_paired_difference_is_narrower_and_exact():
    a = random_distances(1500, seed=6)
    b = a * np.exp(np.random.default_rng(7).normal(0, 0.1, 1500))
    paired = paired_bootstrap(a, b, n_resamples=3000)
    apart = unpaired_bootstrap(a, b, n_resamples=3000)
    np.testing.assert_allclose(paired.estimate, accuracy_at(a) - accuracy_at(b))
    np.testing.assert_allclose(apart.estimate, paired.estimate)
    assert ((apart.high - apart.low) > 2 * (paired.high - paired.low)).all()


def test_a_method_compared_with_itself_differs_by_exactly_nothing():
    distances = random_distances(300)
    difference = paired_bootstrap(distances, distances, n_resamples=200)
    np.testing.assert_array_equal([difference.low, difference.high], np.zeros((2, 5)))
    assert not difference.excludes_zero.any()


def test_different_sets_may_have_different_sizes():
    near, far = np.full(50, 10.0), np.full(80, 100.0)
    difference = unpaired_bootstrap(near, far, n_resamples=200)
    np.testing.assert_array_equal(difference.estimate, [0, 1, 0, 0, 0])


def test_seed_decides_the_interval():
    distances = random_distances(400)
    first, again, other = (bootstrap_accuracy(distances, None, 300, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first.low, again.low)
    assert (first.low != other.low).any()


def test_one_author_alone_gives_no_interval():
    interval = bootstrap_accuracy(np.array([1.0, 30.0]), np.array(["ann", "ann"]), 10)
    assert np.isnan(interval.low).all()
    assert np.isfinite(interval.estimate).all()
    assert not interval.excludes_zero.any()


def test_sums_of_a_resample_count_every_unit_once_on_average():
    sums = bootstrap_sums(np.ones((50, 1)), n_resamples=10)
    np.testing.assert_array_equal(sums, np.full((10, 1), 50))


def test_means_of_distinct_values_match_the_standard_error():
    values = np.random.default_rng(8).normal(size=(400, 1))
    interval = bootstrap_means(values, n_resamples=4000)
    expected = 2 * 1.96 * values.std() / np.sqrt(400)
    np.testing.assert_allclose(interval.high - interval.low, [expected], rtol=0.06)


def test_group_indices_keep_members_together():
    names = np.array(["b", "", "a", "b", "", "a"])
    index = group_indices(names, 6)
    assert index[0] == index[3]
    assert index[2] == index[5]
    assert sorted(np.unique(index)) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_bootstrap(np.ones(2), np.ones(3)), "distances_b_km: 3 photos"),
        (lambda: bootstrap_accuracy(np.ones(2), np.array(["a"])), "groups: shape"),
        (lambda: bootstrap_sums(np.ones((0, 2))), "columns: no photos"),
    ],
)
def test_wrong_shapes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_ten_thousand_resamples_of_yfcc26k_stay_under_five_seconds():
    distances = random_distances(25_600)
    start = time.perf_counter()
    interval = bootstrap_accuracy(distances, n_resamples=10_000)
    assert time.perf_counter() - start < 5
    assert isinstance(interval, Interval)
