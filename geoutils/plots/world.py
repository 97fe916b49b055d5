"""The pale world under every map: land, coast and borders, and where a location is on it.

Outlines are Natural Earth's, from the atlas. They are projected here as plain arrays of points,
which takes a hundredth of the time that cartopy's exact line splitting needs; so the world map
must have Greenwich in its middle, and the map of a region an extent to cut the outlines to.
"""

from collections.abc import Sequence
from functools import cache

import cartopy.crs as ccrs
import numpy as np
import shapely
from cartopy.io import shapereader
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Float, Real
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.path import Path
from numpy import ndarray

from geoutils.atlas import use_coastlines

WORLD = ccrs.EqualEarth()  # equal areas: no country looks larger than it is
SEA, LAND, SHORE, BORDER = "#e9f0f4", "#f7f4ec", "#9fb0b8", "#cfd3d0"

_GEODETIC = ccrs.PlateCarree()
_MARGIN_DEG = 12.0  # beyond a region's extent: a map's corners reach further than its middle
_STEP_DEG = 2.0  # longest piece of an outline: straight in degrees is curved on a map


def region_projection(extent_deg: Sequence[float | int]) -> ccrs.LambertAzimuthalEqualArea:
    """Equal-area projection around the middle of (west, east, south, north)."""
    west, east, south, north = extent_deg
    return ccrs.LambertAzimuthalEqualArea((west + east) / 2, (south + north) / 2)


def draw_world(ax: GeoAxes, extent_deg: Sequence[float | int] | None = None) -> None:
    """Draw land, coast and borders, pale enough to draw on; zoom to (west, east, south, north).

    Land lies under everything drawn later, coast and borders on top of cells.
    """
    if extent_deg is None:
        ax.set_global()
    else:
        ax.set_extent(extent_deg, crs=_GEODETIC)
    extent = None if extent_deg is None else tuple(extent_deg)
    ax.set_facecolor(SEA)
    ax.grid(False)
    ax.spines["geo"].set(edgecolor=SHORE, linewidth=0.6)
    land, lakes = _lines("physical", "land", extent)
    for parts, color in ((land, LAND), (lakes, SEA)):  # the Caspian Sea is a hole in the land
        shapes = PolyCollection(_placed(ax, parts), facecolor=color, edgecolor="none", zorder=0)
        ax.add_collection(shapes, autolim=False)
    borders, _ = _lines("cultural", "admin_0_boundary_lines_land", extent)
    coast, _ = _lines("physical", "coastline", extent)
    for parts, color in ((borders, BORDER), (coast, SHORE)):
        lines = LineCollection(_placed(ax, parts), colors=color, linewidths=0.4, zorder=2)
        ax.add_collection(lines, autolim=False)


def land_path(ax: GeoAxes, extent_deg: Sequence[float | int] | None = None) -> Path:
    """The land that `draw_world` draws on a map, lakes cut out, to clip other drawings with."""
    land, lakes = _lines("physical", "land", None if extent_deg is None else tuple(extent_deg))
    rings = [(ring, 1) for ring in _placed(ax, land)] + [(ring, -1) for ring in _placed(ax, lakes)]
    # Agg and PDF fill what a path winds around: a hole has to run the other way round.
    paths = [Path(ring[:: turn * turn_of(ring)], closed=True) for ring, turn in rings]
    return Path.make_compound_path(*paths)


def project(ax: GeoAxes, latlon_deg: Real[ndarray, "n 2"]) -> Float[ndarray, "n 2"]:
    """Positions of locations on a map, in the units of its projection; infinite if off it."""
    latitude, longitude = np.asarray(latlon_deg, dtype=np.float64).T
    return ax.projection.transform_points(_GEODETIC, longitude, latitude)[:, :2]


@cache
def _lines(
    category: str, name: str, extent: tuple[float | int, ...] | None
) -> tuple[list[ndarray], list[ndarray]]:
    """Rings or lines of a Natural Earth layer as (lat, lon) points, and the holes in its areas."""
    shapes = _shapes(category, name, "110m" if extent is None else "50m")
    if extent is not None:
        west, east, south, north = extent
        wide = _MARGIN_DEG / max(0.1, np.cos(np.radians(min(89, max(abs(south), abs(north))))))
        boxes = [  # the region may reach across the antimeridian
            (west - wide + turn, south - _MARGIN_DEG, east + wide + turn, north + _MARGIN_DEG)
            for turn in (-360, 0, 360)
        ]
        cut = np.concatenate([shapely.clip_by_rect(shapes, *box) for box in boxes])
        shapes = shapely.get_parts(cut)
    shapes = shapely.segmentize(shapes[~shapely.is_empty(shapes)], _STEP_DEG)
    areas = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    if not areas.any():
        return _points(shapes), []
    holes = [hole for area in shapes[areas] for hole in area.interiors]
    return _points(shapely.get_exterior_ring(shapes[areas])), _points(holes)


@cache
def _shapes(category: str, name: str, scale: str) -> ndarray:
    use_coastlines()
    reader = shapereader.Reader(shapereader.natural_earth(scale, category, name))
    return shapely.get_parts(np.array(list(reader.geometries()), dtype=object))


def turn_of(ring: Float[ndarray, "points 2"]) -> int:
    """1 for a ring that runs counter-clockwise, -1 for one that runs clockwise."""
    x, y = (ring - ring[0]).T
    return 1 if np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) >= 0 else -1


def _points(lines) -> list[Float[ndarray, "points 2"]]:
    return [shapely.get_coordinates(line)[:, ::-1] for line in lines]


def _placed(ax: GeoAxes, parts: list[ndarray]) -> list[Float[ndarray, "points 2"]]:
    """Parts in the units of the map; those that leave it are left out."""
    if not parts:
        return []
    ends = np.cumsum([len(part) for part in parts])[:-1]
    placed = np.split(project(ax, np.concatenate(parts)), ends)
    return [part for part in placed if np.isfinite(part).all()]
