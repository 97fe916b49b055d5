"""Scores of a whole distribution over cells, one number a photo: Brier and log-likelihood.

Calibration alone can be had by always answering the base rates. These two are proper: only the true
probabilities make them least, so they reward being right and being honest at once (Gneiting and
Raftery, 2007, Strictly Proper Scoring Rules, Prediction, and Estimation).
"""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


def brier_scores(
    probabilities: Float[ndarray, "photos cells"], cells: Int[ndarray, " truths"]
) -> Float[ndarray, " photos"]:
    """Squared distance of the probabilities from the truth, summed over cells: 0 best, 2 worst.

    A photo outside every cell (-1) has no cell to be near: it scores 1 plus the squares.
    Brier (1950), Verification of Forecasts Expressed in Terms of Probability.

    >>> brier_scores(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([0, -1]))
    array([0.5, 1.5])
    """
    squares = np.square(probabilities).sum(axis=1, dtype=float)
    return squares + 1 - 2 * np.where(cells >= 0, _of_truth(probabilities, cells), 0.0)


def negative_log_likelihoods(
    log_probs: Float[ndarray, "photos cells"], cells: Int[ndarray, " truths"]
) -> Float[ndarray, " photos"]:
    """Minus the log-probability of the true cell, in nats; +inf for a photo outside every cell.

    >>> negative_log_likelihoods(np.log([[0.5, 0.5]]), np.array([1])).round(3)
    array([0.693])
    """
    return np.where(cells >= 0, -_of_truth(log_probs, cells).astype(float), np.inf)


def _of_truth(
    values: Float[ndarray, "photos cells"], cells: Int[ndarray, " truths"]
) -> Float[ndarray, " photos"]:
    """Value of each photo's true cell; of the last cell where there is none."""
    if len(values) != len(cells):
        raise ValueError(f"cells: {len(cells)} for {len(values)} photos; expected one per photo")
    if cells.max(initial=-1) >= values.shape[1]:
        raise ValueError(f"cells: index {cells.max()}; expected below {values.shape[1]} cells")
    return values[np.arange(len(values)), cells]
