"""The thesis's tree: one adaptive grid with all the cells it grew through."""

import numpy as np
from jaxtyping import Bool, Real
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.adaptive.growth import CellTree, CurvePhotos, check_thresholds, grow_tree
from geoutils.partitions.adaptive.threshold import s2_partition
from geoutils.partitions.hierarchy import Hierarchy


def adaptive_tree(latlon_deg: Real[ndarray, "photos 2"], t_min: int, t_max: int) -> Hierarchy:
    """Adaptive grid whose levels are the depths of its tree; leaves end at different depths.

    Level "depth_d" holds the kept S2 cells of level d, split ones and leaves; `leaves` are the
    classes to predict, the cells of `adaptive_partition(latlon_deg, t_min, t_max)`. A leaf is its
    own ancestor at its depth and has none (-1) below it. The thesis, Algorithms 1 and 2.

    Cells with under `t_min` photos are removed; so is a split cell none of whose descendants is
    left (possible only for t_max < 4 t_min - 4, which the thesis never uses). Counts and points
    of split cells include the photos of removed cells. ValueError without photos, or where every
    cell would be removed.
    """
    check_thresholds(t_min, t_max)
    photos = CurvePhotos.of(latlon_deg)
    tree = grow_tree(photos.leaves, t_max)
    leaf = (tree.first_child < 0) & (tree.counts >= t_min)
    if not leaf.any():
        raise ValueError(f"t_min: no cell holds {t_min} of the {len(photos):,} photos")
    kept = _with_ancestors(tree, leaf)
    depth = s2.levels(tree.ids)
    levels = [
        s2_partition(f"depth_{d}", photos, tree.runs(np.flatnonzero(kept & (depth == d))))
        for d in range(int(depth[kept].max()) + 1)
    ]
    return Hierarchy.of(levels, s2_partition("leaves", photos, tree.runs(np.flatnonzero(leaf))))


def _with_ancestors(tree: CellTree, leaf: Bool[ndarray, " nodes"]) -> Bool[ndarray, " nodes"]:
    kept = leaf.copy()
    rows = np.flatnonzero(leaf)
    while rows.size:
        rows = np.unique(tree.parents[rows])
        rows = rows[rows >= 0]
        kept[rows] = True
    return kept
