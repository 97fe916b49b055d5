"""Figures of accuracy: how a_r grows with the radius, who leads by how much, and where."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Real
from matplotlib.axes import Axes
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, SCALES
from geoutils.evaluation.bootstrap import Interval
from geoutils.plots.method_colors import text_color
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE

SHORTEST_KM, LONGEST_KM = 0.1, 20_040  # half the circumference is as far as one can be off
MARKS = "osD^vPX*"  # of methods or photo sets that are drawn side by side


def draw_accuracy_curve(
    ax: Axes,
    distances_km: Real[ndarray, " photos"],
    label: str,
    color: str,
    dashed: bool = False,
) -> None:
    """Draw the share of photos closer than r km against r: every a_r at once, on a log axis."""
    finite = np.sort(distances_km[np.isfinite(distances_km)])
    near = int((finite <= SHORTEST_KM).sum())  # already counted where the axis begins
    radii = np.concatenate([[SHORTEST_KM], finite[near:], [LONGEST_KM]])
    counts = np.concatenate([np.arange(near, len(finite) + 1), [len(finite)]])
    shares = counts / len(distances_km)
    ax.step(radii, shares, where="post", label=label, color=color, ls="--" if dashed else "-")


def mark_radii(ax: Axes, label: bool = True) -> None:
    """Set the log axis of distance and mark the five radii of a_r, by default with their names.

    Named radii take the place of the powers of ten below the axis.
    """
    ax.set_xscale("log")
    ax.set_xlim(SHORTEST_KM, LONGEST_KM)
    ax.set_ylim(0, 1)
    in_percent(ax.yaxis)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    ax.set_xlabel("distance r between guess and truth (km)")
    ax.set_ylabel("photos placed closer than r")
    for radius in RADII_KM:
        ax.axvline(radius, color=PALETTE["grey"], lw=0.7, ls=":", zorder=0)
    if label:
        ax.set_xticks([SHORTEST_KM, *RADII_KM, 20_000])
        ax.minorticks_off()
        ax.grid(axis="x", visible=False)
        style = {"rotation": 35, "rotation_mode": "anchor", "fontsize": 6.5}
        for radius, name in zip(RADII_KM, SCALES, strict=True):
            ax.text(radius, 1.02, name, color=text_color(PALETTE["grey"]), **style)


def draw_differences(ax: Axes, difference: Interval, color: str) -> None:
    """Draw a difference of accuracies at each radius, in percentage points, with its interval.

    A filled dot means that the interval excludes zero, a hollow one that it does not.
    """
    points = 100 * np.stack([difference.estimate, difference.low, difference.high])
    places = np.arange(points.shape[1])
    ax.axhline(0, color=PALETTE["ink"], lw=0.8)
    ax.vlines(places, points[1], points[2], color=color, lw=2)
    filled = np.where(difference.excludes_zero, color, "white")
    ax.scatter(places, points[0], s=26, color=filled, edgecolors=color, linewidths=1.4, zorder=3)
    _name_radii(ax, places)
    ax.set_ylabel("difference (percentage points)")
    ax.margins(x=0.1, y=0.15)


def draw_difference_sets(
    ax: Axes, differences: Mapping[str, Interval], colors: Mapping[str, str], spread: float = 0.6
) -> None:
    """Draw several differences of accuracies side by side at each radius, as `draw_differences`."""
    offsets = _beside(len(differences), spread)
    ax.axhline(0, color=PALETTE["ink"], lw=0.8)
    for k, (name, difference) in enumerate(differences.items()):
        points = 100 * np.stack([difference.estimate, difference.low, difference.high])
        places = np.arange(points.shape[1]) + offsets[k]
        ax.vlines(places, points[1], points[2], color=colors[name], lw=1.8)
        filled = np.where(difference.excludes_zero, colors[name], "white")
        look = {"edgecolors": colors[name], "linewidths": 1.2, "zorder": 3}
        ax.scatter(places, points[0], s=26, marker=MARKS[k % len(MARKS)], color=filled, **look)
        handle = {"marker": MARKS[k % len(MARKS)], "ls": "", "ms": 5}
        ax.plot([], [], color=colors[name], label=name, **handle)
    _name_radii(ax, np.arange(points.shape[1]))
    ax.set_ylabel("difference (percentage points)")
    ax.margins(x=0.05, y=0.1)


def draw_intervals(
    ax: Axes,
    intervals: dict[str, Interval],
    colors: dict[str, str],
    spread: float = 0.5,
    marks: Mapping[str, str] | None = None,
) -> None:
    """Draw the accuracies of a few methods or photo sets side by side at each of the five radii.

    A dot each, unless `marks` gives it another mark: MARKS are those of `draw_difference_sets`.
    """
    offsets = _beside(len(intervals), spread)
    places = np.arange(len(RADII_KM))
    for offset, (name, interval) in zip(offsets, intervals.items(), strict=True):
        ax.vlines(places + offset, interval.low, interval.high, color=colors[name], lw=2.2)
        look = {"marker": (marks or {}).get(name, "o"), "ls": "", "ms": 5, "color": colors[name]}
        look |= {"clip_on": False, "zorder": 3}  # whole at zero, too
        ax.plot(places + offset, interval.estimate, label=name, **look)
    _name_radii(ax, places)
    in_percent(ax.yaxis)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("photos placed closer than r")


def draw_breakdown(
    ax: Axes, table: pd.DataFrame, radius_km: float | int, color: str, overall: float | None = None
) -> None:
    """Draw a_r of each kind of photo as a dot with its interval, number of photos on the right.

    `table` comes from `accuracy_by`; kinds stand in its order from the top. `overall` draws a line
    at the accuracy of all photos together.
    """
    rows = table[table["radius_km"] == radius_km].iloc[::-1]
    places = np.arange(len(rows))
    if overall is not None:
        ax.axvline(overall, color=PALETTE["grey"], lw=1, ls="--", zorder=0)
    ax.hlines(places, rows["low"], rows["high"], color=color, lw=2.2)
    ax.plot(rows["estimate"], places, "o", ms=5, color=color, clip_on=False)
    ax.set_yticks(places, rows["label"])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    # Axes that share their scale have it fixed by the first: make room for each.
    farthest = np.nanmax([ax.get_xlim()[1], *(1.05 * rows["estimate"]), *(1.02 * rows["high"])])
    ax.set_xlim(0, farthest)
    in_percent(ax.xaxis)
    ax.grid(axis="y", visible=False)
    for place, photos in zip(places, rows["photos"], strict=True):
        ax.annotate(
            f"{photos:,}",
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=6.5,
            color=text_color(PALETTE["grey"]),
        )


def _beside(n: int, spread: float) -> ndarray:
    """Where things that stand side by side at a radius are, around it; one alone is on it."""
    return np.linspace(-spread / 2, spread / 2, n) if n > 1 else np.zeros(n)


def _name_radii(ax: Axes, places: ndarray) -> None:
    """Name the five radii under an axis of evenly spaced places."""
    labels = [f"{name}\n{radius:,g} km" for name, radius in zip(SCALES, RADII_KM, strict=True)]
    ax.set_xticks(places, labels)
    ax.grid(axis="x", visible=False)
