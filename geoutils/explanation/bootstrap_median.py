"""How certain is a median over a few dozen photos? Bootstrap, whole photographers at a time."""

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.evaluation.bootstrap import group_indices


def resample_counts(
    groups: ndarray, n_resamples: int, seed: int
) -> Int[ndarray, "resamples photos"]:
    """How often each photo enters each bootstrap sample, photos of one group always together.

    As many groups are drawn, with replacement, as there are; a photo of the group "" is its own.
    """
    group = group_indices(groups, len(groups))
    n_groups = int(group.max(initial=-1)) + 1
    if not n_groups:
        raise ValueError("groups: no photos to resample; expected at least one")
    rng = np.random.default_rng([seed, 0])
    return rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_resamples)[:, group]


def is_one_group(counts: Int[ndarray, "resamples photos"]) -> bool:
    """Whether some photos come into all samples equally often, as those of one group do."""
    return bool((counts == counts[:, :1]).all())


def median_interval(
    values: Real[ndarray, " photos"], counts: Int[ndarray, "resamples photos"], level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the median over the samples that `counts` describes.

    NaN values are absent; samples left without any value are skipped. NaN if all values are of one
    group: they say nothing of others. Efron and Tibshirani (1993), An Introduction to the
    Bootstrap, chapter 13.
    """
    known = ~np.isnan(values)
    medians = weighted_medians(values[known], counts[:, known])
    if is_one_group(counts[:, known]) or not len(medians):
        return float("nan"), float("nan")
    low, high = np.quantile(medians, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def weighted_medians(
    values: Real[ndarray, " n"], counts: Int[ndarray, "resamples n"]
) -> Float[ndarray, " drawn"]:
    """Median of each sample that holds value i `counts[:, i]` times; empty samples are left out."""
    order = np.argsort(values)
    upto = np.cumsum(counts[:, order], axis=1)
    totals = upto[:, -1] if upto.size else np.zeros(len(upto), dtype=int)
    upto, totals = upto[totals > 0], totals[totals > 0]
    # A sorted sample's middle entry (two if the number is even), found without writing it out.
    lower, upper = (
        values[order][(upto > places[:, None]).argmax(axis=1)] if len(upto) else np.empty(0)
        for places in ((totals - 1) // 2, totals // 2)
    )
    return (lower + upper) / 2
