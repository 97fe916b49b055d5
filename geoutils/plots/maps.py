"""Maps: cells, points, densities and great-circle lines on the pale world of `world.py`.

Axes are cartopy's: make them with `subplot_kw={"projection": WORLD}` or, for a part of the
world, `region_projection(extent_deg)`. All functions take locations in degrees, latitude first.
"""

from collections.abc import Sequence

import cartopy.crs as ccrs
import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Float, Int, Real
from matplotlib import colormaps
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.ticker import LogLocator, NullFormatter
from numpy import ndarray

from geoutils.plots.style import PALETTE
from geoutils.plots.world import WORLD, draw_world, project, region_projection
from geoutils.sphere import great_circle_km, great_circle_path

__all__ = [
    "CELL_COLORS",
    "HEAT_COLORS",
    "WORLD",
    "add_color_bar",
    "draw_cells",
    "draw_errors",
    "draw_great_circles",
    "draw_points",
    "draw_world",
    "heat_map",
    "project",
    "region_projection",
]

CELL_COLORS = LinearSegmentedColormap.from_list(  # its pale end stands out from land and sea
    "cells", ["#dbeccf", "#a3d3b4", "#5fb0b0", "#3b83a8", "#2f568c", "#26275a"]
)
ERROR_COLORS = LinearSegmentedColormap.from_list(  # plasma without its yellow, too pale for land
    "errors", colormaps["plasma"](np.linspace(0, 0.82, 64))
)
HEAT_COLORS = LinearSegmentedColormap.from_list(
    "heat", ["#f7d488", "#f0a345", "#dd6b36", "#b03030", "#641238"]
)
MANY_DOTS = 100_000
DOTS_AT_A_SPOT, SPOTS = 4, 2000  # more are not told apart; spots along a side of the map
_GEODETIC = ccrs.PlateCarree()
_FAR_KM = 12_000  # beyond, flat projections of a region tear the globe apart


def draw_cells(
    ax: GeoAxes,
    boundaries: Sequence[Float[ndarray, "_ 2"]],
    values: Real[ndarray, " cells"],
    norm: Normalize | None = None,
    cmap: str | Colormap = CELL_COLORS,
    alpha: float = 0.85,
) -> PolyCollection:
    """Draw cells in their true shapes, coloured by a value each; for a colour bar, use the result.

    Outlines are closed rings of locations with NaN rows between them (`Partition.boundaries`).
    Values are coloured on a log scale unless a norm is given. On the map of a region, cells that
    reach to the other side of the Earth are left out.
    """
    rings, owners = _split_rings(boundaries)
    if norm is None:
        least = max(values.min(), 1) if len(values) else 1
        norm = LogNorm(least, max(values.max(initial=1), 2 * least))
    lengths = [len(ring) for ring in rings]
    points = np.concatenate(rings) if rings else np.empty((0, 2))
    polygons = np.split(project(ax, points), np.cumsum(lengths)[:-1]) if rings else []
    near = [np.isfinite(polygon).all() for polygon in polygons]
    if not isinstance(ax.projection, type(WORLD)):
        near &= np.array([_within_reach(ax, ring) for ring in rings], dtype=bool)
    collection = PolyCollection(
        [polygon for polygon, shown in zip(polygons, near, strict=True) if shown],
        array=np.asarray(values, dtype=np.float64)[owners[np.array(near, dtype=bool)]],
        norm=norm,
        cmap=cmap,
        alpha=alpha,
        edgecolor="white",
        linewidth=0.25 if len(rings) > 400 else 0.5,
        zorder=1,
    )
    ax.add_collection(collection, autolim=False)
    return collection


def draw_points(
    ax: GeoAxes,
    latlon_deg: Real[ndarray, "n 2"],
    size: float = 4,
    color: str | Sequence = PALETTE["vermilion"],
    **style,
) -> PathCollection:
    """Draw locations as dots without outline; further arguments go to `scatter`.

    Of more than 100,000 in one colour no more than four are drawn at a spot, a two-thousandth of
    the map wide, and none outside the map; vector files then hold them as pixels.
    """
    x, y = project(ax, latlon_deg).T
    if len(x) > MANY_DOTS and isinstance(color, str):
        kept = _thinned(ax, x, y)
        x, y, style = x[kept], y[kept], {"rasterized": True} | style
    return ax.scatter(x, y, s=size, c=color, **{"linewidths": 0, "zorder": 3} | style)


