"""The sharpest instrument: draw the same scene without one thing, and see what the model loses."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real, UInt8
from numpy import ndarray
from scipy.special import logsumexp
from scipy.stats import spearmanr
from torch import nn
from tqdm import tqdm

from geoutils.evaluation.bootstrap import bootstrap_sums
from geoutils.explanation.bootstrap_median import resample_counts
from geoutils.photos.scenes import compose, render
from geoutils.prediction import hierarchical_log_scores, level_log_probs


def cell_confidence(
    model: nn.Module,
    parents: Int[ndarray, "cells levels"],
    pixels: UInt8[ndarray, "photos h w 3"],
    cells: Int[ndarray, " photos"],
) -> Float[ndarray, " photos"]:
    """Probability that f* gives to a chosen finest cell of each photo (normalised over cells)."""
    log_scores = hierarchical_log_scores(level_log_probs(model, pixels), parents)
    chosen = log_scores[np.arange(len(cells)), cells].astype(np.float64)
    return np.exp(chosen - logsumexp(log_scores, axis=1))


def redrawn_confidence(
    model: nn.Module,
    parents: Int[ndarray, "cells levels"],
    manifest: pd.DataFrame,
    pixels: UInt8[ndarray, "photos h h 3"],
    cells: Int[ndarray, " photos"],
    cues: Sequence[str],
) -> pd.DataFrame:
    """Confidence in each photo's chosen cell before and after each cue it shows is left out.

    `pixels` are the rendered photos of `manifest`. One row per photo and cue: columns row (place in
    `manifest`), author, left_out, before, after. Everything else in the scene is drawn from the
    same random numbers, so nothing else moves. Raises ValueError if no photo shows any cue.
    """
    pairs = [np.flatnonzero(manifest[f"shows_{cue}"]) for cue in cues]
    rows = np.concatenate(pairs)
    if not len(rows):
        raise ValueError(f"cues: none of {list(cues)} is seen in these {len(manifest)} photos")
    redrawn = [
        render(compose(manifest.iloc[shown]), pixels.shape[1], hide=(cue,))[0]
        for cue, shown in zip(
            tqdm(cues, "Redrawing", unit=" cues", mininterval=1), pairs, strict=True
        )
        if len(shown)
    ]
    before = cell_confidence(model, parents, pixels, cells)
    return pd.DataFrame(
        {
            "row": rows,
            "author": manifest["author"].to_numpy()[rows],
            "left_out": np.repeat(cues, [len(shown) for shown in pairs]),
            "before": before[rows],
            "after": cell_confidence(model, parents, np.concatenate(redrawn), cells[rows]),
        }
    )


def kept_confidence(redrawn: pd.DataFrame, n_resamples: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Share of all confidence that is left without each cue: mean after / mean before.

    `redrawn` as from `redrawn_confidence`. Index: left_out; columns n_photos, mean, low, high
    (95 % bootstrap interval over authors), the most important cue first.
    """
    rows = {}
    for cue, part in redrawn.groupby("left_out", sort=False):
        pair = part[["after", "before"]].to_numpy(dtype=float)
        after, before = pair.mean(axis=0)
        sums = bootstrap_sums(pair, part["author"].to_numpy(), n_resamples, seed)
        low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
        rows[cue] = (len(part), after / before, low, high)
    columns = ["n_photos", "mean", "low", "high"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis("left_out").sort_values("mean")


def rank_agreement(
    a: Real[ndarray, " photos"],
    b: Real[ndarray, " photos"],
    groups: ndarray,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Spearman's rank correlation with its 95 % bootstrap interval (estimate, low, high).

    NaN where fewer than three photos or a constant leave nothing to rank.
    """
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan"), float("nan"), float("nan")
    samples = []
    for counts in resample_counts(groups, n_resamples, seed):
        drawn = np.repeat(np.arange(len(a)), counts)
        if len(drawn) and np.ptp(a[drawn]) > 0 and np.ptp(b[drawn]) > 0:
            samples.append(spearmanr(a[drawn], b[drawn]).statistic)
    low, high = np.quantile(samples or [np.nan], [0.025, 0.975])
    return float(spearmanr(a, b).statistic), float(low), float(high)
