"""Figures of training: learning curves, where the time went, and what features find alike."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Bool, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy import ndarray

from geoutils.plots.dashes import tell_lines_apart
from geoutils.plots.method_colors import PARTITION_COLORS, mixed
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PAGE_IN, PALETTE

SIDE, GAP, TEXT = 0.87, 0.09, 0.15  # inches: side of a photo, space between, height of its caption
_ACCURACY = "val_accuracy_"


def draw_training(loss_ax: Axes, accuracy_ax: Axes, log: pd.DataFrame, title: str) -> None:
    """Draw the log of a training anew: its joint loss above, the accuracy of every term below.

    Validation is solid, training dashed; a ring marks the epoch that was kept. Terms are named as
    in the log's columns, and have the colour of their partition (the finer, the darker).
    """
    for ax in (loss_ax, accuracy_ax):
        ax.clear()
    _draw_joint_loss(loss_ax, log, PALETTE["ink"])
    loss_ax.set(title=title, ylabel="loss")
    loss_ax.legend(fontsize="small")
    names = [name.removeprefix(_ACCURACY) for name in log if name.startswith(_ACCURACY)]
    families = [name.split("_")[0] for name in names]
    families = [family if family in PARTITION_COLORS else "s2" for family in families]
    for place, (name, family) in enumerate(zip(names, families, strict=True)):
        share = (2 + families[: place + 1].count(family)) / (2 + families.count(family))
        label = family if family not in families[:place] else None
        style = {"color": PARTITION_COLORS.get(family, PALETTE["grey"]), "alpha": share}
        accuracy_ax.plot(log["epoch"], log[_ACCURACY + name], "o-", ms=2.5, label=label, **style)
    accuracy_ax.set(xlabel="epoch", ylabel="right, of photos inside")
    accuracy_ax.set_ylim(0, 1.1 * max(log[_ACCURACY + name].max() for name in names) or 1)
    in_percent(accuracy_ax.yaxis)
    for ax in (loss_ax, accuracy_ax):
        _whole_epochs(ax, log)
    if len(set(families)) > 1:
        accuracy_ax.legend(fontsize="small")


def curve_panels(names: Sequence[str]) -> tuple[Figure, dict[str, Axes]]:
    """A figure with a small panel for each name, four in a row, and a key to their lines above.

    Places left over stay empty.
    """
    n_rows = -(-max(1, len(names)) // 4)
    height = 1.45 * n_rows + 0.4
    figure, axes = plt.subplots(n_rows, 4, figsize=(PAGE_IN, height), layout="constrained")
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    if names:
        dashed, solid, ring = _looks(PALETTE["ink"])
        marks = [Line2D([], [], **dashed), Line2D([], [], **solid), Line2D([], [], **ring)]
        labels = ["training", "validation", "epoch kept"]
        figure.legend(marks, labels, loc="outside upper center", ncols=3, handlelength=2.6)
        figure.supxlabel("epoch", fontsize=8)
        figure.supylabel("loss", fontsize=8)
    return figure, dict(zip(names, axes.flat, strict=False))


def draw_curve(ax: Axes, log: pd.DataFrame, title: str, color: str) -> None:
    """Draw the joint loss of one training anew in a small panel."""
    ax.clear()
    _draw_joint_loss(ax, log, color)
    ax.set_title(title, fontsize=7.5)
    ax.tick_params(labelsize=6.5)
    _whole_epochs(ax, log)


def draw_compared(
    ax: Axes, logs: Mapping[str, pd.DataFrame], column: str, colors: Mapping[str, str]
) -> None:
    """Draw one column of several logs over epochs, on common axes, in their `colors`.

    Lines get thinner from the first to the last, so that equal ones show behind each other; those
    of one colour differ in their dashes and marks.
    """
    widths = np.linspace(3.2, 1.2, max(2, len(logs)))
    for (name, log), width, mark in zip(logs.items(), widths, cycle("osD^v"), strict=False):
        look = {"marker": mark, "ms": 3.5, "lw": width}
        ax.plot(log["epoch"], log[column], color=colors[name], label=name, **look)
        _whole_epochs(ax, log)
    tell_lines_apart(ax, logs)
    ax.set_xlabel("epoch")
    if "accuracy" in column:
        in_percent(ax.yaxis)


def _draw_joint_loss(ax: Axes, log: pd.DataFrame, color: str) -> None:
    best = int(log["val_loss"].to_numpy().argmin())
    dashed, solid, ring = _looks(color)
    ax.plot(log["epoch"], log["train_loss"], label="training", **dashed)
    ax.plot(log["epoch"], log["val_loss"], label="validation", **solid)
    ax.plot(log["epoch"].iloc[best], log["val_loss"].iloc[best], **ring)


def _looks(color: str) -> tuple[dict, dict, dict]:
    """Styles of training, validation and the epoch kept; marks, since one epoch makes no line."""
    dashed = {"color": color, "ls": (0, (3, 2)), "lw": 1.2, "marker": "x", "ms": 3.5}
    solid = {"color": color, "marker": "o", "ms": 2.5}
    ring = {"mfc": "none", "mec": color, "mew": 1.4, "ms": 9, "ls": "", "marker": "o"}
    return dashed, solid, ring | {"clip_on": False}


def _whole_epochs(ax: Axes, log: pd.DataFrame) -> None:
    """Ticks at whole epochs; a single one stands in the middle."""
    last = max(log["epoch"].max(), *(line.get_xdata()[-1] for line in ax.get_lines()))
    ax.set_xlim(*((0.5, 1.5) if last == 1 else (0.7, last + 0.3)))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def draw_seconds(ax: Axes, seconds: Mapping[str, float]) -> None:
    """Draw one bar, as long as the whole took, in named parts (largest labels inside)."""
    total, left = sum(seconds.values()), 0.0
    for (name, value), pale in zip(seconds.items(), np.linspace(0, 0.85, 5), strict=False):
        color = mixed(PALETTE["ink"], "white", pale)
        style = {"color": color, "ec": "white", "lw": 0.8, "height": 0.6}
        ax.barh(0, value, left=left, label=f"{name}  {value:,.1f} s", **style)
        if value > 0.08 * total:
            share = f"{value / total:.0%}"
            ink = "white" if pale < 0.5 else PALETTE["ink"]
            ax.text(left + value / 2, 0, share, ha="center", va="center", color=ink)
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
            ax.text(x + SIDE / 2, y + SIDE + 0.03, text, fontsize=6.2, ha="center", va="top")
            if column and near[row, column - 1]:
                style = {"fill": False, "ec": PALETTE["green"], "lw": 2.5}
                ax.add_patch(Rectangle((x, y), SIDE, SIDE, **style))
    ax.set(xlim=(-0.03, width), ylim=(height, -0.03), aspect="equal")
    ax.set_axis_off()
    return figure


def enlarged(images: UInt8[ndarray, "photos h w 3"], times: int) -> UInt8[ndarray, "photos H W 3"]:
    """Each pixel as a square of `times` by `times` pixels: photos as the network has them."""
    return np.repeat(np.repeat(images, times, axis=1), times, axis=2)
