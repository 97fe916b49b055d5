"""The best few of many scores, in order."""

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray


def best_columns(scores: Real[ndarray, "rows columns"], k: int) -> Int[ndarray, "rows k"]:
    """Columns of the k highest scores of each row, best first; of equal scores the lower column.

    Raises ValueError for k out of range. NaN is not expected.

    >>> best_columns(np.array([[0.1, 0.9, 0.5, 0.9]]), 3)
    array([[1, 3, 2]])
    """
    n_columns = scores.shape[1]
    if not 1 <= k <= n_columns:
        raise ValueError(f"k: {k}; expected 1 … {n_columns}, the number of columns")
    if k < n_columns:
        chosen = np.argpartition(scores, n_columns - k, axis=1)[:, n_columns - k :]
        kth = np.take_along_axis(scores, chosen, axis=1).min(axis=1)
        # Where the k-th score occurs more often than it is needed, the choice was arbitrary.
        for row in np.flatnonzero((scores >= kth[:, None]).sum(axis=1) > k):
            above = np.flatnonzero(scores[row] > kth[row])
            equal = np.flatnonzero(scores[row] == kth[row])
            chosen[row] = np.concatenate([above, equal[: k - len(above)]])
    else:
        chosen = np.broadcast_to(np.arange(n_columns), scores.shape)
    values = np.take_along_axis(scores, chosen, axis=1)
    order = np.lexsort((chosen, -values), axis=1)
    return np.take_along_axis(chosen, order, axis=1)
