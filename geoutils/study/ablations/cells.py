"""Cells that a sweep made itself, as something to learn, and whether the right one was named."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.partitions import adaptive_tree
from geoutils.study.ablations.study import AblationStudy
from geoutils.training.recipes.targets import Targets, targets_of


def tree_targets(study: AblationStudy, t_min: int, t_max: int) -> Targets:
    """Leaves of the adaptive tree that the training photos grow with these thresholds."""
    latlon_deg = study.training.latlon_deg
    tree = adaptive_tree(latlon_deg[study.train_rows()], t_min, t_max)
    return targets_of("tree", tree, latlon_deg)


def right_cell(
    log_scores: Float[ndarray, "photos cells"], truth: Int[ndarray, " photos"]
) -> Float[ndarray, " photos"]:
    """One where the best cell is the true one, else zero; NaN for a photo outside all cells.

    >>> right_cell(np.log([[0.2, 0.8], [0.2, 0.8], [0.2, 0.8]]), np.array([1, 0, -1]))
    array([ 1.,  0., nan])
    """
    right = (log_scores.argmax(axis=1) == truth).astype(float)
    return np.where(truth >= 0, right, np.nan)
