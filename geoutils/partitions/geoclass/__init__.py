"""Geoclass sets: base cells merged in several ways, and their combination (CPlaNet)."""

from geoutils.partitions.geoclass.base_cells import BaseGraph, base_graph
from geoutils.partitions.geoclass.combined import combine
from geoutils.partitions.geoclass.geoclass_cells import GeoclassCells
from geoutils.partitions.geoclass.sets import (
    GEOCLASS_SETS,
    GeoclassParameters,
    geoclass_set,
    sample_parameters,
)

__all__ = [
    "GEOCLASS_SETS",
    "BaseGraph",
    "GeoclassCells",
    "GeoclassParameters",
    "base_graph",
    "combine",
    "geoclass_set",
    "sample_parameters",
]
