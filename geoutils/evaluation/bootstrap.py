"""How certain is a number measured on a few thousand photos? Bootstrap over authors or photos.

Photos of one author resemble each other, so whole authors are drawn, with replacement, wherever
authors are known (Im2GPS3k has 198 of them for 2,997 photos). Every statistic here is a function of
sums over photos. Two authors with the same sums cannot be told apart, hence only the *number* of
draws of each distinct row of sums matters, and those numbers are multinomial. For accuracies over
photos there are at most six distinct rows, so ten thousand resamples take milliseconds. Where
nearly all rows differ (errors in km), photos or authors are drawn one by one instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, hits_at

CHUNK = 4_000_000  # draws held in memory at once
# Drawing how often one distinct row comes takes as long as adding this many drawn rows up.
ADDITIONS_PER_PROFILE = 14
FEW_PROFILES = 1000  # that are drawn quickly in any case


@dataclass(frozen=True)
class Interval:
    """Estimates with bootstrap intervals; NaN bounds where there were fewer than two units."""

    estimate: Float[ndarray, " k"]
    low: Float[ndarray, " k"]
    high: Float[ndarray, " k"]

    @property
    def excludes_zero(self) -> ndarray:
        """True where the interval lies wholly on one side of zero; false for NaN bounds."""
        return (self.low > 0) | (self.high < 0)


def bootstrap_accuracy(
    distances_km: Real[ndarray, " photos"],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    thresholds_km: Real[ndarray, " radii"] = RADII_KM,
    level: float = 0.95,
) -> Interval:
    """Accuracy a_r with its percentile interval, resampling authors (`groups`), else photos.

    A photo of the unknown author "" is a group of its own. Distances as in `accuracy_at`.
    """
    return bootstrap_means(hits_at(distances_km, thresholds_km), groups, n_resamples, seed, level)


def paired_bootstrap(
    distances_a_km: Real[ndarray, " photos"],
    distances_b_km: Real[ndarray, " same_photos"],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    thresholds_km: Real[ndarray, " radii"] = RADII_KM,
    level: float = 0.95,
) -> Interval:
    """Difference a_r(A) - a_r(B) of two methods on the same photos, both scored on each resample.

    What makes a photo easy helps both methods and cancels, so the interval is narrower than the
    two methods' own intervals suggest. Raises ValueError for different numbers of photos.
    """
    if len(distances_a_km) != len(distances_b_km):
        raise ValueError(
            f"distances_b_km: {len(distances_b_km)} photos, but distances_a_km has "
            f"{len(distances_a_km)}; expected the same photos in the same order"
        )
    difference = hits_at(distances_a_km, thresholds_km) - hits_at(distances_b_km, thresholds_km)
    return bootstrap_means(difference, groups, n_resamples, seed, level)


def unpaired_bootstrap(
    distances_a_km: Real[ndarray, " photos"],
    distances_b_km: Real[ndarray, " others"],
    groups_a: ndarray | None = None,
    groups_b: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    thresholds_km: Real[ndarray, " radii"] = RADII_KM,
    level: float = 0.95,
) -> Interval:
    """Difference a_r(A) - a_r(B) of two different sets of photos, each resampled on its own."""
    hits_a, hits_b = hits_at(distances_a_km, thresholds_km), hits_at(distances_b_km, thresholds_km)
    samples = _resampled_means(hits_a, groups_a, n_resamples, [seed, 0]) - _resampled_means(
        hits_b, groups_b, n_resamples, [seed, 1]
    )
    return percentile_interval(hits_a.mean(axis=0) - hits_b.mean(axis=0), samples, level)


def bootstrap_means(
    values: Real[ndarray, "photos k"],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Mean of each column with its percentile interval, resampling groups, else photos."""
    samples = _resampled_means(values, groups, n_resamples, [seed])
    return percentile_interval(np.asarray(values, dtype=float).mean(axis=0), samples, level)


