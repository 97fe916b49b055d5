"""Temperature scaling: one number that makes a model less, or more, sure of everything it says."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.special import log_softmax

from geoutils.evaluation.probability_scores import negative_log_likelihoods

LOG_TEMPERATURES = (-3.0, 3.0)  # searched between 1/20 and 20
CHUNK = 2**20  # scores that are raised to a power at once; more do not fit the cache
TOLERANCE = 1e-5  # of the logarithm of the temperature
MOST_STEPS = 100
NEVER = -1e15  # stands for −inf, where 0 times it, and times its square, must be 0


def tempered(
    log_scores: Float[ndarray, "photos cells"], temperature: float | int = 1.0
) -> Float[ndarray, "photos cells"]:
    """Log-probabilities p^(1/T), normalised over the cells; T > 1 flattens, T = 1 only normalises.

    The order of the cells, hence every prediction, stays as it was (Guo et al., 2017, section 4.2).
    Raises ValueError for a temperature of 0 or below.
    """
    if not temperature > 0:
        raise ValueError(f"temperature: {temperature}; expected above 0")
    return log_softmax(log_scores / temperature, axis=1)


def fit_temperature(
    log_scores: Float[ndarray, "photos cells"], cells: Int[ndarray, " photos"]
) -> float:
    """Temperature of least mean negative log-likelihood; give it validation photos only.

    Photos outside the partition, or whose true cell has probability 0, say nothing about it and
    are left out; ValueError where none is left. The loss is convex in 1/T, so its one minimum is
    found by Newton's steps on the slope; a step that leaves the bracket halves it instead, towards
    its end where the best temperature lies beyond.
    """
    usable = np.isfinite(negative_log_likelihoods(log_scores, cells))
    if not usable.any():
        raise ValueError("cells: no photo lies in a cell of positive probability")
    rows, truth = np.flatnonzero(usable), cells[usable]
    low, high = LOG_TEMPERATURES
    at = 0.0
    for _ in range(MOST_STEPS):
        slope, curvature = _slope(log_scores, rows, truth, float(np.exp(-at)))
        low, high = (at, high) if slope > 0 else (low, at)  # it falls as log T grows
        inverse = np.exp(-at) - slope / curvature if curvature > 0 else 0.0
        newton = float(-np.log(inverse)) if inverse > 0 else np.inf
        step, at = newton - at, newton if low < newton < high else (low + high) / 2
        if min(abs(step), high - low) < TOLERANCE:
            break
    return float(np.exp(at))


def _slope(
    log_scores: Float[ndarray, "photos cells"],
    rows: Int[ndarray, " some"],
    truth: Int[ndarray, " some"],
    inverse: float,
) -> tuple[float, float]:
    """First and second derivative of the mean NLL by 1/T: E[s] − s(truth), and Var[s]."""
    slope = curvature = 0.0
    step = max(1, CHUNK // log_scores.shape[1])
    for start in range(0, len(rows), step):
        part = log_scores[rows[start : start + step]]
        part -= part.max(axis=1, keepdims=True)  # s; the derivatives do not depend on its zero
        powers = np.exp(part.dtype.type(inverse) * part)
        np.maximum(part, NEVER, out=part)
        weight = powers.sum(axis=1, dtype=float)
        mean = np.einsum("ij,ij->i", powers, part) / weight
        square = np.einsum("ij,ij,ij->i", powers, part, part) / weight
        slope += (mean - part[np.arange(len(part)), truth[start : start + step]]).sum()
        curvature += (square - mean**2).sum()
    return float(slope / len(rows)), float(curvature / len(rows))
