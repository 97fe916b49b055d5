"""Base cells: the non-empty S2 cells of one level, of which geoclasses are unions (CPlaNet).

The rest of the Earth belongs to them too: an empty S2 cell goes to the nearest non-empty one, by
the distance of centres. The paper (Seo et al., 2018, section 3.3) merges empty cells into random
neighbours instead; at its level 14 there are 1.6 billion cells, here none is ever listed.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Float32, Int, Real, UInt64
from numpy import ndarray
from scipy.spatial import KDTree

from geoutils import s2
from geoutils.partitions.geoclass.exact_sums import sums_by_group
from geoutils.partitions.geoclass.sphere_voronoi import SphereVoronoi, sphere_voronoi
from geoutils.sphere import checked_latlon, latlon_of, unit_vectors

FINEST_LEVEL = 20  # cells of 8 m; finer ones are too close for triangulating in double precision


@dataclass(frozen=True, eq=False)
class BaseCells:
    """Non-empty S2 cells of one level in the order of their ids, and what each of them holds.

    `n_cells` is how many S2 cells of the level belong to it, itself and the empty ones nearest to
    it: the area of its Voronoi region in mean cell areas, so not a whole number. `vector_sums` is
    the sum of the unit vectors of its images: its direction is their spherical mean.
    """

    ids: UInt64[ndarray, " base"]
    n_images: Int[ndarray, " base"]
    n_cells: Float[ndarray, " base"]
    vector_sums: Float[ndarray, "base 3"]

    def __post_init__(self):
        if len(self.ids) == 0 or (self.ids[1:] <= self.ids[:-1]).any():
            raise ValueError(f"ids: expected distinct cells in order, got {len(self.ids)}")
        levels = np.unique(s2.levels(self.ids))
        if len(levels) > 1:
            raise ValueError(f"ids: cells of levels {levels.tolist()}, expected one level")

    def __len__(self) -> int:
        return len(self.ids)

    def same_as(self, other: "BaseCells") -> bool:
        """Whether both are the same S2 cells with as many images."""
        return np.array_equal(self.ids, other.ids) and np.array_equal(self.n_images, other.n_images)

    @property
    def level(self) -> int:
        """S2 level of the cells."""
        return int(s2.levels(self.ids[:1])[0])

    @property
    def points_deg(self) -> Float[ndarray, "base 2"]:
        """Spherical mean of each cell's images."""
        return latlon_of(self.vector_sums)

    @cached_property
    def voronoi(self) -> SphereVoronoi | None:
        """Regions of the cells' centres; None for a single cell, which has the whole Earth."""
        return _voronoi(self.ids)

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(unit_vectors(s2.centers(self.ids)), balanced_tree=False)

    def nearest(self, latlon_deg: Real[ndarray, "n 2"]) -> Int[ndarray, " n"]:
        """Number of the base cell to which the S2 cell of each location belongs.

        A whole S2 cell belongs to one base cell, the one with the nearest centre. ValueError for
        locations out of range or NaN.
        """
        cells = s2.cell_ids(latlon_deg, self.level)
        place = np.minimum(np.searchsorted(self.ids, cells), len(self) - 1)
        empty = np.flatnonzero(self.ids[place] != cells)
        if len(empty):
            place[empty] = self._tree.query(unit_vectors(s2.centers(cells[empty])))[1]
        return place


@dataclass(frozen=True, eq=False)
class BaseGraph:
    """Base cells, which of them are neighbours, and maybe the mean of their images' features."""

    cells: BaseCells
    edges: Int[ndarray, "edges 2"]
    features: Float32[ndarray, "base dims"] | None

    def __len__(self) -> int:
        return len(self.cells)


def base_graph(
    latlon_deg: Real[ndarray, "images 2"],
    level: int = 14,
    features: Real[ndarray, "rows dims"] | None = None,
) -> BaseGraph:
    """Graph from which geoclasses grow: a node per non-empty S2 cell, edges between neighbours.

    Two base cells are neighbours if the regions of ground nearest to their centres touch: the
    spherical Delaunay graph, the same as the paper's adjacency once empty cells are absorbed.
    Centres on one circle (so any three or fewer) are all neighbours of each other. `features` are
    an array or memory map of any real type; means are kept in float32. The graph does not depend
    on the order of the images.

    ValueError without images, for locations or features that are not finite, for features of
    another number of images, and for levels outside 0 … 20.
    """
    if not 0 <= level <= FINEST_LEVEL:
        raise ValueError(f"level: got {level}, expected 0 … {FINEST_LEVEL}")
    latlon = checked_latlon(latlon_deg)
    if len(latlon) == 0:
        raise ValueError("latlon_deg: no images, expected one or more")
    features = None if features is None else np.asarray(features)  # a memory map stays on disk
    if features is not None and not (
        features.ndim == 2 and len(features) == len(latlon) and features.shape[1] > 0
    ):
        raise ValueError(f"features: shape {features.shape} for {len(latlon)} images")
    ids, of_image, n_images = np.unique(
        s2.cell_ids(latlon, level), return_inverse=True, return_counts=True
    )
    vector_sums = np.empty((len(ids), 3))
    for first, sums in sums_by_group(lambda rows: unit_vectors(latlon[rows]), 3, of_image, 1.0):
        vector_sums[first : first + len(sums)] = sums
    means = None if features is None else _mean_features(features, of_image, n_images)
    voronoi = _voronoi(ids)
    share = np.ones(1) if voronoi is None else voronoi.areas() / (4 * np.pi)
    cells = BaseCells(ids, n_images, share * (6 * 4**level), vector_sums)
    edges = np.empty((0, 2), np.int64) if voronoi is None else voronoi.neighbours()
    return BaseGraph(cells, edges, means)


def _voronoi(ids: UInt64[ndarray, " base"]) -> SphereVoronoi | None:
    return sphere_voronoi(unit_vectors(s2.centers(ids))) if len(ids) > 1 else None


def _mean_features(
    features: Real[ndarray, "images dims"],
    of_image: Int[ndarray, " images"],
    n_images: Int[ndarray, " base"],
) -> Float32[ndarray, "base dims"]:
    """Mean features of each cell's images, in float32."""
    n_dims = features.shape[1]
    largest = 0.0
    for first in range(0, len(features), 4096):
        block = np.abs(np.asarray(features[first : first + 4096], dtype=np.float64))
        finite = np.isfinite(block).all(axis=1)
        if not finite.all():
            raise ValueError(f"features: row {first + int((~finite).argmax())} is not finite")
        largest = max(largest, block.max(initial=0.0))
    means = np.empty((len(n_images), n_dims), dtype=np.float32)

    def values_of(rows):
        return np.asarray(features[rows], dtype=np.float64)

    for first, sums in sums_by_group(values_of, n_dims, of_image, largest):
        last = first + len(sums)
        means[first:last] = sums / n_images[first:last, None]
    return means
