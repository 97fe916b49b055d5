"""Maps of the world in areas, countries or cells, each in the colour of its value."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import shapely
from cartopy.io import shapereader
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Float, Int, Real, Shaped
from matplotlib import colormaps
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from numpy import ndarray

from geoutils.atlas import countries, use_coastlines
from geoutils.plots.maps import project

STEP_DEG = 2.0  # longest edge: straight in degrees is curved on a map
SMALL_KM2 = 3000  # countries below cannot be seen on a world map: they get a dot
NOTHING = "#3b4a54"


def draw_countries(
    ax: GeoAxes, values: pd.Series, norm: Normalize, cmap: str = "YlGnBu"
) -> PolyCollection:
    """Colour the countries in `values` (index: ISO 3166 alpha-2); dark grey where it is 0 or NaN.

    Drawn above the land and below the coasts and borders of `draw_world`; the result takes a
    colour bar. Other countries stay as they are, and very small ones are dots.
    """
    codes, rings, owners = _rings()
    known = np.isin(codes, values.index)
    levels = values.where(values > 0).reindex(codes).to_numpy(dtype=float)
    levels = np.ma.masked_invalid(levels)
    colors = {"norm": norm, "cmap": colormaps[cmap].with_extremes(bad=NOTHING)}
    ends = np.cumsum([len(ring) for ring in rings])[:-1]
    placed = np.split(project(ax, np.concatenate(rings)), ends)
    shown = [ring for ring, owner in zip(placed, owners, strict=True) if known[owner]]
    areas = PolyCollection(shown, array=levels[owners[known[owners]]], zorder=0.5, **colors)
    areas.set(edgecolor="face", linewidth=0.3)
    ax.add_collection(areas, autolim=False)
    small = np.flatnonzero(known & (countries()["area_km2"].reindex(codes) < SMALL_KM2))
    first = [owners.tolist().index(country) for country in small]  # its largest part
    middles = np.array([placed[ring].mean(axis=0) for ring in first]).reshape(-1, 2)
    ax.scatter(*middles.T, s=9, c=areas.to_rgba(levels[small]), ec="white", lw=0.3, zorder=2.5)
    return areas


def draw_areas(
    ax: GeoAxes,
    outlines: Sequence[Float[ndarray, "_ 2"]],
    values: Real[ndarray, " areas"],
    norm: Normalize,
    cmap: str = "YlGnBu",
) -> PolyCollection:
    """Colour areas by their values, dark grey where that is 0 or NaN; takes a colour bar.

    `outlines` are closed rings of locations that do not cross the antimeridian. Drawn like
    `draw_countries`: above the land, below coasts and borders.
    """
    ends = np.cumsum([len(ring) for ring in outlines])[:-1]
    placed = np.split(project(ax, np.concatenate(outlines)), ends) if len(outlines) else []
    levels = np.ma.masked_where(~(values > 0), np.asarray(values, dtype=float))
    colors = {"norm": norm, "cmap": colormaps[cmap].with_extremes(bad=NOTHING)}
    areas = PolyCollection(placed, array=levels, zorder=0.5, **colors)
    areas.set(edgecolor="face", linewidth=0.2)
    ax.add_collection(areas, autolim=False)
    return areas


@cache
def _rings() -> tuple[
    Shaped[ndarray, " countries"], list[Float[ndarray, "points 2"]], Int[ndarray, " rings"]
]:
    """Codes of countries; outer rings as (lat, lon), the largest first; the country of each ring.

    Enclaves come out on top of what surrounds them, so holes need not be cut.
    """
    use_coastlines()
    path = shapereader.natural_earth("110m", "cultural", "admin_0_countries")
    records = list(shapereader.Reader(path).records())
    codes = np.array([record.attributes["ISO_A2"] for record in records])
    outlines = np.array([record.geometry for record in records], dtype=object)
    parts, owners = shapely.get_parts(shapely.segmentize(outlines, STEP_DEG), return_index=True)
    order = np.argsort(-shapely.area(parts), kind="stable")
    rings = shapely.get_exterior_ring(parts[order])
    return codes, [shapely.get_coordinates(ring)[:, ::-1] for ring in rings], owners[order]
