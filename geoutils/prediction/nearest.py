"""Which photos look alike to a model: nearest neighbours by the angle between features."""

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.prediction.best_columns import best_columns

CHUNK = 20_000_000  # similarities held in memory at once


def nearest_neighbours(
    queries: Real[ndarray, "queries features"], background: Real[ndarray, "photos dims"], k: int
) -> tuple[Int[ndarray, "queries k"], Float[ndarray, "queries k"]]:
    """Rows of the k background photos of highest cosine similarity, best first, and that number.

    Of equally similar photos the first comes first. A photo whose features are all zero is similar
    to nothing (0). Raises ValueError for features of unequal length or fewer than k background
    photos.
    """
    if queries.shape[1] != background.shape[1]:
        raise ValueError(
            f"background: {background.shape[1]} features, but queries have {queries.shape[1]}"
        )
    if not 1 <= k <= len(background):
        raise ValueError(f"k: {k}; expected 1 to {len(background)}, the size of the background")
    queries, background = _unit_rows(queries), _unit_rows(background)
    rows = np.empty((len(queries), k), dtype=np.int64)
    similarity = np.empty((len(queries), k), dtype=np.float32)
    step = max(1, CHUNK // len(background))
    for start in range(0, len(queries), step):
        chunk = queries[start : start + step] @ background.T
        best = best_columns(chunk, k)
        rows[start : start + step] = best
        similarity[start : start + step] = np.take_along_axis(chunk, best, axis=1)
    return rows, similarity


def _unit_rows(features: Real[ndarray, "n d"]) -> Float[ndarray, "n d"]:
    features = np.asarray(features, dtype=np.float32)
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.divide(features, length, out=np.zeros_like(features), where=length > 0)