def _thinned(
    ax: GeoAxes, x: Float[ndarray, " n"], y: Float[ndarray, " n"]
) -> Int[ndarray, " kept"]:
    """Dots on the map, no more than `DOTS_AT_A_SPOT` of those that fall together."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    on_map = np.flatnonzero((left <= x) & (x <= right) & (low <= y) & (y <= high))
    column = (SPOTS * (x[on_map] - left) / (right - left)).astype(np.int64)
    row = (SPOTS * (y[on_map] - low) / (high - low)).astype(np.int64)
    spot = row * (SPOTS + 1) + column
    order = np.argsort(spot, kind="stable")
    _, first, sizes = np.unique(spot[order], return_index=True, return_counts=True)
    rank = np.arange(len(spot)) - np.repeat(first, sizes)
    return np.sort(on_map[order[rank < DOTS_AT_A_SPOT]])


def heat_map(
    ax: GeoAxes,
    latlon_deg: Real[ndarray, "n 2"],
    weights: Real[ndarray, " n"] | None = None,
    gridsize: int = 120,
    cmap: str | Colormap = HEAT_COLORS,
    **style,
) -> PolyCollection:
    """Density of locations, or of their weights, in hexagons of one size, on a log scale.

    In an equal-area projection every hexagon is the same piece of Earth, so colours compare.
    """
    x, y = project(ax, latlon_deg).T
    counts = np.ones(len(x)) if weights is None else weights
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    shape = (gridsize, max(1, round(gridsize * (high - low) / (right - left) / np.sqrt(3))))
    return ax.hexbin(
        x,
        y,
        C=counts,
        reduce_C_function=np.sum,
        gridsize=shape,
        extent=(left, right, low, high),
        **{"norm": LogNorm(), "cmap": cmap, "linewidths": 0.1, "zorder": 1} | style,
    )


def draw_great_circles(
    ax: GeoAxes,
    a_deg: Real[ndarray, "n 2"],
    b_deg: Real[ndarray, "n 2"],
    values: Real[ndarray, " n"],
    points: int = 60,
    **style,
) -> LineCollection:
    """Draw the great circle from each a to its b, coloured by a value each, later ones on top.

    Further arguments go to matplotlib's LineCollection (norm, cmap, linewidths, alpha …).
    """
    paths = great_circle_path(a_deg, b_deg, points)
    starts, ends = paths[:, :-1].reshape(-1, 2), paths[:, 1:].reshape(-1, 2)
    segments = np.stack([project(ax, starts), project(ax, ends)], axis=1)
    over_the_edge = np.abs(starts[:, 1] - ends[:, 1]) > 180
    shown = ~over_the_edge & np.isfinite(segments).all(axis=(1, 2))
    colours = np.repeat(values, points - 1)[shown]
    style = {"linewidths": 0.7, "alpha": 0.6, "zorder": 2.5} | style
    lines = LineCollection(segments[shown], array=colours, **style)
    ax.add_collection(lines, autolim=False)
    return lines


def draw_errors(
    ax: GeoAxes,
    truth_deg: Real[ndarray, "n 2"],
    predicted_deg: Real[ndarray, "n 2"],
    **style,
) -> LineCollection:
    """Draw a great circle from each true place to where it was predicted, coloured by its length.

    Lengths are in km, on a log scale from 25 to 20,000 km unless a norm is given; short ones on
    top, where they stay visible.
    """
    distances_km = great_circle_km(truth_deg, predicted_deg)
    order = np.argsort(-distances_km)
    style = {"norm": LogNorm(25, 20_000, clip=True), "cmap": ERROR_COLORS} | style
    return draw_great_circles(
        ax, truth_deg[order], predicted_deg[order], distances_km[order], **style
    )


def add_color_bar(ax: GeoAxes | Sequence[GeoAxes] | ndarray, drawn, label: str, **style) -> None:
    """Add a slim horizontal colour bar below a map, or below several that share it.

    Its ends are arrows where values of `drawn` lie beyond them.
    """
    arguments = {"orientation": "horizontal", "shrink": 0.5, "aspect": 40, "pad": 0.03}
    drawn.autoscale_None()
    arguments |= {"extend": _extend(drawn), "extendfrac": 0.025} | style
    bar = drawn.figure.colorbar(drawn, ax=ax, **arguments)
    bar.set_label(label)
    if isinstance(drawn.norm, LogNorm):
        narrow = drawn.norm.vmax < 200 * drawn.norm.vmin
        along = bar.ax.xaxis if bar.orientation == "horizontal" else bar.ax.yaxis
        along.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,)))
        along.set_major_formatter(lambda value, _: f"{value:,g}")
        along.set_minor_formatter(NullFormatter())
    bar.outline.set_visible(False)
    bar.solids.set(alpha=1)


def _extend(drawn) -> str:
    """The ends of a colour bar beyond which values are drawn, as matplotlib names them."""
    values = np.ma.masked_invalid(drawn.get_array()).compressed()
    if isinstance(drawn.norm, LogNorm):
        values = values[values > 0]
    below, above = (values < drawn.norm.vmin).any(), (values > drawn.norm.vmax).any()
    return "both" if below and above else "min" if below else "max" if above else "neither"


def _split_rings(boundaries):
    """Rings of all outlines, and which outline each comes from."""
    rings, owners = [], []
    for owner, outline in enumerate(boundaries):
        gaps = np.flatnonzero(np.isnan(outline[:, 0]))
        pieces = [part[~np.isnan(part[:, 0])] for part in np.split(outline, gaps)]
        rings += [piece for piece in pieces if len(piece)]
        owners += [owner] * sum(len(piece) > 0 for piece in pieces)
    return rings, np.array(owners, dtype=np.int64)


def _within_reach(ax: GeoAxes, ring: Float[ndarray, "points 2"]) -> bool:
    """Whether all of a ring lies on the near side of the globe, seen from the map's middle."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    middle = _GEODETIC.transform_point((left + right) / 2, (low + high) / 2, ax.projection)
    center = np.tile([[middle[1], middle[0]]], (len(ring), 1))
    return bool(great_circle_km(center, ring).max() < _FAR_KM)
