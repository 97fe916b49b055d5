"""Does concept influence order things as their loss does? Rank correlations with intervals."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray
from scipy.stats import spearmanr

from geoutils.explanation.bootstrap_median import is_one_group, resample_counts


def rank_agreement(
    a: Real[ndarray, " photos"],
    b: Real[ndarray, " photos"],
    groups: ndarray,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Spearman's rank correlation with its 95 % bootstrap interval (estimate, low, high).

    NaN where fewer than three photos or a constant leave nothing to rank; bounds are NaN where all
    photos are of one group, which says nothing of others.
    """
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan"), float("nan"), float("nan")
    estimate = float(spearmanr(a, b).statistic)
    counts = resample_counts(groups, n_resamples, seed)
    if is_one_group(counts):
        return estimate, float("nan"), float("nan")
    low, high = np.nanquantile(_resampled_spearman(a, b, counts), [0.025, 0.975])
    return estimate, float(low), float(high)


def agreement_over_photos(
    scores: Mapping[str, Float[ndarray, "photos concepts"]],
    rows: Int[ndarray, " pairs"],
    concepts: Int[ndarray, " pairs"],
    losses: Float[ndarray, " pairs"],
    authors: ndarray,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Spearman's correlation, over photos, of one concept's score in each with its loss.

    `rows` are places in the score arrays and in `authors`; pairs without a score or a finite loss
    are left out. Index: candidates; columns n_photos, mean (the correlation), low, high.
    """
    table = {}
    for name, values in scores.items():
        chosen = values[rows, concepts]
        known = ~np.isnan(chosen) & np.isfinite(losses)
        found = rank_agreement(
            chosen[known], losses[known], authors[rows[known]], n_resamples, seed
        )
        table[name] = (int(known.sum()), *found)
    columns = ["n_photos", "mean", "low", "high"]
    return pd.DataFrame.from_dict(table, orient="index", columns=columns).rename_axis("ranked by")


def correlations_within_photos(
    scores: Mapping[str, Float[ndarray, "photos concepts"]],
    losses: Float[ndarray, "photos concepts"],
) -> dict[str, Float[ndarray, " photos"]]:
    """Spearman's correlation of a candidate's scores with the losses, over a photo's concepts.

    Of the concepts with a finite loss and a score. NaN for photos with fewer than three of them, or
    losses all alike; a score that is the same for all concepts correlates 0.
    """
    found = {name: np.full(len(losses), np.nan) for name in scores}
    for name, values in scores.items():
        for photo, (score, loss) in enumerate(zip(values, losses, strict=True)):
            known = ~np.isnan(score) & np.isfinite(loss)
            if known.sum() < 3 or np.ptp(loss[known]) == 0:
                continue
            ranks = np.ptp(score[known]) > 0
            found[name][photo] = spearmanr(score[known], loss[known]).statistic if ranks else 0.0
    return found


def costliest_concepts(losses: Float[ndarray, "photos concepts"]) -> Int[ndarray, " photos"]:
    """Column of the greatest finite loss of each photo; 0 where none is above zero."""
    known = np.where(np.isfinite(losses), losses, -np.inf)
    return np.where(known.max(axis=1) > 0, known.argmax(axis=1), 0)


def _resampled_spearman(
    a: Real[ndarray, " photos"],
    b: Real[ndarray, " photos"],
    counts: Int[ndarray, "resamples photos"],
) -> Float[ndarray, " resamples"]:
    """Spearman's correlation of samples that hold photo i `counts[:, i]` times; NaN if constant."""
    middle = (counts.sum(axis=1, keepdims=True) + 1) / 2
    x, y = (_resampled_ranks(values, counts) - middle for values in (a, b))
    products = (counts * x * y).sum(axis=1)
    lengths = np.sqrt((counts * x * x).sum(axis=1) * (counts * y * y).sum(axis=1))
    return np.divide(products, lengths, out=np.full(len(counts), np.nan), where=lengths > 0)


def _resampled_ranks(
    values: Real[ndarray, " photos"], counts: Int[ndarray, "resamples photos"]
) -> Float[ndarray, "resamples photos"]:
    """Rank of each photo's value in each sample; ties share the mean of their ranks."""
    levels, level = np.unique(values, return_inverse=True)
    held = counts @ (level[:, None] == np.arange(len(levels))).astype(np.int64)
    return (np.cumsum(held, axis=1) - (held - 1) / 2)[:, level]
