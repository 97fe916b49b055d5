"""Maps of any partition: every pixel of the map asks the partition whose ground it is.

So cells of every kind are drawn in their true shapes, whether or not outlines of them are known.
Only named places whose addresses come from a server or a table are drawn by their outlines.
"""

from collections.abc import Sequence

import cartopy.crs as ccrs
import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Bool, Float, Int
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch
from numpy import ndarray

from geoutils.partitions.partition import Partition
from geoutils.partitions.semantic.semantic_cells import SemanticCells
from geoutils.plots.map_colors import color_cells
from geoutils.plots.style import PALETTE
from geoutils.plots.world import draw_world, land_path

ATLAS_COLORS = ("#e6cfa3", "#b4cba6", "#a8c4d8", "#dcab98", "#c5b3d3", "#8fb8ae")

_EDGE_SHARE = 0.62  # of ink in the borders of cells: dark, but not black
_AT_SEA = 0.4  # opacity of cells there
_GEODETIC = ccrs.PlateCarree()


def draw_partition(
    ax: GeoAxes,
    partition: Partition,
    extent_deg: Sequence[float | int] | None = None,
    pixels: int = 900,
) -> None:
    """Draw a partition on the world or on (west, east, south, north), neighbours unlike in colour.

    The map is `pixels` wide. Ground that belongs to no cell stays bare. At sea cells are paler, so
    that the land shows. Where cells are too small for their colours, their borders darken the map.
    """
    draw_world(ax, extent_deg)
    picture = cell_picture(cell_raster(ax, partition, pixels), len(partition))
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    land = PathPatch(land_path(ax, extent_deg), transform=ax.transData)
    for opacity, clip in ((_AT_SEA, None), (1, land)):
        shades = picture * [1, 1, 1, opacity]
        # Added by hand: GeoAxes.imshow would warp a picture that is in the map's units already.
        image = AxesImage(ax, extent=(left, right, low, high), origin="upper", zorder=1)
        image.set_data(shades)
        image.set_clip_path(clip or ax.patch)
        ax.add_image(image)


def cell_picture(
    raster: Int[ndarray, "rows columns"], n_cells: int
) -> Float[ndarray, "rows columns 4"]:
    """Cells in colours with their borders, red, green, blue and opacity; clear where is no cell."""
    inside = raster >= 0
    shades = np.array([to_rgb(color) for color in ATLAS_COLORS])
    picture = np.zeros((*raster.shape, 4))
    picture[inside, :3] = shades[color_cells(raster, n_cells, len(shades))[raster[inside]]]
    picture[inside, 3] = 1
    edge = _edges(raster)
    painted = picture[edge]
    painted[:, :3] += _EDGE_SHARE * (np.array(to_rgb(PALETTE["ink"])) - painted[:, :3])
    painted[:, 3] = np.maximum(painted[:, 3], _EDGE_SHARE)
    picture[edge] = painted
    return picture


def cell_raster(ax: GeoAxes, partition: Partition, pixels: int) -> Int[ndarray, "rows columns"]:
    """Cell at the middle of each pixel of a map, -1 outside all cells, -2 off the Earth."""
    latlon_deg, on_earth = pixel_locations(ax, pixels)
    raster = np.full(on_earth.shape, -2)
    cells, there = partition.cells, latlon_deg[on_earth]
    by_outline = isinstance(cells, SemanticCells) and not cells.asks_atlas
    raster[on_earth] = cells.drawn_at(there) if by_outline else partition.assign(there)
    return raster


def pixel_locations(
    ax: GeoAxes, pixels: int
) -> tuple[Float[ndarray, "rows columns 2"], Bool[ndarray, "rows columns"]]:
    """Locations of the pixels of a map that is `pixels` wide, top row first, and which exist.

    Pixels are square; in the corners outside the globe there is no location.
    """
    if pixels < 1:
        raise ValueError(f"pixels: got {pixels}, expected 1 or more")
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    rows = max(1, round(pixels * (high - low) / (right - left)))
    x = left + (np.arange(pixels) + 0.5) * (right - left) / pixels
    y = high - (np.arange(rows) + 0.5) * (high - low) / rows
    x, y = (axis.ravel() for axis in np.meshgrid(x, y))
    longitude, latitude = _GEODETIC.transform_points(ax.projection, x, y)[:, :2].T
    # Beyond the globe the inverse gives nothing, or a place that lies elsewhere on the map.
    exists = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)  # False for NaN too
    back = ax.projection.transform_points(
        _GEODETIC, np.where(exists, longitude, 0), np.where(exists, latitude, 0)
    )
    step = (right - left) / pixels
    exists &= (np.abs(back[:, 0] - x) < step) & (np.abs(back[:, 1] - y) < step)
    latlon = np.stack([latitude, longitude], axis=1)
    return latlon.reshape(rows, pixels, 2), exists.reshape(rows, pixels)


def _edges(raster: Int[ndarray, "rows columns"]) -> Bool[ndarray, "rows columns"]:
    """Pixels that differ from the one to the right or below; the Earth's rim is no edge."""
    edge = np.zeros(raster.shape, dtype=bool)
    for here, next_one in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        a, b = raster[here], raster[next_one]
        edge[here] |= (a != b) & (a > -2) & (b > -2)
    return edge
