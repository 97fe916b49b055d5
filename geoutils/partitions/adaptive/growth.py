"""Growth of S2 cells over photos: the tree from which every adaptive partition is cut.

Photos are sorted along the Hilbert curve once. Each cell then holds one run of them, and the runs
of its children are found by three binary searches, so that growing costs next to nothing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int, Real, UInt64
from numpy import ndarray

from geoutils import s2
from geoutils.hilbert import MAX_LEVEL
from geoutils.sphere import checked_latlon, latlon_of, unit_vectors
from geoutils.whole import checked_whole

_CHUNK = 1 << 14  # photos at a time: intermediate arrays stay in the cache


@dataclass(frozen=True, eq=False)
class CellRuns:
    """Disjoint S2 cells along the curve; cell i holds the photos begin[i] … end[i] - 1 of it."""

    ids: UInt64[ndarray, " cells"]
    begin: Int[ndarray, " cells"]
    end: Int[ndarray, " cells"]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def counts(self) -> Int[ndarray, " cells"]:
        """Photos in each cell."""
        return self.end - self.begin

    def where(self, kept: Bool[ndarray, " cells"]) -> "CellRuns":
        """Only some of the cells."""
        return CellRuns(self.ids[kept], self.begin[kept], self.end[kept])


@dataclass(frozen=True, eq=False)
class CellTree:
    """S2 cells from the six faces downwards, level by level, empty ones too.

    Cell c holds the photos begin[c] … end[c] - 1 along the curve. Its children are the four rows
    from `first_child[c]` on, -1 where it stays whole; `parents` is -1 for the faces.
    """

    ids: UInt64[ndarray, " nodes"]
    begin: Int[ndarray, " nodes"]
    end: Int[ndarray, " nodes"]
    parents: Int[ndarray, " nodes"]
    first_child: Int[ndarray, " nodes"]

    @cached_property
    def counts(self) -> Int[ndarray, " nodes"]:
        """Photos in each cell."""
        return self.end - self.begin

    def runs(self, rows: Int[ndarray, " cells"]) -> CellRuns:
        """Cells of these rows, brought into their order along the curve."""
        rows = rows[np.argsort(self.ids[rows])]
        return CellRuns(self.ids[rows], self.begin[rows], self.end[rows])

    def final(self, t_max: int) -> Int[ndarray, " cells"]:
        """Rows at which growth stops: together the whole Earth.

        For any t_max from that of the tree upwards; the cells of a larger one lie in this tree.
        """
        stops = (self.first_child < 0) | (self.counts <= t_max)
        reached = (self.parents < 0) | (self.counts[self.parents] > t_max)
        return np.flatnonzero(stops & reached)


def grow_tree(sorted_leaves: UInt64[ndarray, " photos"], t_max: int) -> CellTree:
    """Split from the faces while a cell holds more than t_max photos, to level 30 at most.

    Leaf ids must be sorted. Each step looks at the new cells only.
    """
    ids, parents = s2.FACES, np.full(6, -1)
    begin = np.searchsorted(sorted_leaves, s2.id_ranges(ids)[0])
    end = np.append(begin[1:], len(sorted_leaves))
    grown, n_grown = [], 0
    for level in range(MAX_LEVEL + 1):
        full = (end - begin > t_max) & (level < MAX_LEVEL)
        first_child = np.full(len(ids), -1)
        n_grown += len(ids)
        first_child[full] = n_grown + 4 * np.arange(full.sum())
        grown.append((ids, begin, end, parents, first_child))
        if not full.any():
            break
        parents = np.repeat(n_grown - len(ids) + np.flatnonzero(full), 4)
        children = s2.children(ids[full])
        inner = np.searchsorted(sorted_leaves, s2.id_ranges(children[:, 1:].ravel())[0])
        edges = np.column_stack([begin[full], inner.reshape(-1, 3), end[full]])
        ids, begin, end = children.ravel(), edges[:, :4].ravel(), edges[:, 1:].ravel()
    return CellTree(*(np.concatenate(column) for column in zip(*grown, strict=True)))


@dataclass(frozen=True, eq=False)
class CurvePhotos:
    """Photos sorted along the Hilbert curve.

    `leaves` are their S2 leaf cells in rising order, `order` their rows as they were given,
    `directions` their unit vectors.
    """

    leaves: UInt64[ndarray, " photos"]
    order: Int[ndarray, " photos"]
    directions: Float[ndarray, "photos 3"]

    @classmethod
    def of(
        cls, latlon_deg: Real[ndarray, "photos 2"], leaves: UInt64[ndarray, " leaves"] | None = None
    ) -> "CurvePhotos":
        """Sort photos; `leaves` are their leaf cells where those are known already.

        ValueError without photos, for locations out of range or NaN, or a wrong number of leaves.
        """
        latlon_deg = checked_latlon(latlon_deg)
        if len(latlon_deg) == 0:
            raise ValueError("latlon_deg: no photos; a partition is made from at least one")
        if leaves is None:
            leaves = s2.cell_ids(latlon_deg)
        if len(leaves) != len(latlon_deg):
            raise ValueError(f"leaves: {len(leaves)} for {len(latlon_deg)} photos")
        order = np.argsort(leaves)
        along = latlon_deg.take(order, axis=0)  # four times as fast as indexing
        directions = np.empty((3, len(along))).T
        for start in range(0, len(along), _CHUNK):
            part = slice(start, start + _CHUNK)
            directions[part] = unit_vectors(along[part])
        return cls(leaves.take(order), order, directions)

    def __len__(self) -> int:
        return len(self.leaves)

    def points(
        self, runs: CellRuns, classes: Int[ndarray, " cells"], n_classes: int
    ) -> Float[ndarray, "classes 2"]:
        """Spherical mean of the photos of each class; cell i of the runs belongs to classes[i].

        Every class needs a photo. Where its photos cancel out (photos at antipodes have no mean)
        its point is the mean of its cell with the most photos, the first along the curve of
        equals; within one cell nothing cancels, for none reaches around half the Earth.
        """
        filled = runs.counts > 0
        runs, classes = runs.where(filled), classes[filled]
        sums = self._sums(runs)
        total = np.stack([np.bincount(classes, axis, n_classes) for axis in sums.T], axis=1)
        counts = np.bincount(classes, runs.counts, n_classes)
        # Summed rounding errors of unit vectors are below 1e-12 a piece: shorter sums mean nothing.
        for row in np.flatnonzero(np.linalg.norm(total, axis=1) <= 1e-12 * counts):
            members = np.flatnonzero(classes == row)
            total[row] = sums[members[runs.counts[members].argmax()]]
        return latlon_of(total)

    def classes(self, runs: CellRuns, classes: Int[ndarray, " cells"]) -> Int[ndarray, " photos"]:
        """Class of each photo, in the order in which photos were given; -1 outside the runs."""
        edges = np.stack([runs.begin, runs.end], axis=1).ravel()
        lengths = np.diff(edges, prepend=0, append=len(self))  # gap, run, gap, run … gap
        values = np.full(len(lengths), -1)
        values[1::2] = classes
        labels = np.empty(len(self), dtype=np.int64)
        labels[self.order] = np.repeat(values, lengths)
        return labels

    def _sums(self, runs: CellRuns) -> Float[ndarray, "cells 3"]:
        """Sum of the unit vectors of each run, none of them empty: pairwise, so to full precision.

        Differences of one running sum would lose half the digits over millions of photos.
        """
        edges = np.stack([runs.begin, runs.end], axis=1).ravel()
        edges = edges[edges < len(self)]  # the last run ends at the end by itself
        return np.stack([np.add.reduceat(axis, edges)[::2] for axis in self.directions.T], axis=1)


def check_thresholds(t_min: int, t_max: int) -> None:
    """ValueError unless both are whole numbers and 1 <= t_min <= t_max."""
    checked_whole(t_max, "t_max")
    if checked_whole(t_min, "t_min") > t_max:
        raise ValueError(f"t_min: got {t_min} with t_max {t_max}, expected 1 <= t_min <= t_max")
