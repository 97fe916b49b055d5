"""The same resampled authors for many methods at once.

`bootstrap_means` draws anew for every set of numbers. Where dozens of methods are compared pair by
pair, each resample is drawn once and every method is scored on it: a product of two matrices.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Real, UInt8
from numpy import ndarray

from geoutils.evaluation.bootstrap import Interval, group_indices, percentile_interval

CHUNK = 4_000_000  # draws held in memory at once


@dataclass(frozen=True, eq=False)
class Resamples:
    """How often each author (or photo) was drawn in each resample.

    `unit` is the author of every photo; `counts` may be empty, where there are fewer than two: one
    author says nothing of the others, so intervals are NaN then.
    """

    unit: Int[ndarray, " photos"]
    counts: UInt8[ndarray, "resamples units"]

    @classmethod
    def draw(
        cls, n_photos: int, groups: ndarray | None = None, n_resamples: int = 10_000, seed: int = 0
    ) -> "Resamples":
        """Draw as many authors as there are, with replacement; photos where `groups` is None.

        A photo of the unknown author "" is a group of its own. ValueError without photos or
        resamples.
        """
        if n_photos < 1 or n_resamples < 1:
            raise ValueError(
                f"n_photos: {n_photos}, n_resamples: {n_resamples}; expected one or more of each"
            )
        unit = np.arange(n_photos) if groups is None else group_indices(groups, n_photos)
        n_units = int(unit.max()) + 1
        rng = np.random.default_rng(seed)
        counts = np.empty((n_resamples if n_units > 1 else 0, n_units), dtype=np.uint8)
        step = max(1, CHUNK // n_units)
        for start in range(0, len(counts), step):
            some = min(step, n_resamples - start)
            drawn = rng.integers(n_units, size=(some, n_units)) + n_units * np.arange(some)[:, None]
            times = np.bincount(drawn.ravel(), minlength=some * n_units)
            counts[start : start + some] = times.reshape(some, n_units)
        return cls(unit, counts)

    def sums(self, columns: Real[ndarray, "photos k"]) -> Float[ndarray, "resamples k"]:
        """Sum of each column over the photos of each resample."""
        if len(columns) != len(self.unit):
            raise ValueError(f"columns: {len(columns)} rows for {len(self.unit)} photos")
        columns = np.asarray(columns, dtype=float)
        n_units = self.counts.shape[1]
        by_unit = np.stack([np.bincount(self.unit, column, n_units) for column in columns.T], 1)
        found = np.empty((len(self.counts), by_unit.shape[1]))
        step = max(1, CHUNK // n_units)
        for start in range(0, len(found), step):
            some = slice(start, start + step)
            found[some] = self.counts[some].astype(float) @ by_unit
        return found

    def means(self, columns: Real[ndarray, "photos k"]) -> Float[ndarray, "resamples k"]:
        """Mean of each column over the photos of each resample."""
        counted = np.column_stack([columns, np.ones(len(columns))])
        sums = self.sums(counted)
        return sums[:, :-1] / sums[:, -1:]

    def subset_means(
        self, values: Real[ndarray, " photos"], chosen: Bool[ndarray, "photos k"]
    ) -> Float[ndarray, "resamples k"]:
        """Mean of the values over each subset's photos, in every resample that has some of each.

        Which photos are `chosen` stays as it is: only how often each was drawn changes.
        """
        chosen = np.asarray(chosen, dtype=float)
        sums = self.sums(np.column_stack([chosen * np.asarray(values)[:, None], chosen]))
        totals, sizes = sums[:, : chosen.shape[1]], sums[:, chosen.shape[1] :]
        drawn = (sizes > 0).all(axis=1)
        return totals[drawn] / sizes[drawn]

    def interval(self, columns: Real[ndarray, "photos k"], level: float = 0.95) -> Interval:
        """Mean of each column with its percentile interval."""
        estimate = np.asarray(columns, dtype=float).mean(axis=0)
        return self.percentiles(estimate, self.means(columns), level)

    def percentiles(
        self,
        estimate: Real[ndarray, " k"],
        samples: Real[ndarray, "resamples k"],
        level: float = 0.95,
    ) -> Interval:
        """The middle `level` of resampled values; NaN where nothing could be resampled."""
        if not len(self.counts):
            samples = np.full((1, len(estimate)), np.nan)
        return percentile_interval(estimate, samples, level)

    def median(self, values: Real[ndarray, "photos k"], level: float = 0.95) -> Interval:
        """Lower median of each column (may be +inf) with its percentile interval.

        The bounds are those of the sorted medians of all resamples (no interpolation), found
        without computing any: the q-quantile of the medians is the least value that at least half
        of the photos do not exceed, in a share q of the resamples. Halving finds it.
        """
        values = np.asarray(values, dtype=float)
        if np.isnan(values).any():
            raise ValueError("values: NaN among them; expected numbers or +inf")
        ordered = np.sort(values, axis=0)
        estimate = ordered[(len(values) - 1) // 2]
        if not len(self.counts):
            nowhere = np.full(values.shape[1], np.nan)
            return Interval(estimate, nowhere, nowhere)
        tail = (1 - level) / 2
        low, high = (self._median_quantile(values, ordered, q) for q in (tail, 1 - tail))
        return Interval(estimate, low, high)

    def _median_quantile(
        self, values: Float[ndarray, "photos k"], ordered: Float[ndarray, "photos k"], q: float
    ) -> Float[ndarray, " k"]:
        first = np.zeros(values.shape[1], dtype=np.int64)
        last = np.full(values.shape[1], len(values) - 1)
        columns = np.arange(values.shape[1])
        half = self.sums(np.ones((len(values), 1))) / 2
        while (first < last).any():
            middle = (first + last) // 2
            below = self.sums((values <= ordered[middle, columns]).astype(float))
            reached = (below >= half).mean(axis=0) >= q
            last = np.where(reached, middle, last)
            first = np.where(reached, first, np.minimum(middle + 1, last))
        return ordered[first, columns]
