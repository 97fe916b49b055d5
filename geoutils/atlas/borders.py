"""Countries and their regions: which one holds a location?"""

from functools import cache

import numpy as np
import pandas as pd
import shapely
from jaxtyping import Float, Int, Real, Shaped, UInt16
from numpy import ndarray
from PIL import Image
from scipy.spatial import cKDTree

from geoutils.atlas.locations import checked
from geoutils.atlas.shapes import load_shapes
from geoutils.atlas.storage import DATA
from geoutils.sphere import EARTH_RADIUS_KM, unit_vectors

# Territorial waters, 12 nautical miles: a photo on a pier, a boat or an islet that the outlines
# leave out belongs to the nearest shore.
COAST_KM = 22.224
SHORE_STEP_DEG = 0.02  # vertices of the shore are at most 2 km apart when distances are measured
OPEN_SEA, UNDECIDED = 65535, 65534  # pixels of the region grid that hold no single region


@cache
def countries() -> pd.DataFrame:
    """Countries and territories of ISO 3166 alpha-2 (their index), after GeoNames; 250 rows.

    Columns: name, continent (one of seven), area_km2, population, geometry (shapely multipolygon
    in longitude, latitude; empty for the Vatican and Bouvet, which the map leaves out). Shared by
    all callers, so copy before you change it.
    """
    table = pd.read_parquet(DATA / "countries.parquet").set_index("country")
    return table.assign(geometry=load_shapes("country_shapes.npz"))


@cache
def admin1() -> pd.DataFrame:
    """First-level regions of countries: columns name, country, geometry; about 3,500 rows.

    Named as GeoNames names them, where the outlines allow. Shared by all callers, so copy before
    you change it.
    """
    table = pd.read_parquet(DATA / "admin1.parquet")
    return table.assign(geometry=load_shapes("admin1_shapes.npz"))


def admin1_of(latlon_deg: Real[ndarray, "n 2"]) -> Int[ndarray, " n"]:
    """Row of `admin1()` that holds each location, -1 at sea more than 12 nautical miles offshore.

    A grid of 0.1° answers where one region fills the pixel; near borders and coasts the outlines
    do. Up to 12 nautical miles offshore the region with the nearest shore holds the location.
    """
    locations = checked(latlon_deg)
    grid = _region_grid()
    latitude, longitude = locations.T
    rows = np.minimum(((90 - latitude) * 10).astype(np.int64), grid.shape[0] - 1)
    columns = np.minimum(((longitude + 180) * 10).astype(np.int64), grid.shape[1] - 1)
    regions = grid[rows, columns].astype(np.int64)
    regions[regions == OPEN_SEA] = -1
    undecided = np.flatnonzero(regions == UNDECIDED)
    inside = _containing(locations[undecided])
    offshore = inside < 0
    inside[offshore] = _nearest_shore(locations[undecided[offshore]])
    regions[undecided] = inside
    return regions


def country_of(latlon_deg: Real[ndarray, "n 2"]) -> Shaped[ndarray, " n"]:
    """Country of each location as ISO 3166 alpha-2, "" at sea beyond 12 nautical miles.

    >>> country_of(np.array([[48.85, 2.35], [-90.0, 0.0], [30.0, -40.0]]))
    array(['FR', 'AQ', ''], dtype='<U2')
    """
    return _region_countries()[admin1_of(latlon_deg)]


def continent_of(country_codes: Shaped[ndarray, " n"]) -> Shaped[ndarray, " n"]:
    """Continent of each country of ISO 3166 alpha-2, "" for "".

    Raises ValueError for an unknown code.

    >>> continent_of(np.array(["FR", "", "FJ"]))
    array(['Europe', '', 'Oceania'], dtype='<U13')
    """
    codes = np.asarray(country_codes, dtype=str)
    known = countries().continent.to_dict() | {"": ""}
    found, position = np.unique(codes, return_inverse=True)
    if unknown := [str(code) for code in found if code not in known]:
        raise ValueError(f"country_codes: found {unknown[:3]}, expected ISO 3166 alpha-2 or ''")
    width = max(map(len, known.values()))
    return np.array([known[code] for code in found], dtype=f"<U{width}")[position]


