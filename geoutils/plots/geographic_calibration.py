"""Figures of geographic calibration: the price of being right, in km², and one photo's sets."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from numpy import ndarray

from geoutils.brief import brief
from geoutils.evaluation.geographic_calibration import LEVELS, credible_levels
from geoutils.partitions.partition import Partition
from geoutils.plots.partition_map import cell_raster
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE
from geoutils.plots.world import draw_world, project

MARKERS = ("o", "s", "D")  # of the levels that are marked on a curve
LEVEL_SHADES = ("#26275a", "#3b83a8", "#a3d3b4")  # of one photo's sets, small to large
TRUTH = PALETTE["vermilion"]


def draw_sharpness(
    ax: Axes,
    curves: Mapping[str, pd.DataFrame],
    colors: Mapping[str, str],
    marked: Sequence[float] = LEVELS,
) -> None:
    """Draw how often each method's sets cover the truth against their median area: one curve each.

    `curves` are tables of `geographic_calibration` at many levels. Upper left is best: right
    often, and little ground named. A marker is the set of one of the `marked` levels, with the
    interval of its coverage; it stands on the dotted line of its level if the method is
    calibrated, below if too sure. Infinite (unknown) areas end a curve.
    """
    for level in marked:
        ax.axhline(level, color=PALETTE["grey"], lw=0.8, ls=":", zorder=1)
    for name, table in curves.items():
        shown = table[np.isfinite(table["area_km2"])]
        ax.plot(shown["area_km2"], shown["coverage"], color=colors[name], lw=1.3, label=name)
        for level, marker in zip(marked, MARKERS, strict=False):
            at = shown[np.isclose(shown["level"], level)]
            ax.vlines(at["area_km2"], at["low"], at["high"], color=colors[name], lw=1)
            style = {"color": colors[name], "mec": "white", "mew": 0.5, "zorder": 3}
            ax.plot(at["area_km2"], at["coverage"], marker, ms=4.5, **style)
    ax.set(xscale="log", ylim=(0, 1), xlabel="median area of the set (km²)")
    ax.set_ylabel("sets that hold the true place")
    ax.xaxis.set_major_formatter(lambda area_km2, _: brief(float(area_km2)))
    ax.minorticks_off()
    in_percent(ax.yaxis)


def level_handles(marked: Sequence[float] = LEVELS) -> list[Line2D]:
    """Entries of a legend for the markers of `draw_sharpness`."""
    style = {"color": PALETTE["ink"], "ls": "", "ms": 4.5}
    return [
        Line2D([], [], marker=marker, label=f"{level:.0%} set", **style)
        for level, marker in zip(marked, MARKERS, strict=False)
    ]


def draw_coverage(ax: Axes, curves: Mapping[str, pd.DataFrame], colors: Mapping[str, str]) -> None:
    """Draw how often sets cover the truth against the probability that they hold.

    On the dashed diagonal a method covers as often as it says; below it is too sure. Bands are
    intervals of the coverage. `curves` as in `draw_sharpness`.
    """
    ax.plot([0, 1], [0, 1], color=PALETTE["grey"], lw=1, ls="--", zorder=1)
    for name, table in curves.items():
        if table["low"].notna().all():
            band = {"color": colors[name], "alpha": 0.15, "lw": 0}
            ax.fill_between(table["held"], table["low"], table["high"], **band)
        ax.plot(table["held"], table["coverage"], color=colors[name], lw=1.3, label=name)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.set(xlabel="probability in the set", ylabel="sets that hold the true place")
    in_percent(ax.xaxis, ax.yaxis)


def draw_credible_map(
    ax: GeoAxes,
    partition: Partition,
    log_probs: Float[ndarray, " cells"],
    truth_deg: Real[ndarray, " 2"] | None = None,
    levels: Sequence[float] = LEVELS,
    extent_deg: Sequence[float | int] | None = None,
    pixels: int = 720,
) -> AxesImage:
    """Draw one photo's sets of cells: darkest the smallest set, its ring the truth.

    Each pixel asks the partition whose ground it is, so cells of every kind show in their true
    shapes. At most three levels, in rising order.
    """
    draw_world(ax, extent_deg)
    rank = credible_levels(log_probs, levels)
    shades = np.array([to_rgba(shade) for shade in LEVEL_SHADES[: len(levels)]])
    table = np.concatenate([shades, np.zeros((3, 4))])  # no set; outside all cells; off the Earth
    raster = cell_raster(ax, partition, pixels)
    picture = table[np.where(raster >= 0, rank[raster], len(levels))]
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    # Added by hand: GeoAxes.imshow would warp a picture that is in the map's units already.
    image = AxesImage(ax, extent=(left, right, low, high), origin="upper", zorder=1.5, alpha=0.85)
    image.set_data(picture)
    ax.add_image(image)
    if truth_deg is not None:
        x, y = project(ax, np.asarray(truth_deg)[None])[0]
        ax.plot(x, y, "o", ms=7, mfc="none", mec=TRUTH, mew=1.6, zorder=4)
    return image


def set_handles(levels: Sequence[float] = LEVELS) -> list[Line2D]:
    """Entries of a legend for `draw_credible_map`."""
    style = {"ls": "", "marker": "s", "ms": 7}
    sets = [
        Line2D([], [], color=shade, label=f"{level:.0%} set", **style)
        for level, shade in zip(levels, LEVEL_SHADES, strict=False)
    ]
    ring = {"ls": "", "marker": "o", "ms": 7, "mfc": "none", "mec": TRUTH, "mew": 1.6}
    return [*sets, Line2D([], [], label="truth", **ring)]
