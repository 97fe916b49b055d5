"""Semantic partitions: classes that are real places (SemP)."""

from geoutils.partitions.semantic.location_tree import LocationTree, location_tree
from geoutils.partitions.semantic.partitions import (
    n_distinct_cells,
    semantic_partition,
    semantic_partitions,
)
from geoutils.partitions.semantic.semantic_cells import SemanticCells

__all__ = [
    "LocationTree",
    "SemanticCells",
    "location_tree",
    "n_distinct_cells",
    "semantic_partition",
    "semantic_partitions",
]
