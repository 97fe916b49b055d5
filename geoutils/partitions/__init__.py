"""Partitions: the Earth cut into the cells that a model tells apart."""

from geoutils.partitions.adaptive import (
    adaptive_partition,
    adaptive_partitions,
    photos_per_cell,
    split_full_cells,
)
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.partition import Partition
from geoutils.partitions.s2_cells import S2Cells
from geoutils.partitions.summary import cell_distances_km, partition_summary

__all__ = [
    "Hierarchy",
    "Partition",
    "S2Cells",
    "adaptive_partition",
    "adaptive_partitions",
    "cell_distances_km",
    "partition_summary",
    "photos_per_cell",
    "split_full_cells",
]
