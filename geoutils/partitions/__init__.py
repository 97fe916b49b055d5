"""Partitions: the Earth cut into the cells that a model tells apart."""

from geoutils.partitions.adaptive import (
    adaptive_cells,
    adaptive_classes,
    adaptive_partition,
    adaptive_partitions,
    photos_per_cell,
    split_full_cells,
)
from geoutils.partitions.base_cells import BaseGraph, base_graph
from geoutils.partitions.binary import binary_partition
from geoutils.partitions.combined import combine
from geoutils.partitions.fullest import fullest_partition
from geoutils.partitions.geoclass import (
    GEOCLASS_SETS,
    GeoclassParameters,
    geoclass_set,
    sample_parameters,
)
from geoutils.partitions.geoclass_cells import GeoclassCells
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.location_tree import LocationTree, location_tree
from geoutils.partitions.partition import Partition
from geoutils.partitions.preserving import remainder_partition
from geoutils.partitions.published import read_cells_csv, write_cells_csv
from geoutils.partitions.published_settings import (
    GEODECODER_CELLS,
    GEODECODER_T_MAX,
    ISN_CELLS,
    ISN_T_MAX,
    KORDOPATIS_CELLS,
    MP16_PHOTOS,
    MP16_T_MIN,
    THESIS_THRESHOLDS,
    scaled_t_max,
)
from geoutils.partitions.quadtree import BoxCells, read_osv5m_quadtree
from geoutils.partitions.s2_cells import S2Cells
from geoutils.partitions.s2_unions import S2Unions
from geoutils.partitions.semantic import (
    n_distinct_cells,
    semantic_partition,
    semantic_partitions,
)
from geoutils.partitions.semantic_cells import SemanticCells
from geoutils.partitions.summary import cell_distances_km, partition_summary
from geoutils.partitions.tree import adaptive_tree

__all__ = [
    "GEOCLASS_SETS",
    "GEODECODER_CELLS",
    "GEODECODER_T_MAX",
    "ISN_CELLS",
    "ISN_T_MAX",
    "KORDOPATIS_CELLS",
    "MP16_PHOTOS",
    "MP16_T_MIN",
    "THESIS_THRESHOLDS",
    "BaseGraph",
    "BoxCells",
    "GeoclassCells",
    "GeoclassParameters",
    "Hierarchy",
    "LocationTree",
    "Partition",
    "S2Cells",
    "S2Unions",
    "SemanticCells",
    "adaptive_cells",
    "adaptive_classes",
    "adaptive_partition",
    "adaptive_partitions",
    "adaptive_tree",
    "base_graph",
    "binary_partition",
    "cell_distances_km",
    "combine",
    "fullest_partition",
    "geoclass_set",
    "location_tree",
    "n_distinct_cells",
    "partition_summary",
    "photos_per_cell",
    "read_cells_csv",
    "read_osv5m_quadtree",
    "remainder_partition",
    "sample_parameters",
    "scaled_t_max",
    "semantic_partition",
    "semantic_partitions",
    "split_full_cells",
    "write_cells_csv",
]
