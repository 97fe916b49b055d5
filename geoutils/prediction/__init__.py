"""Prediction: from photos to probabilities of cells, and from those to places on Earth."""

from geoutils.prediction.background import Background, placeable, write_background
from geoutils.prediction.best_columns import best_columns
from geoutils.prediction.combinatorial import (
    average_points,
    best_tuples,
    combined_scores,
    locate_combined,
)
from geoutils.prediction.crops import (
    crop_log_probs,
    five_crops,
    mean_log_probs,
    resized_photos,
    resized_to_longest,
    ten_crops,
)
from geoutils.prediction.from_features import embeddings_of_features, log_probs_of_features
from geoutils.prediction.hierarchical import hierarchical_log_scores
from geoutils.prediction.level_probabilities import level_log_probs
from geoutils.prediction.locate import locate
from geoutils.prediction.nearest import nearest_neighbours
from geoutils.prediction.peer_files import read_predictions_csv, write_predictions_csv
from geoutils.prediction.progress import Region, progressive_regions
from geoutils.prediction.search_within_cell import Found, search_everywhere, search_within_cell
from geoutils.prediction.top_cells import top_k_hits
from geoutils.prediction.with_points import with_points

__all__ = [
    "Background",
    "Found",
    "Region",
    "average_points",
    "best_columns",
    "best_tuples",
    "combined_scores",
    "crop_log_probs",
    "embeddings_of_features",
    "five_crops",
    "hierarchical_log_scores",
    "level_log_probs",
    "locate",
    "locate_combined",
    "log_probs_of_features",
    "mean_log_probs",
    "nearest_neighbours",
    "placeable",
    "progressive_regions",
    "read_predictions_csv",
    "resized_photos",
    "resized_to_longest",
    "search_everywhere",
    "search_within_cell",
    "ten_crops",
    "top_k_hits",
    "with_points",
    "write_background",
    "write_predictions_csv",
]
