"""From scores of cells to a place on Earth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Real
from numpy import ndarray
from scipy.special import logsumexp

from geoutils.partitions import Partition
from geoutils.prediction.best_columns import best_columns
from geoutils.sphere import great_circle_km


def locate(
    log_scores: Float[ndarray, "photos cells"],
    partition: Partition,
    photo: Sequence[str],
    truth_deg: Real[ndarray, "truths 2"] | None = None,
    top_k: int = 10,
) -> pd.DataFrame:
    """Place each photo at the point of its best cell; one row per photo, in the order given.

    Columns: photo, cell, latitude, longitude, probability (of the cell; scores are normalised over
    the cells), top_cells and top_probabilities (lists, best first, of equals the lower index),
    distance_km (NaN without a truth). A photo whose scores are all −inf is not placed: cell −1, no
    point, probability 0, and its distance is infinite, so that it counts as wrong.
    Raises ValueError for scores that do not fit the partition, or are NaN.
    """
    _check(log_scores, partition, photo, truth_deg, top_k)
    top = best_columns(log_scores, min(top_k, len(partition)))
    total = logsumexp(log_scores, axis=1)
    placed = np.isfinite(total)
    best = np.take_along_axis(log_scores, top, axis=1)
    chances = np.exp(best - np.where(placed, total, 0)[:, None]).astype(float)
    point = np.where(placed[:, None], partition.centers_deg[top[:, 0]], np.nan)
    possible = [row > -np.inf for row in best]
    return pd.DataFrame(
        {
            "photo": list(photo),
            "cell": np.where(placed, top[:, 0], -1),
            "latitude": point[:, 0],
            "longitude": point[:, 1],
            "probability": chances[:, 0],
            "top_cells": [row[kept].tolist() for row, kept in zip(top, possible, strict=True)],
            "top_probabilities": [
                row[kept].tolist() for row, kept in zip(chances, possible, strict=True)
            ],
            "distance_km": _distances_km(point, placed, truth_deg),
        }
    )


def _distances_km(
    point: Float[ndarray, "photos 2"],
    placed: Bool[ndarray, " photos"],
    truth_deg: Real[ndarray, "photos 2"] | None,
) -> Float[ndarray, " photos"]:
    if truth_deg is None:
        return np.full(len(point), np.nan)
    known = np.isfinite(truth_deg).all(axis=1)
    distances_km = np.where(known & ~placed, np.inf, np.nan)
    both = known & placed
    distances_km[both] = great_circle_km(point[both], truth_deg[both])
    return distances_km


def _check(log_scores, partition, photo, truth_deg, top_k) -> None:
    n_photos, n_cells = log_scores.shape
    if n_cells != len(partition):
        raise ValueError(
            f"log_scores: {n_cells} cells, but partition {partition.name!r} has {len(partition)}"
        )
    if np.isnan(log_scores).any():
        raise ValueError(f"log_scores: {np.isnan(log_scores).any(axis=1).sum()} photos have NaN")
    if len(photo) != n_photos:
        raise ValueError(f"photo: {len(photo)} names for {n_photos} rows of log_scores")
    if truth_deg is not None and len(truth_deg) != n_photos:
        raise ValueError(f"truth_deg: {len(truth_deg)} rows for {n_photos} photos")
    if top_k < 1:
        raise ValueError(f"top_k: {top_k}; expected 1 or more")
