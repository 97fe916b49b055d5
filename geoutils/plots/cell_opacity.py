"""How much of a cell's colour a map of one prediction shows."""

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

FAINT = 0.35  # share of its opacity that the least photographed cell keeps


def thesis_opacity(probabilities: Real[ndarray, " cells"]) -> Float[ndarray, " cells"]:
    """Opacity min(1, 5·min(p, 0.8)) of cells of probability p; 0, not drawn, below p = 0.05.

    So whatever has a fifth of the probability is opaque (the thesis, its section on the world map
    of cell predictions).

    >>> thesis_opacity(np.array([0.049, 0.05, 0.1, 0.2, 0.9])).round(2)
    array([0.  , 0.25, 0.5 , 1.  , 1.  ])
    """
    p = np.asarray(probabilities, dtype=np.float64)
    return np.where(p < 0.05, 0.0, np.minimum(1, 5 * np.minimum(p, 0.8)))


def density_opacity(
    probabilities: Real[ndarray, " cells"],
    photos: Int[ndarray, " cells"],
    areas_km2: Float[ndarray, " cells"],
) -> Float[ndarray, " cells"]:
    """The thesis's opacity, less for cells with few training photos per km².

    The densest drawn cell keeps all of it, the least dense FAINT of it, others lie between by the
    logarithm of their density: a vast cell whose photos could be anywhere does not outshine a
    town. The thesis leaves such a rule to future work; this one is ours. A cell without photos
    counts as least dense, one of unknown area (a mere point) as densest.
    """
    opacity = thesis_opacity(probabilities)
    drawn = np.flatnonzero(opacity)
    known = drawn[(photos[drawn] > 0) & (areas_km2[drawn] > 0)]
    share = np.ones(len(opacity))
    share[drawn[photos[drawn] == 0]] = 0
    if len(known):
        density = np.log(photos[known] / areas_km2[known])
        least, most = density.min(), density.max()
        share[known] = (density - least) / (most - least) if most > least else 1
    return opacity * (FAINT + (1 - FAINT) * share)


def even_opacity(probabilities: Real[ndarray, " cells"]) -> Float[ndarray, " cells"]:
    """Opacity from 0.12 for the least to 0.85 for the greatest probability, by its logarithm.

    It leaves out no cell of probability above 0: for maps that show a prediction's top cells
    whatever they hold. The greatest is opaque whether it is certain or not; see the numbers.

    >>> even_opacity(np.array([0.4, 0.04, 0.004, 0.0])).round(3)
    array([0.85 , 0.485, 0.12 , 0.   ])
    """
    p = np.asarray(probabilities, dtype=np.float64)
    opacity = np.zeros(len(p))
    some = p > 0
    if some.any():
        log_p = np.log(p[some])
        least, most = log_p.min(), log_p.max()
        share = (log_p - least) / (most - least) if most > least else np.ones(len(log_p))
        opacity[some] = 0.12 + 0.73 * share
    return opacity
