"""How certain is a Lorenz curve, and how much of a Gini coefficient is the length of the list?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.sparse import csr_array

from geoutils.evaluation.inequality import gini, lorenz_curve
from geoutils.evaluation.resamples import Resamples

SHARES = np.linspace(0, 1, 101)
CHUNK = 2_000_000  # counts held in memory at once


@dataclass(frozen=True, eq=False)
class Spread:
    """Gini coefficient and Lorenz curve of photos over the units that have any, with intervals.

    `counts` are the photos of each unit; `curve`, `low` and `high` are shares of the photos at
    `SHARES` of the units. Bounds are NaN where fewer than two authors are known.
    """

    counts: Int[ndarray, " units"]
    gini: float
    gini_low: float
    gini_high: float
    curve: Float[ndarray, " shares"]
    low: Float[ndarray, " shares"]
    high: Float[ndarray, " shares"]


def bootstrap_spread(
    units: Int[ndarray, " photos"], resamples: Resamples, level: float = 0.95
) -> Spread:
    """Spread of photos over units, with intervals from resampled authors.

    `units` numbers the unit of each photo; photos of -1 belong to none and are left out. A resample
    never meets a new unit and loses some of those with a photo or two, so its coefficient is not
    scattered around the estimate but around a mean of its own. What it shows is how far lists of
    one length lie from their mean. Hence the interval holds the *expected* coefficient of lists
    with as many photos by such authors: the estimate minus the quantiles of (resample - mean of
    resamples), and so for every point of the curve. ValueError if no photo has a unit.
    """
    kept = units >= 0
    if not kept.any():
        raise ValueError("units: all are -1, expected a unit for one photo at least")
    found, row = np.unique(units[kept], return_inverse=True)
    counts = np.bincount(row)
    curve = np.interp(SHARES, *lorenz_curve(counts))
    authors = resamples.unit[kept]
    shape = len(found), resamples.counts.shape[1]
    held_by = csr_array((np.ones(len(row), np.float32), (row, authors)), shape=shape)
    samples = [_ginis_and_curves(drawn) for drawn in _resampled(held_by, resamples.counts)]
    estimate = np.append(gini(counts), curve)
    low = high = np.full(len(estimate), np.nan)
    drawn = np.concatenate(samples) if samples else np.empty((0, len(estimate)))
    if len(drawn):
        around = drawn - drawn.mean(axis=0)
        tail = (1 - level) / 2
        low, high = estimate - np.quantile(around, [1 - tail, tail], axis=0)
    most = np.append(1.0, SHARES)  # no Lorenz curve lies above the diagonal
    low, high = np.clip(low, 0, most), np.clip(high, 0, most)
    return Spread(
        counts, float(estimate[0]), float(low[0]), float(high[0]), curve, low[1:], high[1:]
    )


def gini_of_shorter_lists(
    counts: Int[ndarray, " units"], n_photos: int, n_draws: int = 100, seed: int = 0
) -> float:
    """Mean Gini, over units with photos, when only `n_photos` of a list's photos are drawn.

    Short lists look more even: most of their units have one photo. Two lists compare at the length
    of the shorter one. ValueError if the list is shorter than that.

    >>> gini_of_shorter_lists(np.array([5, 1, 1]), 1)
    0.0
    """
    total = int(counts.sum())
    if not 1 <= n_photos <= total:
        raise ValueError(f"n_photos: {n_photos}, expected 1 to {total}, the photos of the list")
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_hypergeometric(counts, n_photos, n_draws, method="marginals")
    return float(_ginis_and_curves(drawn)[:, 0].mean())


def _resampled(
    held_by: csr_array, counts: ndarray
) -> Iterator[Float[ndarray, "some_resamples units"]]:
    """Photos of each unit in each resample, some resamples at a time."""
    step = max(1, CHUNK // max(held_by.shape))
    for start in range(0, len(counts), step):
        yield (held_by @ counts[start : start + step].T.astype(np.float32)).T


def _ginis_and_curves(counts: ndarray) -> Float[ndarray, "rows columns"]:
    """Of each row of counts: the Gini over units above 0, then the Lorenz curve at SHARES.

    Rows without any photo are left out.
    """
    ordered = np.sort(np.asarray(counts, dtype=np.float64), axis=1)
    total = ordered.sum(axis=1)
    ordered, total = ordered[total > 0], total[total > 0]
    n_units = ordered.shape[1]
    empty = (ordered == 0).sum(axis=1)
    having = n_units - empty
    # Units without a photo add nothing to the sums; only ranks and numbers must not count them.
    ranked = ordered @ np.arange(1.0, n_units + 1) - empty * total
    ginis = 2 * ranked / (having * total) - (having + 1) / having
    held = np.cumsum(ordered, axis=1) / total[:, None]
    held = np.concatenate([np.zeros((len(held), 1)), held], axis=1)
    place = empty[:, None] + SHARES * having[:, None]
    before = np.minimum(place.astype(np.int64), n_units - 1)
    start, end = (np.take_along_axis(held, before + step, axis=1) for step in (0, 1))
    curves = start + (end - start) * (place - before)
    return np.column_stack([np.maximum(ginis, 0), curves])
