"""World-cell preservation by binary splits: no cell is cut so that a sparse one is left."""

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.adaptive.growth import CellTree, CurvePhotos, check_thresholds, grow_tree
from geoutils.partitions.adaptive.remainder import check_enough, union_partition
from geoutils.partitions.partition import Partition
from geoutils.sphere import unit_vectors

# Children stand in the order of the curve, a U: each borders on the next, the last on the first.
_HALVINGS = (((0, 1), (2, 3)), ((1, 2), (3, 0)))


def binary_partition(
    latlon_deg: Real[ndarray, "photos 2"], t_min: int, t_max: int, name: str = "binary"
) -> Partition:
    """Adaptive partition of the whole Earth by binary splits that leave no sparse part.

    The thesis's proposal (chapter 8, world cell preservation; its details are ours). A cell with
    more than `t_max` photos is halved one way or the other, its children joined in pairs: the
    more even halving of those that leave `t_min` photos on both sides. A half that is still too
    full is cut into its two children if both hold `t_min`. Where no halving will do, one child
    stands against the other three; where those are sparse too, they stay with that child, as an
    appendix, and the child is cut further. An appendix goes with the grandchild that it touches,
    and is a class of its own as soon as it holds `t_min` photos.

    So every class has `t_min` photos or more, all of them cover the Earth, and none has more than
    t_max or 3 t_min - 3, whichever is more, unless it holds a cell of level 30. Of the six faces,
    sparse ones are joined along the curve until they hold `t_min`; what is left over goes to the
    fullest face. Classes are numbered along the Hilbert curve by their first pieces. ValueError
    for fewer than `t_min` photos altogether.
    """
    check_thresholds(t_min, t_max)
    photos = CurvePhotos.of(latlon_deg)
    check_enough(photos, t_min)
    # A cell is split only if it and an appendix, under t_min, pass t_max and make two classes.
    tree = grow_tree(photos.leaves, max(t_max - t_min + 1, t_min))
    classes = _split(tree, t_min, t_max)
    rows = np.array([row for members in classes for row in members])
    owners = np.repeat(np.arange(len(classes)), [len(members) for members in classes])
    return union_partition(name, photos, tree, rows, owners)


def _split(tree: CellTree, t_min: int, t_max: int) -> list[list[int]]:
    """Rows of the tree that make each class."""
    counts, first_child = tree.counts.tolist(), tree.first_child.tolist()
    touching = _touching_children(tree).tolist()
    classes, waiting = _joined_faces(counts[:6], t_min)
    while waiting:
        cell, appendix = waiting.pop()
        n_appendix = sum(counts[row] for row in appendix)
        total = counts[cell] + n_appendix
        if total <= t_max or counts[cell] < t_min:
            classes.append([cell, *appendix])
        elif n_appendix >= t_min:
            classes.append(appendix)
            waiting.append((cell, []))
        elif total < 2 * t_min or first_child[cell] < 0:
            classes.append([cell, *appendix])
        else:
            members = [[first_child[cell] + child] for child in range(4)]
            members[touching[cell]] += appendix
            sizes = [sum(counts[row] for row in rows) for rows in members]
            for group in _groups(sizes, t_min, t_max):
                group = sorted(group, key=lambda child: -sizes[child])
                rows = [row for child in group for row in members[child]]
                if sum(sizes[child] for child in group) <= t_max:
                    classes.append(rows)
                else:
                    waiting.append((rows[0], rows[1:]))
    return classes


def _groups(sizes: list[int], t_min: int, t_max: int) -> list[tuple[int, ...]]:
    """Four children, with their photos, in groups of t_min or more: one group if need be."""
    halvings = [[(sizes[a] + sizes[b], (a, b)) for a, b in halving] for halving in _HALVINGS]
    halving = max(halvings, key=lambda halves: min(size for size, _ in halves))
    if min(size for size, _ in halving) >= t_min:
        groups = []
        for size, (a, b) in halving:
            apart = size > t_max and min(sizes[a], sizes[b]) >= t_min
            groups += [(a,), (b,)] if apart else [(a, b)]
        return groups
    fullest = sizes.index(max(sizes))
    others = tuple(child for child in range(4) if child != fullest)
    if sizes[fullest] >= t_min and sum(sizes) - sizes[fullest] >= t_min:
        return [(fullest,), others]
    return [(0, 1, 2, 3)]


def _joined_faces(
    counts: list[int], t_min: int
) -> tuple[list[list[int]], list[tuple[int, list[int]]]]:
    """Classes of sparse faces, and the other faces with their appendices; see above."""
    classes, sparse = [], []
    for face in range(6):
        if counts[face] < t_min:
            sparse.append(face)
            if sum(counts[row] for row in sparse) >= t_min:
                classes.append(sparse)
                sparse = []
    waiting = [(face, []) for face in range(6) if counts[face] >= t_min]
    if waiting:
        max(waiting, key=lambda region: counts[region[0]])[1].extend(sparse)
    else:
        classes[-1].extend(sparse)
    return classes, waiting


def _touching_children(tree: CellTree) -> Int[ndarray, " nodes"]:
    """Which child (0 … 3) of each split cell touches the center of the cell's own parent.

    An appendix lies around that corner. Of a face, which has no parent, the child with the fewest
    photos, the first of equals; 0 for cells that are not split.
    """
    touching = np.zeros(len(tree.ids), dtype=np.int64)
    rows = np.flatnonzero(tree.first_child >= 0)
    children = tree.first_child[rows][:, None] + np.arange(4)
    touching[rows] = tree.counts[children].argmin(axis=1)
    below = tree.parents[rows] >= 0
    rows, children = rows[below], children[below]
    of_parents = unit_vectors(s2.centers(tree.ids[tree.parents[rows]]))
    of_children = unit_vectors(s2.centers(tree.ids[children.ravel()])).reshape(-1, 4, 3)
    # Differences, since the cosine of a metre is 1 to rounding.
    apart = ((of_children - of_parents[:, None]) ** 2).sum(axis=2)
    touching[rows] = apart.argmin(axis=1)
    return touching
