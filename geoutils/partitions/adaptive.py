"""Adaptive S2 partitions: small cells where photos are dense (PlaNet, ISN and their successors)."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int, Real, UInt64
from numpy import ndarray

from geoutils import s2
from geoutils.hilbert import MAX_LEVEL
from geoutils.partitions.partition import Partition
from geoutils.partitions.s2_cells import S2Cells
from geoutils.sphere import spherical_mean


def adaptive_partition(
    latlon_deg: Real[ndarray, "photos 2"], t_min: int, t_max: int, name: str = "adaptive"
) -> Partition:
    """Cut the Earth until no S2 cell holds more than t_max photos; drop those with under t_min.

    Growth from the six cube faces, a cell with more than `t_max` photos giving way to its four
    children, down to level 30 at most (photos at one point cannot be told apart, so such a cell
    keeps them all). Weyand et al. 2016 (PlaNet), section 3; Müller-Budack et al. 2018 (ISN),
    section 3.1. Classes are numbered along the Hilbert curve: the same photos in any order give
    the same numbers. ValueError without photos, or where every cell would be dropped.
    """
    return adaptive_partitions(latlon_deg, t_min, {name: t_max})[0]


def adaptive_partitions(
    latlon_deg: Real[ndarray, "photos 2"], t_min: int, t_max: Mapping[str, int]
) -> list[Partition]:
    """Adaptive partitions of the same photos, one for each name and t_max: sorted only once."""
    if len(latlon_deg) == 0:
        raise ValueError("latlon_deg: no photos; a partition is made from at least one")
    leaves = s2.cell_ids(latlon_deg)
    order = np.argsort(leaves, kind="stable")
    leaves, latlon_deg = leaves[order], latlon_deg[order]
    partitions = []
    for name, most in t_max.items():
        if not 1 <= t_min <= most:
            raise ValueError(f"t_min: got {t_min} with t_max {most}, expected 1 <= t_min <= t_max")
        ids, begin, end = grow_cells(leaves, most)
        kept = end - begin >= t_min
        if not kept.any():
            raise ValueError(f"t_min: no cell holds {t_min} of the {len(leaves):,} photos")
        ids, begin, end = ids[kept], begin[kept], end[kept]
        cells = S2Cells(ids)
        means = spherical_mean(latlon_deg, _runs(begin, end, len(leaves)), len(ids))
        partitions.append(Partition(name, cells, means, end - begin, cells.labels()))
    return partitions


def photos_per_cell(
    cells: UInt64[ndarray, " cells"], sorted_leaves: UInt64[ndarray, " photos"]
) -> Int[ndarray, " cells"]:
    """Photos in each S2 cell: the difference of two binary searches among sorted leaf ids."""
    begin, end = _photo_ranges(cells, sorted_leaves)
    return end - begin


def split_full_cells(
    cells: UInt64[ndarray, " cells"], sorted_leaves: UInt64[ndarray, " photos"], t_max: int
) -> UInt64[ndarray, " finer"]:
    """One step of the growth: cells with more than t_max photos give way to their children."""
    full = (photos_per_cell(cells, sorted_leaves) > t_max) & (s2.levels(cells) < MAX_LEVEL)
    return np.sort(np.concatenate([cells[~full], s2.children(cells[full]).ravel()]))


def grow_cells(
    sorted_leaves: UInt64[ndarray, " photos"], t_max: int
) -> tuple[UInt64[ndarray, " cells"], Int[ndarray, " cells"], Int[ndarray, " cells"]]:
    """Split from the faces while a cell holds more than t_max photos; empty cells stay in.

    Returns the cells in order of their ids, with begin and end of their photos among the sorted
    leaf ids. Each step looks at the new cells only, so growing costs nothing beside the sorting.
    """
    grown = []
    cells = s2.FACES
    for level in range(MAX_LEVEL + 1):
        begin, end = _photo_ranges(cells, sorted_leaves)
        full = (end - begin > t_max) & (level < MAX_LEVEL)
        grown.append((cells[~full], begin[~full], end[~full]))
        if not full.any():
            break
        cells = s2.children(cells[full]).ravel()
    ids, begin, end = (np.concatenate(parts) for parts in zip(*grown, strict=True))
    order = np.argsort(ids)
    return ids[order], begin[order], end[order]


def _photo_ranges(cells, sorted_leaves):
    first, last = s2.id_ranges(cells)
    begin = np.searchsorted(sorted_leaves, first)
    return begin, np.searchsorted(sorted_leaves, last, side="right")


def _runs(
    begin: Int[ndarray, " runs"], end: Int[ndarray, " runs"], n: int
) -> Int[ndarray, " photos"]:
    """Number of the run (begin <= k < end) that holds each k below n, -1 between runs."""
    labels = np.full(n, -1)
    size = end - begin
    shift = np.repeat(begin - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    labels[np.arange(size.sum()) + shift] = np.repeat(np.arange(len(begin)), size)
    return labels
