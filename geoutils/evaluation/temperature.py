"""Temperature scaling: one number that makes a model less, or more, sure of everything it says."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from geoutils.evaluation.probability_scores import negative_log_likelihoods

LOG_TEMPERATURES = (-3.0, 3.0)  # searched between 1/20 and 20


def tempered(
    log_scores: Float[ndarray, "photos cells"], temperature: float | int = 1.0
) -> Float[ndarray, "photos cells"]:
    """Log-probabilities p^(1/T), normalised over the cells; T > 1 flattens, T = 1 only normalises.

    The order of the cells, hence every prediction, stays as it was (Guo et al., 2017, section 4.2).
    """
    if not temperature > 0:
        raise ValueError(f"temperature: {temperature}; expected above 0")
    return log_softmax(log_scores / temperature, axis=1)


def fit_temperature(
    log_scores: Float[ndarray, "photos cells"], cells: Int[ndarray, " photos"]
) -> float:
    """Temperature of least mean negative log-likelihood; give it validation photos only.

    Photos outside the partition, or whose true cell has probability 0, say nothing about it and
    are left out.
    """
    usable = np.isfinite(negative_log_likelihoods(log_scores, cells))
    if not usable.any():
        raise ValueError("cells: no photo lies in a cell of positive probability")
    log_scores, cells = log_scores[usable], cells[usable]

    def loss(log_temperature: float) -> float:
        scaled = tempered(log_scores, float(np.exp(log_temperature)))
        return float(negative_log_likelihoods(scaled, cells).mean())

    return float(np.exp(minimize_scalar(loss, bounds=LOG_TEMPERATURES, method="bounded").x))
