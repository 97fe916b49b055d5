"""Prediction: from photos to probabilities of cells, and from those to places on Earth."""

from geoutils.prediction.hierarchical import hierarchical_log_scores
from geoutils.prediction.level_probabilities import level_log_probs
from geoutils.prediction.locate import locate
from geoutils.prediction.nearest import nearest_neighbours
from geoutils.prediction.top_cells import top_k_hits

__all__ = [
    "hierarchical_log_scores",
    "level_log_probs",
    "locate",
    "nearest_neighbours",
    "top_k_hits",
]
