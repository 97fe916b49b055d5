"""Figures of training: learning curves, where the time went, and what features find alike."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Bool, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy import ndarray

from geoutils.plots.style import LEVEL_COLORS, PALETTE

SIDE, GAP, TEXT = 1.0, 0.1, 0.17  # inches: side of a photo, space between, height of its caption


def draw_learning_curves(
    ax: Axes, log: pd.DataFrame, quantity: str, levels: Sequence[str], guesses: Mapping[str, float]
) -> None:
    """Draw one quantity of the log per level over epochs: training dashed, validation solid.

    `quantity` is "loss" or "accuracy"; a ring marks the epoch that was kept; `guesses` gives each
    level's value for a guesser, drawn as a short line at the left edge.
    """
    best = int(log["val_loss"].to_numpy().argmin())
    for level in levels:
        color = LEVEL_COLORS.get(level, PALETTE["ink"])
        train, val = log[f"train_{quantity}_{level}"], log[f"val_{quantity}_{level}"]
        ax.plot(log["epoch"], train, color=color, ls=(0, (3, 2)), lw=1.2)
        ax.plot(log["epoch"], val, color=color, label=level, marker="o", ms=2.5)
        ring = {"mfc": "none", "mec": color, "mew": 1.4, "ms": 9, "ls": ""}
        ax.plot(log["epoch"].iloc[best], val.iloc[best], marker="o", **ring)
        ax.plot([0, 0.35], [guesses[level]] * 2, color=color, lw=2.5, solid_capstyle="butt")
    ax.set(xlim=(0, log["epoch"].max() + 0.5), xlabel="epoch", ylabel=quantity)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def draw_seconds(ax: Axes, seconds: Mapping[str, float]) -> None:
    """Draw one bar, as long as the whole took, in named parts (largest labels inside)."""
    colors = [PALETTE[name] for name in ("blue", "sky", "green", "yellow", "purple", "grey")]
    total, left = sum(seconds.values()), 0.0
    for (name, value), color in zip(seconds.items(), colors, strict=False):
        ax.barh(0, value, left=left, color=color, height=0.6, label=f"{name}  {value:,.1f} s")
        if value > 0.08 * total:
            share = f"{value / total:.0%}"
            ax.text(left + value / 2, 0, share, ha="center", va="center", color="white")
        left += value
    ax.set(xlabel="seconds", yticks=[], xlim=(0, total))
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False)
    columns = min(3, len(seconds))
    ax.legend(ncols=columns, loc="lower left", bbox_to_anchor=(0, 1), fontsize="small")


def neighbour_rows(
    queries: UInt8[ndarray, "rows size size 3"],
    neighbours: UInt8[ndarray, "rows k size size 3"],
    query_captions: Sequence[str],
    captions: Sequence[Sequence[str]],
    near: Bool[ndarray, "rows k"],
) -> Figure:
    """One row per photo: the photo itself, a gap, then the photos most like it, best first.

    Those marked `near` wear a green frame.
    """
    n_rows, k = near.shape
    pitch_y = SIDE + TEXT + GAP
    width, height = (k + 1) * (SIDE + GAP) + GAP, n_rows * pitch_y
    figure = plt.figure(figsize=(width, height))
    ax = figure.add_axes((0, 0, 1, 1))
    for row in range(n_rows):
        pictures = [queries[row], *neighbours[row]]
        texts = [query_captions[row], *captions[row]]
        for column, (picture, text) in enumerate(zip(pictures, texts, strict=True)):
            x = column * (SIDE + GAP) + (2 * GAP if column else 0)
            y = row * pitch_y
            ax.imshow(picture, extent=(x, x + SIDE, y + SIDE, y), interpolation="antialiased")
            ax.text(x + SIDE / 2, y + SIDE + 0.03, text, fontsize=6, ha="center", va="top")
            if column and near[row, column - 1]:
                style = {"fill": False, "ec": PALETTE["green"], "lw": 2.5}
                ax.add_patch(Rectangle((x, y), SIDE, SIDE, **style))
    ax.set(xlim=(-0.03, width), ylim=(height, -0.03), aspect="equal")
    ax.set_axis_off()
    return figure


def enlarged(images: UInt8[ndarray, "photos h w 3"], times: int) -> UInt8[ndarray, "photos H W 3"]:
    """Each pixel as a square of `times` by `times` pixels: photos as the network has them."""
    return np.repeat(np.repeat(images, times, axis=1), times, axis=2)
