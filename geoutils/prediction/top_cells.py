"""Whether the right cell is among a model's first choices."""

import numpy as np
from jaxtyping import Bool, Int, Real
from numpy import ndarray


def top_k_hits(
    log_scores: Real[ndarray, "photos cells"], truth: Int[ndarray, " photos"], k: int = 1
) -> Bool[ndarray, " photos"]:
    """True where fewer than k cells score higher than the true one, or as high at a lower index.

    A photo outside the partition (−1) is never hit. Raises ValueError for `k` below 1.

    >>> top_k_hits(np.log([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), np.array([1, -1]), k=2)
    array([ True, False])
    """
    if k < 1:
        raise ValueError(f"k: {k}; expected 1 or more")
    inside = truth >= 0
    true_cell = np.where(inside, truth, 0)[:, None]
    score = np.take_along_axis(log_scores, true_cell, axis=1)
    before = np.arange(log_scores.shape[1]) < true_cell
    ahead = (log_scores > score) | ((log_scores == score) & before)
    return inside & (ahead.sum(axis=1) < k)