def percentile_interval(
    estimate: Real[ndarray, " k"], samples: Real[ndarray, "resamples k"], level: float = 0.95
) -> Interval:
    """The middle `level` of the resampled values; NaN where a resample has none."""
    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=0)
    return Interval(np.asarray(estimate, dtype=float), low, high)


def bootstrap_sums(
    columns: Real[ndarray, "photos k"],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int | list[int] = 0,
) -> Float[ndarray, "resamples k"]:
    """Column sums of each resample; any statistic of sums can be bootstrapped through this.

    NaN throughout where there are fewer than two groups: one author says nothing of the others.
    """
    sums = np.asarray(columns, dtype=float)
    if len(sums) == 0:
        raise ValueError("columns: no photos to resample; expected at least one row")
    if groups is not None:
        group = group_indices(groups, len(sums))
        sums = np.stack([np.bincount(group, weights=column) for column in sums.T], axis=1)
    n_units = len(sums)
    if n_units < 2:
        return np.full((n_resamples, sums.shape[1]), np.nan)
    profiles, times = np.unique(sums, axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    additions = (2 + sums.shape[1]) * n_units
    if len(profiles) > FEW_PROFILES and ADDITIONS_PER_PROFILE * len(profiles) > additions:
        return _sums_one_by_one(rng, sums, n_resamples)
    draws = _multinomial_chunks(rng, n_units, times / n_units, n_resamples)
    return np.concatenate([draw @ profiles for draw in draws])


def group_indices(groups: ndarray, n_photos: int) -> Int[ndarray, " photos"]:
    """Index 0 ... G-1 of each photo's group; every photo of the empty group "" gets its own.

    >>> group_indices(np.array(["ann", "", "bob", "", "ann"]), 5)
    array([0, 2, 1, 3, 0])
    """
    groups = np.asarray(groups)
    if groups.shape != (n_photos,):
        raise ValueError(f"groups: shape {groups.shape}; expected one per photo, ({n_photos},)")
    names, index = np.unique(groups.astype(str), return_inverse=True)
    unknown = names[index] == ""
    if unknown.any():
        known_names, index[~unknown] = np.unique(index[~unknown], return_inverse=True)
        index[unknown] = len(known_names) + np.arange(unknown.sum())
    return index.astype(np.int64)


def _resampled_means(
    values: Real[ndarray, "photos k"], groups: ndarray | None, n_resamples: int, seed: list[int]
) -> Float[ndarray, "resamples k"]:
    """Column means of each resample: sums of values over numbers of photos drawn."""
    values = np.asarray(values, dtype=float)
    counted = np.column_stack([values, np.ones(len(values))])
    sums = bootstrap_sums(counted, groups, n_resamples, seed)
    return sums[:, :-1] / sums[:, -1:]


def _multinomial_chunks(
    rng: np.random.Generator, n_draws: int, shares: Float[ndarray, " profiles"], n_resamples: int
) -> Iterator[Int[ndarray, "chunk profiles"]]:
    """Numbers of draws of each profile, some resamples at a time to bound the memory."""
    step = max(1, CHUNK // len(shares))
    for start in range(0, n_resamples, step):
        yield rng.multinomial(n_draws, shares, size=min(step, n_resamples - start))


def _sums_one_by_one(
    rng: np.random.Generator, sums: Float[ndarray, "units k"], n_resamples: int
) -> Float[ndarray, "resamples k"]:
    """Column sums of units drawn with replacement, some resamples at a time."""
    n_units, n_columns = sums.shape
    resampled = np.empty((n_resamples, n_columns))
    columns = np.ascontiguousarray(sums.T)
    step = max(1, CHUNK // n_units)
    for start in range(0, n_resamples, step):
        drawn = rng.integers(n_units, size=(min(step, n_resamples - start), n_units))
        for k, column in enumerate(columns):
            resampled[start : start + step, k] = np.take(column, drawn).sum(axis=1)
    return resampled
