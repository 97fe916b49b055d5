import numpy as np

from geoutils.evaluation.resamples import Resamples

AUTHORS = np.array(["a", "a", "b", "b", "c", "", ""])
VALUES = np.array([1.0, 0, 1, 1, 0, 1, 0])
CHOSEN = np.array([[1, 1, 0, 0, 1, 1, 0], [0, 0, 1, 0, 1, 0, 1]], dtype=bool).T


def brute_force(resamples: Resamples) -> np.ndarray:
    means = []
    for counts in resamples.counts:
        times = counts[resamples.unit]
        drawn = [np.repeat(VALUES[c], times[c]) for c in CHOSEN.T]
        if all(len(some) for some in drawn):
            means.append([some.mean() for some in drawn])
    return np.array(means)


def test_subset_means_match_brute_force_and_leave_out_empty_draws():
    resamples = Resamples.draw(len(VALUES), AUTHORS, n_resamples=200, seed=3)
    means = resamples.subset_means(VALUES, CHOSEN)
    np.testing.assert_allclose(means, brute_force(resamples))
    assert 0 < len(means) < 200  # some resample has none of a subset


def test_the_subset_of_all_photos_has_the_mean_of_each_resample():
    resamples = Resamples.draw(len(VALUES), AUTHORS, n_resamples=50)
    means = resamples.subset_means(VALUES, np.ones((len(VALUES), 1), dtype=bool))
    np.testing.assert_allclose(means, resamples.means(VALUES[:, None]))


def test_one_author_alone_gives_no_bounds():
    resamples = Resamples.draw(3, np.array(["a", "a", "a"]), n_resamples=50)
    means = resamples.subset_means(np.array([1.0, 0, 1]), np.ones((3, 1), dtype=bool))
    interval = resamples.percentiles(np.array([2 / 3]), means)
    assert means.shape == (0, 1) and np.isnan(interval.low).all()
