"""All that a calibration table says of one head: right, sure, and how far apart the two are."""

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from geoutils.evaluation.bootstrap import Interval, bootstrap_means
from geoutils.evaluation.calibration import N_BINS, bootstrap_calibration_error
from geoutils.evaluation.probability_scores import brier_scores, negative_log_likelihoods


def confidences_of(
    log_probs: Float[ndarray, "photos cells"], cells: Int[ndarray, " truths"]
) -> tuple[Float[ndarray, " photos"], Bool[ndarray, " photos"]]:
    """Confidence of each photo's likeliest cell, and whether that cell is the true one.

    >>> confidences_of(np.log([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 0]))
    (array([0.9, 0.7]), array([ True, False]))
    """
    best = log_probs.argmax(axis=1)
    highest = np.exp(log_probs[np.arange(len(best)), best].astype(float))
    return np.minimum(highest, 1.0), best == cells  # float32 logarithms may round above 0


def calibration_summary(
    log_probs: Float[ndarray, "photos cells"],
    cells: Int[ndarray, " truths"],
    groups: ndarray | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
    n_bins: int = N_BINS,
) -> dict[str, Interval]:
    """Accuracy, mean confidence, ECE, adaptive ECE, Brier score and NLL, each with its interval.

    `log_probs` are normalised. NLL is the mean over photos whose true cell has a probability above
    0; it is left out where there is none. Resampling as in `bootstrap_means`.
    """
    how = {"n_resamples": n_resamples, "seed": seed}
    confidences, correct = confidences_of(log_probs, cells)
    columns = np.column_stack([correct, confidences, brier_scores(log_probs, cells)])
    means = bootstrap_means(columns.astype(float), groups, **how)
    right, sure, brier = (
        Interval(means.estimate[[k]], means.low[[k]], means.high[[k]]) for k in range(3)
    )
    errors = {
        name: bootstrap_calibration_error(
            confidences, correct, groups, **how, n_bins=n_bins, adaptive=adaptive
        )
        for name, adaptive in (("ECE", False), ("adaptive ECE", True))
    }
    summary = {"right": right, "mean confidence": sure} | errors | {"Brier": brier}
    losses = negative_log_likelihoods(log_probs, cells)
    usable = np.isfinite(losses)
    if usable.any():
        authors = None if groups is None else np.asarray(groups)[usable]
        summary["NLL"] = bootstrap_means(losses[usable, None], authors, **how)
    return summary
