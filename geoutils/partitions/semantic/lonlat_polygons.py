"""Polygons in longitude and latitude on the sphere: their area, outline and what is left of them.

Edges are straight in longitude and latitude, as on the maps such polygons come from and as tests
of points in polygons take them: not great circles. A long edge along a parallel stays on it.
Polygons lie within ±180 and ±90 degrees, cut at the antimeridian.
"""

import numpy as np
import shapely
from jaxtyping import Float, Int, Shaped
from numpy import ndarray

from geoutils.partitions.semantic.forest import depths
from geoutils.sphere import EARTH_RADIUS_KM

_STEP_DEG = 1.0  # between points of an outline: a map draws straight lines between them


def polygon_areas_km2(
    geometry: Shaped[ndarray, " shapes"], radius_km: float = EARTH_RADIUS_KM
) -> Float[ndarray, " shapes"]:
    """Area on the sphere of polygons in (longitude, latitude); NaN where there is none (None).

    By Green's theorem a ring encloses R² |∮ sin(latitude) d longitude|; along an edge the
    latitude is linear in the longitude, so each edge's share is its step in longitude times the
    mean of the sine, sin(middle) · sin(half step) / (half step): exact, not an approximation.

    >>> octant = shapely.box(0, 0, 90, 90)
    >>> polygon_areas_km2(np.array([octant, None]), radius_km=1.0) / np.pi
    array([0.5, nan])
    """
    known = np.flatnonzero(~shapely.is_missing(geometry))
    parts, owner = shapely.get_parts(geometry[known], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    longitude, latitude = np.radians(lonlat.T)
    half = np.diff(latitude) / 2
    step = np.diff(longitude) * np.sin(latitude[:-1] + half) * np.sinc(half / np.pi)
    along = ring[1:] == ring[:-1]
    loops = np.abs(np.bincount(ring[1:][along], step[along], len(rings)))
    outer = np.diff(part, prepend=-1) != 0  # a polygon's holes follow its outer ring
    areas = np.full(len(geometry), np.nan)
    signed = np.where(outer, loops, -loops)
    areas[known] = np.bincount(owner[part], signed, len(known)) * radius_km**2
    return areas


def polygon_outlines(geometry: Shaped[ndarray, " shapes"]) -> list[Float[ndarray, "_ 2"]]:
    """Closed rings of (latitude, longitude) of each shape, NaN rows between; (0, 2) where None.

    Outer rings run counter-clockwise. A polygon with holes is cut along meridians into pieces
    without: whoever fills every ring fills the polygon and no more. Points are at most 1° apart.
    """
    return [_outline(shape) for shape in geometry]


def ground_of(
    geometry: Shaped[ndarray, " cells"], inside: Int[ndarray, " cells"]
) -> Shaped[ndarray, " cells"]:
    """What is left of each polygon without the polygons of all cells further down; None stays.

    `inside[i]` is the cell that cell i lies in, -1 for none. A polygon that is all taken is left
    empty. Anything but a polygon (None, a point, an empty shape) counts as not known.
    """
    geometry = _polygons(geometry)
    ground = geometry.copy()
    taken: list[list] = [[] for _ in geometry]
    for cell in np.argsort(-depths(inside), kind="stable"):
        shape, below = geometry[cell], shapely.union_all(taken[cell]) if taken[cell] else None
        if shape is not None and below is not None:
            ground[cell] = shape.difference(below)
        if inside[cell] >= 0:
            # A finer polygon may reach over the edge of the coarser one that it belongs to.
            taken[inside[cell]] += [known for known in (shape, below) if known is not None]
    return ground


def _polygons(geometry: Shaped[ndarray, " shapes"]) -> Shaped[ndarray, " shapes"]:
    """Valid polygons; None for every other shape."""
    geometry = geometry.copy()
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    geometry[~np.isin(shapely.get_type_id(geometry), kinds) | shapely.is_empty(geometry)] = None
    crossed = ~shapely.is_valid(geometry) & ~shapely.is_missing(geometry)
    geometry[crossed] = shapely.make_valid(geometry[crossed], method="structure")
    return geometry


def _outline(shape: shapely.Geometry | None) -> Float[ndarray, "_ 2"]:
    """Rings of one shape."""
    if shape is None or shape.is_empty:
        return np.empty((0, 2))
    pieces = [piece for part in _parts(shape) for piece in _without_holes(part)]
    pieces = shapely.orient_polygons(shapely.segmentize(np.array(pieces), _STEP_DEG))
    gap = np.full((1, 2), np.nan)
    rings = [(shapely.get_coordinates(piece)[:, ::-1], gap) for piece in pieces]
    return np.concatenate([rows for ring in rings for rows in ring][:-1])


def _without_holes(polygon: shapely.Polygon) -> list[shapely.Polygon]:
    """Cut a polygon along the meridian through its middle hole until no piece has a hole."""
    holes = shapely.bounds(np.array(polygon.interiors, dtype=object))
    if len(holes) == 0:
        return [polygon]
    middles = (holes[:, 0] + holes[:, 2]) / 2
    cut = np.sort(middles)[len(middles) // 2]
    west, south, east, north = polygon.bounds
    sides = [shapely.box(west, south, cut, north), shapely.box(cut, south, east, north)]
    halves = [part for side in sides for part in _parts(polygon.intersection(side))]
    return [piece for half in halves for piece in _without_holes(half)]


def _parts(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """Polygons of a shape, without the points and lines that cutting leaves over."""
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
