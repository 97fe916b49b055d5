"""Figures of many methods at once: their scores side by side, and every one against every other."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from numbers import Real as Number
from textwrap import wrap

import numpy as np
import pandas as pd
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.image import AxesImage
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, SCALES
from geoutils.evaluation.bootstrap import Interval
from geoutils.plots.method_colors import SYSTEM_COLORS, text_color
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE

DIFFERENCES = LinearSegmentedColormap.from_list(
    "differences", [PALETTE["vermilion"], "#f0d3cb", "white", "#c9dcea", PALETTE["blue"]]
)


def draw_method_accuracies(
    axes: Iterable[Axes],
    intervals: Mapping[str, Interval],
    systems: Mapping[str, str],
    colors: Mapping[str, str],
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> None:
    """Draw a_r of each method as a dot with its interval: a row per method, an axis per radius.

    `intervals` are of accuracies, in the order of the rows from the top; `systems` gives each
    method's system, which has a band of its own, named at the right, and `colors` its colour.
    """
    axes, names = list(axes), list(intervals)
    places = np.arange(len(names))[::-1]
    changes = [k for k, (a, b) in enumerate(pairwise(names)) if systems[a] != systems[b]]
    for column, ax in enumerate(axes):
        for place, name in zip(places, names, strict=True):
            interval, color = intervals[name], colors[name]
            ax.hlines(place, interval.low[column], interval.high[column], color=color, lw=2)
            ax.plot(interval.estimate[column], place, "o", ms=4, color=color, clip_on=False)
        for k in changes:
            ax.axhline(places[k] - 0.5, color=PALETTE["grey"], lw=0.6)
        scale = _scale(radii_km[column]).replace(", ", "\n")
        ax.set_title(f"{scale}{radii_km[column]:,g} km", fontsize=7.5)
        ax.set_xlim(left=-0.02 * ax.get_xlim()[1])  # a dot at zero stays off the names
        in_percent(ax.xaxis)
        ax.locator_params(axis="x", nbins=3)
        ax.set_ylim(-0.7, len(names) - 0.3)
        ax.set_yticks(places, names if column == 0 else [""] * len(names))
        ax.tick_params(axis="y", length=0)
        ax.tick_params(labelsize=6.8)
    starts = [0, *(k + 1 for k in changes), len(names)]
    for start, end in pairwise(starts):
        system = systems[names[start]]
        style = {"color": text_color(SYSTEM_COLORS[system]), "fontsize": 7, "va": "center"}
        where = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
        middle = (places[start] + places[end - 1]) / 2
        named = "\n".join(wrap(system, 12))
        axes[-1].annotate(named, (1.08, middle), weight="bold", **style, **where)


def draw_difference_matrix(
    ax: Axes,
    table: pd.DataFrame,
    radius_km: Number,
    labels: Mapping[str, str],
    systems: Mapping[str, str],
    largest: Number,
    named_rows: bool = True,
    named_columns: bool = True,
) -> AxesImage:
    """Draw row minus column, in percentage points, for each pair of methods; return the image.

    `table` is from `paired_matrix`, `labels` and `systems` of its methods. Blue: the row places
    more photos; a dot marks a difference whose interval excludes zero. Colours end at ± `largest`
    points. ValueError for a radius that the table lacks.
    """
    part = table[table["radius_km"] == radius_km]
    if not len(part):
        raise ValueError(f"radius_km: {radius_km:g} is not in the table")
    names = list(dict.fromkeys(part["method"]))
    place = {name: k for k, name in enumerate(names)}
    grid = np.full((len(names), len(names)), np.nan)
    rows, columns = part["method"].map(place), part["other"].map(place)
    grid[rows, columns] = 100 * part["estimate"]
    image = ax.imshow(grid, cmap=DIFFERENCES, norm=Normalize(-largest, largest))
    certain = part["excludes_zero"].to_numpy()
    for x, y, points in zip(
        columns[certain], rows[certain], 100 * part["estimate"][certain], strict=True
    ):
        ink = "white" if abs(points) > 0.7 * largest else PALETTE["ink"]
        ax.plot(x, y, "o", ms=1.8, color=ink)
    for k, (a, b) in enumerate(pairwise(names)):
        if systems[a] != systems[b]:
            ax.axhline(k + 0.5, color=PALETTE["grey"], lw=0.7)
            ax.axvline(k + 0.5, color=PALETTE["grey"], lw=0.7)
    shown = [labels[name] for name in names]
    below = shown if named_columns else [""] * len(names)
    ax.set_xticks(range(len(names)), below, rotation=90, fontsize=6.2)
    ax.set_yticks(range(len(names)), shown if named_rows else [""] * len(names), fontsize=6.2)
    for axis in (ax.get_xticklabels(), ax.get_yticklabels()):
        for text, name in zip(axis, names, strict=True):
            text.set_color(text_color(SYSTEM_COLORS[systems[name]]))
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.set_title(f"{_scale(radius_km)}{radius_km:,g} km")
    return image


def _scale(radius_km: Number) -> str:
    """Name of one of the five radii, with a comma; nothing for others."""
    found = np.flatnonzero(np.asarray(RADII_KM) == radius_km)
    return f"{SCALES[found[0]]}, " if len(found) else ""
