"""Adaptive partitions: S2 cells that follow the photos (PlaNet, ISN, Kordopatis, the thesis)."""

from geoutils.partitions.adaptive.binary import binary_partition
from geoutils.partitions.adaptive.fullest import fullest_partition
from geoutils.partitions.adaptive.remainder import remainder_partition
from geoutils.partitions.adaptive.s2_unions import S2Unions
from geoutils.partitions.adaptive.threshold import (
    adaptive_cells,
    adaptive_classes,
    adaptive_partition,
    adaptive_partitions,
    photos_per_cell,
    split_full_cells,
)
from geoutils.partitions.adaptive.tree import adaptive_tree

__all__ = [
    "S2Unions",
    "adaptive_cells",
    "adaptive_classes",
    "adaptive_partition",
    "adaptive_partitions",
    "adaptive_tree",
    "binary_partition",
    "fullest_partition",
    "photos_per_cell",
    "remainder_partition",
    "split_full_cells",
]
