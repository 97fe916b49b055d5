"""World-cell preservation with remainders: sparse cells stay on the map, in a class of their own.

Growth by t_max leaves cells with hardly any photos, which are dropped elsewhere, and with them
their photos and most of the Earth. Here they stay with the cell that was split into them.
"""

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.adaptive.growth import CellTree, CurvePhotos, check_thresholds, grow_tree
from geoutils.partitions.adaptive.s2_unions import S2Unions
from geoutils.partitions.partition import Partition
from geoutils.sphere import great_circle_km

_EARTH = -1  # the parent of the six faces


def remainder_partition(
    latlon_deg: Real[ndarray, "photos 2"], t_min: int, t_max: int, name: str = "remainder"
) -> Partition:
    """Adaptive partition that covers the whole Earth: sparse cells join a remainder class.

    The classes are the cells of `adaptive_partition`, and for every split cell its remainder:
    those of its children that hold under `t_min` photos, empty ones too. A remainder that is
    itself under `t_min` goes to the remainder of the next larger cell, at last to the Earth's.
    One holds up to 4 t_min - 4 photos, the Earth's 6 t_min - 6, more than t_max where that is
    low. If even the Earth's is under `t_min`, each of its pieces joins the class whose point is
    nearest to the piece's center. So every class has `t_min` photos or more. Ours.
    Classes are numbered along the Hilbert curve by their first pieces.
    ValueError for fewer than `t_min` photos altogether.
    """
    check_thresholds(t_min, t_max)
    photos = CurvePhotos.of(latlon_deg)
    check_enough(photos, t_min)
    tree = grow_tree(photos.leaves, t_max)
    rows = tree.final(t_max)
    holders = _holders(tree, rows, t_min)
    kept = tree.counts[rows] >= t_min
    owners = np.where(kept, rows, holders)
    left = ~kept & (holders == _EARTH)
    if tree.counts[rows[left]].sum() >= t_min:
        owners[left] = len(tree.ids)  # a class of its own
    elif left.any():
        owners[left] = _nearest_classes(photos, tree, rows, owners, left)
    return union_partition(name, photos, tree, rows, owners)


def check_enough(photos: CurvePhotos, t_min: int) -> None:
    """ValueError for fewer than t_min photos."""
    if len(photos) < t_min:
        raise ValueError(f"t_min: got {t_min} with only {len(photos):,} photos: not one class")


def union_partition(
    name: str,
    photos: CurvePhotos,
    tree: CellTree,
    rows: Int[ndarray, " pieces"],
    owners: Int[ndarray, " pieces"],
) -> Partition:
    """Partition of cells of the tree with any distinct numbers as owners, one for each class."""
    rows, owners = (values[np.argsort(tree.ids[rows])] for values in (rows, owners))
    _, first, owners = np.unique(owners, return_index=True, return_inverse=True)
    owners = np.argsort(np.argsort(first))[owners]  # classes in order of their first pieces
    runs = tree.runs(rows)
    cells = S2Unions(runs.ids, owners)
    counts = np.bincount(owners, runs.counts, len(cells)).astype(np.int64)
    points = photos.points(runs, owners, len(cells))
    return Partition(name, cells, points, counts, cells.labels())


def _holders(tree: CellTree, rows: Int[ndarray, " cells"], t_min: int) -> Int[ndarray, " cells"]:
    """Split cell whose remainder each final cell would belong to, -1 the Earth's."""
    holders = tree.parents[rows].copy()
    sparse = tree.counts[rows] < t_min
    for level in range(int(s2.levels(tree.ids).max()), -1, -1):
        at = sparse & (holders >= 0)
        at[at] = s2.levels(tree.ids[holders[at]]) == level
        size = np.bincount(holders[at], tree.counts[rows[at]], len(tree.ids))
        at[at] = size[holders[at]] < t_min
        holders[at] = tree.parents[holders[at]]
    return holders


def _nearest_classes(photos, tree, rows, owners, left) -> Int[ndarray, " left"]:
    """Class whose point is nearest to each cell that is left over, the first of equals."""
    numbers, classes = np.unique(owners[~left], return_inverse=True)
    runs = tree.runs(rows[~left])
    classes = classes[np.argsort(tree.ids[rows[~left]])]
    points = photos.points(runs, classes, len(numbers))
    nearest = [
        # Rounded to a metre: points differ in their last digits with the order of photos.
        great_circle_km(np.tile(center, (len(points), 1)), points).round(3).argmin()
        for center in s2.centers(tree.ids[rows[left]])
    ]
    return numbers[nearest]
