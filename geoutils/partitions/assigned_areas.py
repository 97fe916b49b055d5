"""Area of the ground from which a partition takes photos, whatever the kind of its cells.

Cells of S2, boxes and geoclasses have an outline and an exact area. A town found by its address
has none: its ground is what the geocoder calls by its name, and that can only be asked for. So it
is measured with points that lie close together where the cells are small.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int, Real, UInt64
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.partition import Partition
from geoutils.partitions.semantic.semantic_cells import SemanticCells

COARSE, FINE = 6, 14  # S2 levels: 140 km across far from every cell's point, 0.6 km beside it


def assigned_areas_km2(partition: Partition) -> Float[ndarray, " cells"]:
    """Area in km² of the ground that `assign` gives each cell.

    Exact where cells have outlines (those of geoclasses: up to half an S2 cell along borders). For
    named places of the offline atlas it is measured, to some percent: a town then has the ground
    within 25 km on which it is the nearest place. No other geocoder is asked half a million times,
    as it may be a server: places of unknown outline have area NaN there.
    """
    cells = partition.cells
    if isinstance(cells, SemanticCells) and cells.asks_atlas:
        return measured_areas_km2(partition.assign, partition.centers_deg)
    return partition.areas_km2()


def measured_areas_km2(
    assign: Callable[[Float[ndarray, "n 2"]], Int[ndarray, " n"]],
    centers_deg: Real[ndarray, "cells 2"],
    coarse: int = COARSE,
    fine: int = FINE,
) -> Float[ndarray, " cells"]:
    """Area in km² of each cell, from points that each stand for a known piece of the Earth.

    The pieces are children of S2 cells: of level `coarse` far from all of `centers_deg`, finer by
    halves towards each of them, down to `fine`. A cell whose center is not far from its ground is
    so measured at its own scale; 0 is ground smaller than the finest pieces.
    """
    pieces = graded_cells(centers_deg, coarse, fine)
    owner = assign(s2.centers(pieces))
    inside = owner >= 0
    return np.bincount(owner[inside], s2.areas_km2(pieces[inside]), len(centers_deg))


def graded_cells(
    centers_deg: Real[ndarray, "n 2"], coarse: int = COARSE, fine: int = FINE
) -> UInt64[ndarray, " cells"]:
    """S2 cells that tile the Earth, the smaller the nearer they are to one of the centers.

    Cells that hold a center and the ring of cells around each of them are split, from level
    `coarse` to `fine` - 1; all that is left is split once more. ValueError unless
    0 <= coarse <= fine < 30.
    """
    if not 0 <= coarse <= fine < s2.MAX_LEVEL:
        raise ValueError(f"coarse, fine: {coarse}, {fine}; expected 0 <= coarse <= fine < 30")
    leaves = s2.cell_ids(centers_deg)
    cells, whole = s2.FACES, []
    for level in range(fine):
        split = np.ones(len(cells), dtype=bool)
        if level >= coarse:
            split = np.isin(cells, _with_rings(np.unique(s2.parents(leaves, level))))
        whole.append(cells[~split])
        cells = s2.children(cells[split]).ravel()
    return s2.children(np.concatenate([*whole, cells])).ravel()


def _with_rings(ids: UInt64[ndarray, " n"]) -> UInt64[ndarray, " around"]:
    """The cells, their neighbours across edges, and across corners (neighbours' neighbours)."""
    beside = np.unique(s2.neighbors(ids))
    return np.unique(np.concatenate([ids, beside, s2.neighbors(beside).ravel()]))
