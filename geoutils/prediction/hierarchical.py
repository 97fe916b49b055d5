"""Scores of the finest cells that take all levels into account, for arrays of many photos."""

from collections.abc import Sequence
from numbers import Real

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.models.branch_tree import BranchTree
from geoutils.models.hierarchy_scores import hmc_scores

CHUNK = 4096  # photos at once


def hierarchical_log_scores(
    level_log_probs: Sequence[Float[ndarray, "photos _"]],
    parents: Int[ndarray, "cells levels"],
    epsilon: Real = 0.0,
) -> Float[ndarray, "photos cells"]:
    """Log of the product over levels of the probability of each finest cell's ancestor.

    Levels coarse → fine, ε as in `hmc_scores`. With ε = 0 this is the f* of ISN and SemP; a cell
    that lacks an ancestor then scores −inf. Not normalised: f* is a product of probabilities that
    are not independent, so its softmax is overconfident. Raises ValueError without levels.
    """
    if not len(level_log_probs):
        raise ValueError("level_log_probs: no levels; expected one array for each, coarse → fine")
    tree = BranchTree.of(parents)
    n_photos = len(level_log_probs[0])
    scores = []
    with torch.inference_mode():
        for start in range(0, max(1, n_photos), CHUNK):
            chunk = [torch.from_numpy(np.array(p[start : start + CHUNK])) for p in level_log_probs]
            scores.append(hmc_scores(chunk, tree, kind="sum_of_logs", epsilon=epsilon).numpy())
    return np.concatenate(scores)
