"""Adaptive S2 partitions: small cells where photos are dense (PlaNet, ISN and their successors)."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int, Real, UInt64
from numpy import ndarray

from geoutils import s2
from geoutils.hilbert import MAX_LEVEL
from geoutils.partitions.adaptive.growth import (
    CellRuns,
    CellTree,
    CurvePhotos,
    check_thresholds,
    grow_tree,
)
from geoutils.partitions.partition import Partition
from geoutils.partitions.s2_cells import S2Cells


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
    """Adaptive partitions of the same photos, one for each name and t_max: grown only once."""
    photos = CurvePhotos.of(latlon_deg)
    runs = _kept_runs(_tree(photos.leaves, t_min, t_max), t_min, t_max)
    return [s2_partition(name, photos, cells) for name, cells in runs.items()]


def adaptive_classes(
    latlon_deg: Real[ndarray, "photos 2"],
    t_min: int,
    t_max: Mapping[str, int],
    leaves: UInt64[ndarray, " leaves"] | None = None,
) -> tuple[list[Partition], Int[ndarray, "photos partitions"]]:
    """Adaptive partitions, and the class of each of their photos in each, -1 in dropped cells.

    The same classes as by `assign`, without looking photos up again. `leaves` are the photos' S2
    leaf cells where those are known already.
    """
    photos = CurvePhotos.of(latlon_deg, leaves)
    tree = _tree(photos.leaves, t_min, t_max)
    runs = _kept_runs(tree, t_min, t_max)
    partitions = [s2_partition(name, photos, cells) for name, cells in runs.items()]
    # Photos are brought back into their order once, with their cells in the finest growth.
    finest = tree.runs(tree.final(min(t_max.values())))
    cell_of_photo = photos.classes(finest, np.arange(len(finest)))
    classes = np.empty((len(partitions), len(photos)), dtype=np.int64)
    for row, partition in zip(classes, partitions, strict=True):
        partition.cells.parents_of(S2Cells(finest.ids)).take(cell_of_photo, out=row)
    return partitions, classes.T


def adaptive_cells(
    leaves: UInt64[ndarray, " photos"], t_min: int, t_max: Mapping[str, int]
) -> dict[str, tuple[UInt64[ndarray, " cells"], Int[ndarray, " cells"]]]:
    """Cells and photo counts of adaptive partitions from the photos' leaf cells alone."""
    runs = _kept_runs(_tree(np.sort(leaves), t_min, t_max), t_min, t_max)
    return {name: (cells.ids, cells.counts) for name, cells in runs.items()}


def s2_partition(name: str, photos: CurvePhotos, runs: CellRuns) -> Partition:
    """Partition whose classes are S2 cells, each with a photo at least, along the curve."""
    cells = S2Cells(runs.ids)
    points = photos.points(runs, np.arange(len(runs)), len(runs))
    return Partition(name, cells, points, runs.counts, cells.labels())


def photos_per_cell(
    cells: UInt64[ndarray, " cells"], sorted_leaves: UInt64[ndarray, " photos"]
) -> Int[ndarray, " cells"]:
    """Photos in each S2 cell: the difference of two binary searches among sorted leaf ids."""
    first, last = s2.id_ranges(cells)
    begin = np.searchsorted(sorted_leaves, first)
    return np.searchsorted(sorted_leaves, last, side="right") - begin


def split_full_cells(
    cells: UInt64[ndarray, " cells"], sorted_leaves: UInt64[ndarray, " photos"], t_max: int
) -> UInt64[ndarray, " finer"]:
    """One step of the growth: cells with more than t_max photos give way to their children."""
    full = (photos_per_cell(cells, sorted_leaves) > t_max) & (s2.levels(cells) < MAX_LEVEL)
    return np.sort(np.concatenate([cells[~full], s2.children(cells[full]).ravel()]))


def _tree(
    sorted_leaves: UInt64[ndarray, " photos"], t_min: int, t_max: Mapping[str, int]
) -> CellTree:
    """One tree from which the cells of all thresholds are cut."""
    if not t_max:
        raise ValueError("t_max: no thresholds; expected one at least, by the partition's name")
    if len(sorted_leaves) == 0:
        raise ValueError("leaves: no photos; a partition is made from at least one")
    for most in t_max.values():
        check_thresholds(t_min, most)
    return grow_tree(sorted_leaves, min(t_max.values()))


def _kept_runs(tree: CellTree, t_min: int, t_max: Mapping[str, int]) -> dict[str, CellRuns]:
    """Cells of each partition that are not dropped."""
    kept = {}
    for name, most in t_max.items():
        runs = tree.runs(tree.final(most))
        kept[name] = runs.where(runs.counts >= t_min)
        if len(kept[name]) == 0:
            raise ValueError(
                f"t_min: no cell holds {t_min} of the {runs.counts.sum():,} photos (t_max {most})"
            )
    return kept
