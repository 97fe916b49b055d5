"""Figures of explanations: what was strong in the picture, and which concepts it lay on."""

from collections.abc import Mapping, Sequence
from numbers import Real as Number

import numpy as np
import pandas as pd
from jaxtyping import Bool, Integer, Real, UInt8
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy import ndarray
from scipy import ndimage

from geoutils.plots.concept_colors import concept_colors
from geoutils.plots.style import PALETTE

INTERVAL_COLORS = (PALETTE["vermilion"], PALETTE["yellow"], PALETTE["sky"])  # near to far
GLOW = "inferno"
LETTER_WIDTH, LINE_HEIGHT = 0.042, 0.085  # of a label, as shares of a small panel
BOLDER = 1.1  # width of bold letters, beside others


def draw_photo(ax: Axes, photo: UInt8[ndarray, "h w 3"], title: str = "") -> None:
    """The photo, nothing else."""
    ax.imshow(photo, extent=(0, 1, 1, 0))
    ax.set_title(title, fontsize="small", fontweight="normal")
    ax.set_axis_off()


def draw_explanation(
    ax: Axes,
    photo: UInt8[ndarray, "h w 3"],
    explanation_map: Real[ndarray, "rows columns"],
    title: str = "",
) -> None:
    """Explanation map glowing over the grey photo; its 99th percentile is drawn at full strength.

    The map may be coarser than the photo.
    """
    ax.imshow(photo.mean(axis=2), extent=(0, 1, 1, 0), cmap="gray", vmin=-60, vmax=310)
    strength = np.clip(explanation_map / max(np.quantile(explanation_map, 0.99), 1e-30), 0, 1)
    glow = {"cmap": GLOW, "vmin": 0, "vmax": 1, "interpolation": "bilinear"}
    ax.imshow(strength, extent=(0, 1, 1, 0), alpha=strength**0.5, **glow)
    ax.set_title(title, fontsize="small", fontweight="normal")
    ax.set_axis_off()


def draw_concepts(
    ax: Axes,
    segmentation_map: Integer[ndarray, "h w"],
    names: Sequence[str],
    ci: Mapping[int, float],
    carrier: int = 0,
    title: str = "",
) -> None:
    """Segmentation map, one colour per concept; those with a concept influence carry it as a label.

    `names[c]` names concept c. The planted concept, if any, is marked with a star.
    """
    ax.imshow(concept_colors(names, pale=0.45)[segmentation_map], extent=(0, 1, 1, 0))
    labels = {
        concept: _label(names[concept], influence, concept == carrier)
        for concept, influence in ci.items()
    }
    centers = {concept: _deepest_point(segmentation_map == concept) for concept in ci}
    for concept, (x, y) in _apart(centers, labels).items():
        ax.text(
            x,
            y,
            labels[concept],
            ha="center",
            va="center",
            fontsize=6.2,
            fontweight="bold" if concept == carrier else "normal",
            linespacing=1.0,
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )
    ax.set_title(title, fontsize="small", fontweight="normal")
    ax.set_axis_off()


def _deepest_point(mask: Bool[ndarray, "h w"]) -> tuple[float, float]:
    """Point (x, y) in [0, 1] deepest inside the shape, where a centre of mass need not lie."""
    depth = ndimage.distance_transform_edt(np.pad(mask, 1))
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    return (column - 0.5) / mask.shape[1], (row - 0.5) / mask.shape[0]


def _label(name: str, influence: Number, is_carrier: bool | np.bool_) -> str:
    """Name and number in a line; names of several words take one for each, as they are wide."""
    star = "★ " if is_carrier else ""
    if " " not in name:
        return f"{star}{name} {influence:.1f}"
    return "\n".join([*f"{star.strip()}{name}".split(), f"{influence:.1f}"])


def _apart(
    centers: Mapping[int, tuple[float, float]], labels: Mapping[int, str]
) -> dict[int, tuple[float, float]]:
    """Label positions inside the picture, moved down or up where one would cover another."""
    placed: dict[int, tuple[float, float]] = {}
    sizes = {concept: _size(label) for concept, label in labels.items()}
    for concept, (x, y) in sorted(centers.items(), key=lambda item: item[1][1]):
        width, height = sizes[concept]
        x = min(max(x, width / 2), 1 - width / 2)
        steps = np.arange(int(2 / LINE_HEIGHT)) * LINE_HEIGHT / 2
        heights = np.stack([y + steps, y - steps], axis=1).ravel()  # the nearest first
        inside = [min(max(y, height / 2), 1 - height / 2)]
        inside += [one for one in heights if height / 2 <= one <= 1 - height / 2]
        free = [
            one
            for one in inside
            if not any(
                abs(x - other_x) < (width + sizes[other][0]) / 2
                and abs(one - other_y) < (height + sizes[other][1]) / 2 - 1e-9
                for other, (other_x, other_y) in placed.items()
            )
        ]
        placed[concept] = (x, (free or inside)[0])
    return placed


def _size(label: str) -> tuple[float, float]:
    """Width and height of a label, as shares of a small panel."""
    lines = label.split("\n")
    width = LETTER_WIDTH * max(map(len, lines)) * (BOLDER if label.startswith("★") else 1)
    return min(1.0, width), LINE_HEIGHT * len(lines)


def draw_influence_bars(ax: Axes, table: pd.DataFrame, concepts: Sequence[str]) -> None:
    """Median ci of each concept, one bar per distance interval, with bootstrap intervals.

    `table` as from `influence_table`; concepts run down the axis in the order given.
    """
    intervals = list(dict.fromkeys(table["interval"]))
    if not intervals:
        ax.text(0.5, 0.5, "no concept is in enough photos", ha="center", transform=ax.transAxes)
        ax.set_axis_off()
        return
    thickness = 0.8 / len(intervals)
    for place, interval in enumerate(intervals):
        rows = table[table["interval"] == interval].set_index("concept").reindex(concepts)
        where = np.arange(len(concepts)) - 0.4 + (place + 0.5) * thickness
        color = INTERVAL_COLORS[place % len(INTERVAL_COLORS)]
        ax.barh(where, rows["median"], 0.92 * thickness, color=color, label=interval)
        ax.hlines(where, rows["low"], rows["high"], color=PALETTE["ink"], linewidth=0.8)
    ax.axvline(1, color=PALETTE["ink"], linewidth=0.8, linestyle=(0, (4, 3)))
    ax.set_axisbelow(True)
    ax.set_yticks(range(len(concepts)), concepts)
    ax.set(ylim=(len(concepts) - 0.5, -0.5), xlabel="concept influence ci (median; 1 = its area)")
    ax.grid(axis="y", visible=False)
    ax.legend(title="prediction off by", loc="lower right")
