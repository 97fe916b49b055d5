"""Figures of photos: contact sheets, where they were taken, and what is what in a scene."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Real, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy import ndarray

from geoutils.plots.concept_colors import concept_colors
from geoutils.plots.maps import draw_points, draw_world
from geoutils.plots.percent import in_percent
from geoutils.plots.style import MARGIN_IN, PAGE_IN, PALETTE, SAVED_DPI, SPLIT_COLORS

# Inches between photos, and from one line of a caption to the next: whole pixels of a saved sheet.
GAP, LINE = 10 / SAVED_DPI, 25 / SAVED_DPI
LEAST_SIDE = 0.8  # inches that a caption needs; photos of fewer pixels are enlarged
SCENE_COLORS = {"indoor": "#8a5a33", "nature": PALETTE["green"], "urban": "#a9b4c6"}


def contact_sheet(
    images: UInt8[ndarray, "photos size size 3"], captions: Sequence[str], columns: int = 8
) -> Figure:
    """Photos in rows, each with its caption (line breaks allowed).

    Photos of 172 pixels or more are saved pixel for pixel, where a page has room for that.
    One picture and one text per photo on a single pair of axes: 64 axes would take seconds.
    Raises ValueError without photos, or unless each has a caption.
    """
    if len(images) != len(captions) or len(images) == 0:
        raise ValueError(f"images: {len(images)} photos, but {len(captions)} captions")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    room = (PAGE_IN - 2 * MARGIN_IN + GAP) / columns - GAP
    side = min(max(images.shape[1] / SAVED_DPI, LEAST_SIDE), room)
    lines = max(caption.count("\n") + 1 for caption in captions)
    pitch_x, pitch_y = side + GAP, side + 2 * GAP + LINE * lines
    width, height = columns * pitch_x - GAP, rows * pitch_y - GAP
    figure = plt.figure(figsize=(width, height))
    ax = figure.add_axes((0, 0, 1, 1))
    for number, (image, caption) in enumerate(zip(images, captions, strict=True)):
        x, y = (number % columns) * pitch_x, (number // columns) * pitch_y
        ax.imshow(image, extent=(x, x + side, y + side, y), interpolation="antialiased")
        for line, text in enumerate(caption.split("\n"), start=1):
            ax.text(x, y + side + LINE * line, text, fontsize=6.2, va="baseline")
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.set_axis_off()
    return figure


def draw_split_map(
    ax: GeoAxes, latlon_deg: Real[ndarray, "photos 2"], split: Sequence[str] | ndarray
) -> None:
    """Where the photos were taken, one colour per split, the small splits on top of the large."""
    draw_world(ax)
    counts = pd.Series(np.asarray(split)).value_counts()
    size = float(np.clip(3000 / len(latlon_deg), 1.2, 26))
    for name in counts.index:
        chosen = np.asarray(split) == name
        draw_points(ax, latlon_deg[chosen], size=size, color=SPLIT_COLORS[name], alpha=0.75)
    handles = [
        Line2D([], [], marker="o", ls="", ms=5, color=SPLIT_COLORS[name], label=f"{name} {n:,}")
        for name, n in counts.items()
    ]
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0)}
    ax.legend(handles=handles, ncols=len(handles), handletextpad=0.1, **place)


def draw_concept_key(
    ax: Axes, concepts: UInt8[ndarray, "h w"], names: Sequence[str], least_share: float = 0.005
) -> None:
    """A concept map, and beside it the concepts by falling area; `names[c]` names concept c.

    Concepts that cover less than `least_share` of the picture are drawn but not named; 0 is none.
    """
    colors = concept_colors(names)
    ax.imshow(colors[concepts], extent=(0, 1, 1, 0))
    ax.set_axis_off()
    share = np.bincount(concepts.ravel(), minlength=len(names)) / concepts.size
    share[0] = 0
    handles = [
        Patch(color=colors[number], label=f"{names[number]}  {share[number]:.1%}")
        for number in np.argsort(-share)
        if share[number] >= least_share
    ]
    ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize="small")


def draw_nearness(ax: Axes, nearest_km: dict[str, Real[ndarray, " photos"]]) -> None:
    """Share of each split's photos that have a training photo within r km, over r."""
    for name, distances_km in nearest_km.items():
        sorted_km = np.sort(np.maximum(distances_km, 1e-3))
        share = np.arange(1, len(sorted_km) + 1) / len(sorted_km)
        ax.step(sorted_km, share, where="post", color=SPLIT_COLORS[name], label=name)
    ax.set(xscale="log", xlim=(0.01, 5000), ylim=(0, 1))
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.minorticks_off()
    in_percent(ax.yaxis)
    ax.set(xlabel="distance to the nearest training photo (km)", ylabel="share of photos")
    ax.legend(loc="lower right")


def draw_counts(ax: Axes, counts: pd.DataFrame) -> None:
    """Photos per row of a table (continents, say), stacked by scene, and their sum behind."""
    left = np.zeros(len(counts))
    for name in counts:
        label = name or "scene not known"
        color = SCENE_COLORS.get(name, "#d7dbde")
        ax.barh(counts.index, counts[name], left=left, color=color, label=label, height=0.7)
        left += counts[name].to_numpy()
    beside = {"xytext": (3, 0), "textcoords": "offset points", "va": "center", "size": 6.5}
    for row, total in enumerate(left):
        ax.annotate(f"{total:,.0f}", (total, row), **beside)
    ax.margins(x=0.12)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.locator_params(axis="x", nbins=5)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel("photos")
    ax.legend(loc="lower right")
