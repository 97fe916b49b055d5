"""Partitions of a wanted number of classes: the fullest cell is split, again and again."""

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.adaptive.growth import CellRuns, CellTree, CurvePhotos, grow_tree
from geoutils.partitions.adaptive.threshold import s2_partition
from geoutils.partitions.partition import Partition
from geoutils.whole import checked_whole


def fullest_partition(
    latlon_deg: Real[ndarray, "photos 2"], n_cells: int, t_min: int = 1, name: str = "fullest"
) -> Partition:
    """Split the S2 cell with the most photos until `n_cells` cells hold t_min photos or more.

    Growth from the six cube faces; Kordopatis-Zilos et al. 2021, section 3.1. Of equally full
    cells the largest goes first, then the first along the Hilbert curve, and classes are numbered
    along it: the same photos in any order give the same numbers. Growth stops at the first
    partition with `n_cells` classes or more; as a split adds up to three, there may be two more
    than wanted (and six for fewer than six: the faces). Cells under `t_min` are no classes; the
    split of a cell of photos at one point (level 30) is passed over for the next fullest.
    ValueError without photos, or where the photos never make that many classes.
    """
    n_cells, t_min = checked_whole(n_cells, "n_cells"), checked_whole(t_min, "t_min")
    photos = CurvePhotos.of(latlon_deg)
    runs = _grown(photos, n_cells, t_min)
    return s2_partition(name, photos, runs)


def _grown(photos: CurvePhotos, n_cells: int, t_min: int) -> CellRuns:
    """Cells of the wanted partition.

    No child is fuller than its parent, so cells are split in order of falling counts, and the
    cells over any bound come first: a tree grown to a bound low enough holds all that is needed.
    """
    least = 2 * t_min - 1  # a cell with no more photos cannot become two classes
    bound = max(least, len(photos) // n_cells)
    while True:
        tree = grow_tree(photos.leaves, bound)
        split = _in_order_of_splitting(tree)
        classes = tree.counts >= t_min
        of_children = classes[tree.first_child[split][:, None] + np.arange(4)].sum(axis=1)
        after = classes[:6].sum() + np.cumsum(of_children - classes[split])
        reached = np.append(classes[:6].sum(), after) >= n_cells
        if reached.any():
            return _kept(tree, split[: int(reached.argmax())], t_min)
        if bound == least:
            most = max(int(classes[:6].sum()), int(after.max(initial=0)))
            raise ValueError(
                f"n_cells: {n_cells} wanted, but {len(photos):,} photos make at most {most} "
                f"cells of {t_min} photos or more"
            )
        bound = max(least, bound // 2)


def _in_order_of_splitting(tree: CellTree) -> Int[ndarray, " split"]:
    """Rows of the cells that have children, fullest first; parents always before children."""
    rows = np.flatnonzero(tree.first_child >= 0)
    return rows[np.lexsort((tree.ids[rows], s2.levels(tree.ids[rows]), -tree.counts[rows]))]


def _kept(tree: CellTree, split: Int[ndarray, " split"], t_min: int) -> CellRuns:
    """Cells with t_min photos or more where only those rows are split."""
    is_split = np.zeros(len(tree.ids), dtype=bool)
    is_split[split] = True
    reached = (tree.parents < 0) | is_split[tree.parents]
    return tree.runs(np.flatnonzero(reached & ~is_split & (tree.counts >= t_min)))
