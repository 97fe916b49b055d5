"""Voronoi regions of points on the sphere: who neighbours whom, areas, and borders as arcs.

The convex hull of points on a sphere is their spherical Delaunay triangulation: a facet's plane
cuts off a cap that holds no other point, so its outward normal is the centre of an empty circle,
a corner of three Voronoi regions (Brown, 1979, "Voronoi diagrams from convex hulls").
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.spatial import ConvexHull

from geoutils.sphere import triangle_areas

_FLAT = 1e-14  # points this near to one plane, of a unit sphere, lie on it as far as doubles tell


@dataclass(frozen=True, eq=False)
class SphereVoronoi:
    """Regions of two or more distinct sites (unit vectors), described by the borders between them.

    Border e runs from corner `start[e]` to corner `end[e]`, the region of site `left[e]` on its
    left and that of `right[e]` on its right; corners are unit vectors. Where more than three
    regions meet in a point there are several corners in that place, with borders of no length.
    """

    sites: Float[ndarray, "sites 3"]
    corners: Float[ndarray, "corners 3"]
    left: Int[ndarray, " borders"]
    right: Int[ndarray, " borders"]
    start: Int[ndarray, " borders"]
    end: Int[ndarray, " borders"]
    on_one_circle: bool

    def neighbours(self) -> Int[ndarray, "pairs 2"]:
        """Pairs of sites whose regions touch, the smaller number first, in ascending order.

        Regions of sites on one circle are slices that all meet at its two poles: there every
        pair touches.
        """
        if self.on_one_circle:
            return np.stack(np.triu_indices(len(self.sites), 1), axis=1)
        pairs = np.sort(np.stack([self.left, self.right], axis=1), axis=1)
        return pairs[np.lexsort(pairs.T[::-1])]

    def areas(self) -> Float[ndarray, " sites"]:
        """Area of each region on the unit sphere; together 4π."""
        if self.on_one_circle:
            return self._slice_areas()
        total = np.zeros(len(self.sites))
        for part in _chunks(len(self.left)):
            left, right = self.left[part], self.right[part]
            shares = np.array([0.0, 0.5, 1.0])
            start, middle, end = np.moveaxis(self._arc_points(part, shares), 1, 0)
            # Two triangles: a border may be half a great circle long. The right-hand region's
            # share is the mirror image of the left-hand one.
            site = self.sites[left]
            area = triangle_areas(site, start, middle) + triangle_areas(site, middle, end)
            total += np.bincount(left, area, len(total)) + np.bincount(right, area, len(total))
        return total

    def _slice_areas(self) -> Float[ndarray, " sites"]:
        """Area of each slice between two half great circles: twice the angle at its tip."""
        _, ahead = self._angles(slice(None))  # borders stand in their order around the circle
        before, tip = np.roll(ahead, 1, axis=0), -self.corners[0]
        angle = np.arctan2(np.cross(before, ahead) @ tip, (before * ahead).sum(axis=1))
        total = np.empty(len(self.sites))
        total[self.left] = 2 * np.mod(angle, 2 * np.pi)
        return total

    def arcs(
        self, borders: Int[ndarray, " some"], step_rad: float
    ) -> tuple[Float[ndarray, "points 3"], Int[ndarray, " some"]]:
        """Points along some borders, at most `step_rad` apart: start included, end not.

        Also returns how many points each of the borders got, in order.
        """
        angles = self._angles(borders)[0]
        counts = np.maximum(1, np.ceil(np.abs(angles) / step_rad)).astype(np.int64)
        position = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        share = (position / np.repeat(counts, counts))[:, None]
        return self._arc_points(np.repeat(borders, counts), share)[:, 0], counts

    def _angles(self, borders) -> tuple[Float[ndarray, " some"], Float[ndarray, "some 3"]]:
        """Signed length of borders, and the direction in which each leaves its start."""
        start, end = self.corners[self.start[borders]], self.corners[self.end[borders]]
        axis = self.sites[self.left[borders]] - self.sites[self.right[borders]]
        axis /= np.linalg.norm(axis, axis=1, keepdims=True)
        ahead = np.cross(axis, start)
        angles = np.arctan2((ahead * end).sum(1), (start * end).sum(1))
        # From 0 to half a turn (the angle between two facets of a convex body), but for rounding.
        return np.where(angles < -np.pi / 2, angles + 2 * np.pi, angles), ahead

    def _arc_points(self, borders, share) -> Float[ndarray, "some points 3"]:
        """Points on borders, `share` of the way (one row for all of them or one each)."""
        angles, ahead = self._angles(borders)
        turn = np.atleast_2d(share) * angles[:, None]
        start = self.corners[self.start[borders]]
        return start[:, None] * np.cos(turn)[..., None] + ahead[:, None] * np.sin(turn)[..., None]


def sphere_voronoi(sites: Float[ndarray, "sites 3"]) -> SphereVoronoi:
    """Voronoi regions of two or more distinct unit vectors, any number of them on one circle.

    Raises ValueError for fewer than two sites and for sites too close together to tell apart.
    """
    if len(sites) < 2:
        raise ValueError(f"sites: got {len(sites)}, expected 2 or more")
    # A hull keeps its facets under any affine map; this one makes a small flat cap round.
    offsets = sites - sites.mean(axis=0)
    _, widths, axes = np.linalg.svd(np.linalg.qr(offsets, mode="r") if len(sites) > 3 else offsets)
    if len(sites) < 4 or widths[2] <= _FLAT * np.sqrt(len(sites)):
        return _around_circle(sites, offsets, axes)
    hull = ConvexHull(offsets @ axes.T / widths * np.sqrt(len(sites)))
    if len(hull.vertices) < len(sites):
        lost = len(sites) - len(hull.vertices)
        raise ValueError(f"sites: {lost} of {len(sites)} are too close to others to tell apart")
    return _from_triangles(sites, hull.simplices, hull.neighbors)


def _from_triangles(
    sites: Float[ndarray, "sites 3"],
    triangles: Int[ndarray, "triangles 3"],
    adjacent: Int[ndarray, "triangles 3"],
) -> SphereVoronoi:
    """Regions from hull facets and, for each of a facet's corners, the facet opposite to it."""
    inside = sites.mean(axis=0)
    triangles, adjacent = triangles.copy(), adjacent.copy()
    corners = np.empty((len(triangles), 3))
    for part in _chunks(len(triangles)):
        a, b, c = (sites[column] for column in triangles[part].T)
        normal = np.cross(b - a, c - a)
        inward = (normal * (a - inside)).sum(axis=1) < 0
        corners[part] = normal * np.where(inward, -1, 1)[:, None]
        for table in (triangles, adjacent):  # all counter-clockwise as seen from outside
            block = table[part]
            block[inward, 1:] = block[inward, :0:-1]
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    end, column = np.nonzero(np.arange(len(triangles))[:, None] < adjacent)
    left, right = triangles[end, (column + 1) % 3], triangles[end, (column + 2) % 3]
    start = adjacent[end, column]
    return SphereVoronoi(sites, corners, left, right, start, end.astype(start.dtype), False)


def _around_circle(
    sites: Float[ndarray, "sites 3"],
    offsets: Float[ndarray, "sites 3"],
    axes: Float[ndarray, "3 3"],
) -> SphereVoronoi:
    """Regions of sites on one circle: slices from one of its poles to the other."""
    if len(sites) == 2:  # the great circle through both, or any for two opposite sites
        axes = np.linalg.svd(sites)[2]
    pole = np.cross(axes[0], axes[1])
    order = np.argsort(np.arctan2(offsets @ axes[1], offsets @ axes[0]), kind="stable")
    following = np.roll(order, -1)
    south, north = np.zeros(len(sites), np.int64), np.ones(len(sites), np.int64)
    corners = np.stack([-pole, pole])
    return SphereVoronoi(sites, corners, order, following, south, north, True)


def _chunks(n: int, size: int = 1 << 17) -> list[slice]:
    """Slices of a range, so that what is computed in between stays small."""
    return [slice(first, first + size) for first in range(0, n, size)]
