"""Partitions: the Earth cut into the cells that a model tells apart."""

from geoutils.partitions.adaptive import (
    S2Unions,
    adaptive_cells,
    adaptive_classes,
    adaptive_partition,
    adaptive_partitions,
    adaptive_tree,
    binary_partition,
    fullest_partition,
    photos_per_cell,
    remainder_partition,
    split_full_cells,
)
from geoutils.partitions.cells import Cells
from geoutils.partitions.comparison import compare_partitions, readable, readable_ceilings
from geoutils.partitions.geoclass import (
    GEOCLASS_SETS,
    BaseGraph,
    GeoclassCells,
    GeoclassParameters,
    base_graph,
    combine,
    geoclass_set,
    sample_parameters,
)
from geoutils.partitions.geojson import read_geojson, write_geojson
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.naming import cell_names, example_branches, with_place_names
from geoutils.partitions.partition import Partition
from geoutils.partitions.published import read_cells_csv, write_cells_csv
from geoutils.partitions.published_settings import (
    CPLANET_PHOTOS,
    GEODECODER_CELLS,
    GEODECODER_T_MAX,
    ISN_CELLS,
    ISN_T_MAX,
    KORDOPATIS_CELLS,
    MP16_PHOTOS,
    MP16_T_MIN,
    THESIS_PHOTOS,
    THESIS_THRESHOLDS,
    scaled_t_max,
)
from geoutils.partitions.quadtree import BoxCells, read_osv5m_quadtree
from geoutils.partitions.s2_cells import S2Cells
from geoutils.partitions.semantic import (
    LocationTree,
    SemanticCells,
    location_tree,
    n_distinct_cells,
    semantic_partition,
    semantic_partitions,
)
from geoutils.partitions.semp_csv import read_semp, read_semp_csv, write_semp, write_semp_csv
from geoutils.partitions.summary import cell_distances_km, partition_summary

__all__ = [
    "CPLANET_PHOTOS",
    "GEOCLASS_SETS",
    "GEODECODER_CELLS",
    "GEODECODER_T_MAX",
    "ISN_CELLS",
    "ISN_T_MAX",
    "KORDOPATIS_CELLS",
    "MP16_PHOTOS",
    "MP16_T_MIN",
    "THESIS_PHOTOS",
    "THESIS_THRESHOLDS",
    "BaseGraph",
    "BoxCells",
    "Cells",
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
    "cell_names",
    "combine",
    "compare_partitions",
    "example_branches",
    "fullest_partition",
    "geoclass_set",
    "location_tree",
    "n_distinct_cells",
    "partition_summary",
    "photos_per_cell",
    "read_cells_csv",
    "read_geojson",
    "read_osv5m_quadtree",
    "read_semp",
    "read_semp_csv",
    "readable",
    "readable_ceilings",
    "remainder_partition",
    "sample_parameters",
    "scaled_t_max",
    "semantic_partition",
    "semantic_partitions",
    "split_full_cells",
    "with_place_names",
    "write_cells_csv",
    "write_geojson",
    "write_semp",
    "write_semp_csv",
]
