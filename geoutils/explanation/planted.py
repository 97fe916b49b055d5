"""The test that real photos do not allow: does the score find the concept known to be the cue?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Real
from numpy import ndarray
from scipy import stats


def planted_concepts(manifest: pd.DataFrame, names: Sequence[str]) -> Int[ndarray, " photos"]:
    """Number of each photo's planted concept among `names`; 0 where there is none, or none known.

    >>> planted_concepts(pd.DataFrame({"carrier": ["sky", "", "zebra"]}), ["none", "tree", "sky"])
    array([2, 0, 0])
    """
    if "carrier" not in manifest:
        return np.zeros(len(manifest), dtype=np.int64)
    number = {name: place for place, name in enumerate(names)}
    return manifest["carrier"].map(number).fillna(0).to_numpy(dtype=np.int64)


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


def _spread(
    values: Float[ndarray, " tested"], test: Bool[ndarray, " photos"]
) -> Float[ndarray, " photos"]:
    """Results of the tested photos at their places, NaN at all others."""
    everywhere = np.full(len(test), np.nan)
    everywhere[test] = values
    return everywhere
