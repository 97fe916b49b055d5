"""The test that real photos do not allow: does the score find the concept known to be the cue?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Real
from numpy import ndarray
from scipy import stats

from geoutils.evaluation.bootstrap import bootstrap_means


def ranked_first(
    scores: Float[ndarray, "photos concepts"], carriers: Int[ndarray, " photos"]
) -> Float[ndarray, " photos"]:
    """Whether the planted concept scores highest in its photo: 1, 0, or 1/n if n share the lead.

    `carriers` is the planted concept's column (0: none); NaN scores mean the concept is not
    there. NaN comes out where nothing is tested: see `comparable`.
    """
    test = comparable(scores, carriers)
    best = np.nanmax(scores[test], axis=1, keepdims=True)
    leads = scores[test] == best
    won = leads[np.arange(len(leads)), carriers[test]]
    return _spread(won / leads.sum(axis=1), test)


def chance_of_first(
    scores: Float[ndarray, "photos concepts"], carriers: Int[ndarray, " photos"]
) -> Float[ndarray, " photos"]:
    """What blind guessing gives for `ranked_first`: one over the number of concepts scored."""
    test = comparable(scores, carriers)
    return _spread(1 / (~np.isnan(scores[test])).sum(axis=1), test)


def concept_auc(
    scores: Float[ndarray, "photos concepts"], carriers: Int[ndarray, " photos"]
) -> Float[ndarray, " photos"]:
    """Per photo, the share of its other concepts that score below the planted one; a tie is half.

    Area under the ROC curve with the planted concept as the only positive: 0.5 is chance.
    """
    test = comparable(scores, carriers)
    rows = scores[test]
    planted = rows[np.arange(len(rows)), carriers[test], None]
    others = (~np.isnan(rows)).sum(axis=1) - 1
    below, tied = (rows < planted).sum(axis=1), (rows == planted).sum(axis=1) - 1
    return _spread((below + tied / 2) / others, test)


def pixel_auc(
    explanation_maps: Real[ndarray, "photos h w"], masks: Bool[ndarray, "photos h w"]
) -> Float[ndarray, " photos"]:
    """Per photo, the chance that a pixel of the mask is stronger than one outside; a tie is half.

    Area under the ROC curve by ranks (Mann–Whitney): 0.5 is chance. NaN where the mask holds no
    pixel, or all of them.
    """
    flat = masks.reshape(len(masks), -1)
    ranks = stats.rankdata(explanation_maps.reshape(len(masks), -1), axis=1)
    inside = flat.sum(axis=1)
    pairs = inside * (flat.shape[1] - inside)
    wins = (ranks * flat).sum(axis=1) - inside * (inside + 1) / 2
    return np.divide(wins, pairs, out=np.full(len(masks), np.nan), where=pairs > 0)


def comparable(
    scores: Float[ndarray, "photos concepts"], carriers: Int[ndarray, " photos"]
) -> Bool[ndarray, " photos"]:
    """Photos whose planted concept is scored, beside at least one other."""
    planted = ~np.isnan(scores[np.arange(len(scores)), carriers]) & (carriers > 0)
    return planted & ((~np.isnan(scores)).sum(axis=1) >= 2)


def planted_test(
    per_photo: Mapping[str, Float[ndarray, " photos"]],
    authors: ndarray,
    against: str,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean of each candidate's per-photo results, and its paired difference from one of them.

    Rows: the names in `per_photo`; columns: n_photos, mean, low, high, difference, difference_low,
    difference_high (95 % bootstrap intervals, `authors` resampled whole, the same samples for
    all). Only photos for which every candidate has a result (no NaN) count.
    """
    if against not in per_photo:
        raise ValueError(f"against: {against!r}, expected one of {list(per_photo)}")
    values = np.stack(list(per_photo.values()), axis=1)
    shared = ~np.isnan(values).any(axis=1)
    if not shared.any():
        raise ValueError("per_photo: no photo has a result of every candidate")
    values, groups = values[shared], authors[shared]
    reference = values[:, [list(per_photo).index(against)]]
    means = bootstrap_means(values, groups, n_resamples, seed)
    differences = bootstrap_means(values - reference, groups, n_resamples, seed)
    return pd.DataFrame(
        {
            "n_photos": len(values),
            "mean": means.estimate,
            "low": means.low,
            "high": means.high,
            "difference": differences.estimate,
            "difference_low": differences.low,
            "difference_high": differences.high,
        },
        index=pd.Index(per_photo, name="ranked by"),
    )


def _spread(
    values: Float[ndarray, " tested"], test: Bool[ndarray, " photos"]
) -> Float[ndarray, " photos"]:
    """Results of the tested photos at their places, NaN at all others."""
    everywhere = np.full(len(test), np.nan)
    everywhere[test] = values
    return everywhere
