"""The land under a photo: climate, elevation, land or sea, and the colour of the ground."""

from functools import cache

import numpy as np
from jaxtyping import Bool, Float, Int, Real, UInt8
from numpy import ndarray
from PIL import Image

from geoutils.atlas.locations import checked
from geoutils.atlas.storage import DATA, load_array, undo_differences

# Köppen-Geiger zones (Kottek et al. 2006): main climate, precipitation, temperature.
CLIMATES = (
    *("Af", "Am", "As", "Aw", "BSh", "BSk", "BWh", "BWk", "Cfa", "Cfb", "Cfc", "Csa", "Csb", "Csc"),
    *("Cwa", "Cwb", "Cwc", "Dfa", "Dfb", "Dfc", "Dfd", "Dsa", "Dsb", "Dsc", "Dsd"),
    *("Dwa", "Dwb", "Dwc", "Dwd", "EF", "ET"),
)


def climate(latlon_deg: Real[ndarray, "n 2"]) -> UInt8[ndarray, " n"]:
    """Köppen-Geiger zone of each location as an index into `CLIMATES`, on a grid of 5 arc minutes.

    Never sea: offshore, and in coast pixels the source leaves out, it is the nearest land's zone.

    >>> CLIMATES[climate(np.array([[23.0, 12.0]]))[0]]  # the Sahara
    'BWh'
    """
    return _pixels(_climate_grid(), latlon_deg)


def ground_rgb(latlon_deg: Real[ndarray, "n 2"]) -> UInt8[ndarray, "n 3"]:
    """Colour of the land seen from space, red-green-blue, on a grid of 8 arc minutes.

    Never water: at sea, on coasts and lakes it is the nearest dry pixel's colour.
    """
    return _pixels(_ground_grid(), latlon_deg)


def is_land(latlon_deg: Real[ndarray, "n 2"]) -> Bool[ndarray, " n"]:
    """Whether each location is on land, on a grid of 1 arc minute (2 km); lakes count as land.

    >>> is_land(np.array([[45.76, 4.84], [45.0, -30.0]]))
    array([ True, False])
    """
    bits, (rows, columns) = _land_bits(), _cells(latlon_deg, 10800, 21600)
    return (bits[rows, columns >> 3] >> (7 - (columns & 7)).astype(np.uint8) & 1).astype(bool)


def elevation_m(latlon_deg: Real[ndarray, "n 2"]) -> Float[ndarray, " n"]:
    """Height of the ground above the sea in m (float32); the sea itself is 0.

    Bilinear between nodes 5 arc minutes apart. Nodes average over 9 km, so peaks come out lower
    than they are.
    """
    locations = checked(latlon_deg)
    return bilinear_m(locations[:, 0], locations[:, 1])


def bilinear_m(
    latitude_deg: Float[ndarray, "*shape"], longitude_deg: Float[ndarray, "*shape"]
) -> Float[ndarray, "*shape"]:
    """`elevation_m` for arrays of any shape that are known to be on the globe; longitudes wrap."""
    grid = _relief_m()  # padded by one column, so that column + 1 exists
    y = (90 - latitude_deg) * 12
    x = (longitude_deg + 180) * 12
    row = np.minimum(y.astype(np.int32), 2159)
    floor = np.floor(x)
    down = (y - row).astype(np.float32)
    right = (x - floor).astype(np.float32)
    corner = row * grid.shape[1] + floor.astype(np.int32) % 4320
    flat, below = grid.ravel(), corner + grid.shape[1]
    north = flat[corner] * (1 - right) + flat[corner + 1] * right
    south = flat[below] * (1 - right) + flat[below + 1] * right
    return north * (1 - down) + south * down


def _pixels(
    grid: UInt8[ndarray, "h w ..."], latlon_deg: Real[ndarray, "n 2"]
) -> UInt8[ndarray, "n ..."]:
    return grid[_cells(latlon_deg, *grid.shape[:2])]


def _cells(
    latlon_deg: Real[ndarray, "n 2"], height: int, width: int
) -> tuple[Int[ndarray, " n"], Int[ndarray, " n"]]:
    """Row and column of each location in a world grid, north first, from 180 W to 180 E."""
    latitude, longitude = checked(latlon_deg).T
    rows = ((90 - latitude) * (height / 180)).astype(np.int64)
    columns = ((longitude + 180) * (width / 360)).astype(np.int64)
    return np.minimum(rows, height - 1), np.minimum(columns, width - 1)


@cache
def _climate_grid() -> UInt8[ndarray, "h w"]:
    with Image.open(DATA / "climate.png") as image:
        return np.asarray(image)


@cache
def _ground_grid() -> UInt8[ndarray, "h w 3"]:
    with Image.open(DATA / "ground.jpg") as image:
        return np.asarray(image.convert("RGB"))


@cache
def _land_bits() -> UInt8[ndarray, "h w"]:
    return load_array("land.npy.xz")


@cache
def _relief_m() -> Float[ndarray, "h w"]:
    grid = undo_differences(load_array("relief.npy.xz")).astype(np.float32)
    return np.concatenate([grid, grid[:, :1]], axis=1)