def _containing(locations: Float[ndarray, "n 2"]) -> Int[ndarray, " n"]:
    """Region whose outline holds each location, its edge included; -1 if none does."""
    regions = np.full(len(locations), -1)
    tree, outlines = _outlines()
    points = shapely.points(locations[:, 1], locations[:, 0])
    point, outline = tree.query(points)  # by bounding box; prepared outlines do the rest
    held = shapely.intersects_xy(outlines[outline], locations[point, 1], locations[point, 0])
    # On a shared border the region that comes first wins.
    regions[point[held][::-1]] = outline[held][::-1]
    return regions


def _nearest_shore(locations: Float[ndarray, "n 2"]) -> Int[ndarray, " n"]:
    """Region with the shore nearest to each location, -1 beyond COAST_KM."""
    tree, owners = _shores()
    chord = 2 * np.sin(COAST_KM / EARTH_RADIUS_KM / 2)
    _, nearest = tree.query(unit_vectors(locations), distance_upper_bound=chord)
    return np.append(owners, -1)[nearest]  # a search without result gives the index past the end


def shore_points(
    outlines: Shaped[ndarray, " shapes"],
) -> tuple[Float[ndarray, "points 2"], Int[ndarray, " points"]]:
    """Longitude and latitude of points along the shores, and the outline that each belongs to.

    A shore is an edge that belongs to one outline alone.
    """
    parts, owner = shapely.get_parts(outlines, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    edges = np.hstack([lonlat[:-1], lonlat[1:]])[follows]
    first = np.round(edges[:, :2] @ [1e3, 1e9])  # one number for each vertex, to compare edges by
    second = np.round(edges[:, 2:] @ [1e3, 1e9])
    ends = np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1)
    order = np.lexsort(ends.T)
    same = (ends[order[1:]] == ends[order[:-1]]).all(axis=1)
    alone = np.ones(len(edges), dtype=bool)
    alone[order[1:][same]] = alone[order[:-1][same]] = False
    points, shore = _segmentized(edges[alone], SHORE_STEP_DEG)
    return points, owner[part[ring[:-1][follows][alone]][shore]]


def _segmentized(
    edges: Float[ndarray, "edges 4"], longest: float
) -> tuple[Float[ndarray, "points 2"], Int[ndarray, " points"]]:
    """Points along edges of a positive length, at most `longest` apart, and the edge of each.

    As shapely.segmentize gives them, to the last bit, but four times as fast.
    """
    run = edges[:, 2:] - edges[:, :2]
    length = np.sqrt((run**2).sum(axis=1))
    n_pieces = np.ceil(length / longest).astype(np.int64)
    edge = np.repeat(np.arange(len(edges)), n_pieces + 1)
    last = np.cumsum(n_pieces + 1) - 1
    number = np.arange(len(edge)) - (last - n_pieces)[edge]
    share = number * (length / n_pieces)[edge] / length[edge]
    points = edges[edge, :2] + share[:, None] * run[edge]
    points[last] = edges[:, 2:]
    return points, edge


@cache
def _region_grid() -> UInt16[ndarray, "1800 3600"]:
    with Image.open(DATA / "region_grid.png") as image:
        return np.asarray(image).astype(np.uint16)


@cache
def _region_countries() -> Shaped[ndarray, " regions"]:
    return np.append(admin1().country.to_numpy(dtype="<U2"), "")  # row -1 is the open sea


@cache
def _outlines() -> tuple[shapely.STRtree, Shaped[ndarray, " regions"]]:
    outlines = admin1().geometry.to_numpy()
    shapely.prepare(outlines)
    return shapely.STRtree(outlines), outlines


@cache
def _shores() -> tuple[cKDTree, Int[ndarray, " vertices"]]:
    lonlat, owners = shore_points(admin1().geometry.to_numpy())
    return cKDTree(unit_vectors(lonlat[:, ::-1]), balanced_tree=False), owners
