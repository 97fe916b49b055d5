"""Figures of calibration: what a confidence is worth, and how the confidences are spread."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Real
from matplotlib.axes import Axes
from numpy import ndarray

from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.calibration import Reliability
from geoutils.plots.method_colors import text_color
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE

TEMPERED = (0, (4, 1.2))  # dashes
HEADROOM = 1.4  # of the highest bar of a histogram: its number stands upright on it


def draw_reliability(
    ax: Axes, table: Reliability, color: str, interval: Interval | None = None
) -> None:
    """Draw the reliability diagram: accuracy as bars, the gap to the mean confidence hatched.

    On the diagonal confidence and accuracy agree. `interval` adds a whisker to each bar. A bin
    without photos stays empty.
    """
    filled = table.counts > 0
    left, width = table.edges[:-1][filled], np.diff(table.edges)[filled]
    accuracy, confidence = table.accuracy[filled], table.confidence[filled]
    ax.plot([0, 1], [0, 1], color=PALETTE["grey"], lw=1, ls="--", zorder=1)
    ax.bar(left, accuracy, width, align="edge", color=color, alpha=0.5, lw=0)
    ax.bar(
        left,
        confidence - accuracy,
        width,
        bottom=accuracy,
        align="edge",
        facecolor="none",
        edgecolor=color,
        hatch="////",
        lw=0,
        alpha=0.55,
    )
    ax.hlines(accuracy, left, left + width, color=PALETTE["ink"], lw=1.6)
    if interval is not None:
        middle = left + width / 2
        ax.vlines(middle, interval.low[filled], interval.high[filled], color=PALETTE["ink"], lw=0.8)
    ax.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that is right", axisbelow=True)
    in_percent(ax.xaxis, ax.yaxis)


def draw_confidence_histogram(
    ax: Axes,
    table: Reliability,
    confidences: Real[ndarray, " photos"],
    correct: Bool[ndarray, " photos"],
    color: str,
    counts: bool = True,
) -> None:
    """Draw how many photos have which confidence, with the mean confidence and the accuracy.

    The dashed line is the mean confidence, the solid one the accuracy; apart, they show a model
    that is too sure (dashed on the right) or too modest (dashed on the left). Each bar carries
    its number of photos.
    """
    share = table.counts / table.counts.sum()
    left, width = table.edges[:-1], np.diff(table.edges)
    ax.bar(left, share, width, align="edge", color=color, alpha=0.5, ec="white", lw=0.5)
    ax.axvline(np.mean(confidences), color=PALETTE["ink"], ls="--", lw=1.4, label="mean confidence")
    ax.axvline(np.mean(correct), color=PALETTE["ink"], lw=1.4, label="accuracy")
    if counts:
        for x, y, number in zip(left + width / 2, share, table.counts, strict=True):
            if number:
                ax.text(
                    x,
                    y + 0.015,
                    f"{number:,}",
                    rotation=90,
                    ha="center",
                    va="bottom",
                    fontsize=6,
                    color=text_color(PALETTE["grey"]),
                    bbox={"fc": "white", "lw": 0, "pad": 0.5},  # the lines pass behind
                )
    ax.set(xlim=(0, 1), ylim=(0, max(0.3, HEADROOM * share.max())), xlabel="confidence")
    ax.set(ylabel="share of photos", axisbelow=True)
    in_percent(ax.xaxis, ax.yaxis)


def draw_error_changes(
    ax: Axes,
    before: Mapping[str, Interval],
    after: Mapping[str, Interval],
    noise: Mapping[str, float],
    colors: Mapping[str, str],
) -> None:
    """Draw two calibration errors per row: as it came (hollow) and tempered (full), with intervals.

    Rows from the top, by name; grey: what chance alone could show of a calibrated model.
    """
    places = np.arange(len(before))[::-1]
    for place, name in zip(places, before, strict=True):
        ax.barh(place, noise[name], height=0.8, color="#e6e8ea", lw=0, zorder=1)
        for shift, error, face, width in (
            (0.14, before[name], "white", 0.9),
            (-0.14, after[name], colors[name], 1.8),
        ):
            y, low, high = place + shift, error.low, error.high
            ax.hlines(y, low, high, color=colors[name], lw=width, zorder=2)
            ax.plot(error.estimate, [y], "o", ms=3.6, mfc=face, mec=colors[name], zorder=3)
    ax.set_yticks(places, list(before))
    ax.set_ylim(-0.7, len(before) - 0.3)
    drawn = [one for one in ax.get_shared_x_axes().get_siblings(ax) if one.has_data()]
    ax.set_xlim(0, 1.03 * max(one.dataLim.x1 for one in drawn))  # of all that share the axis
    in_percent(ax.xaxis)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)


def draw_answered(
    ax: Axes,
    confidences: Real[ndarray, " photos"],
    distances_km: Real[ndarray, " photos"],
    radii_km: dict[float, str],
    at_least: int = 20,
    tempered: Real[ndarray, " photos"] | None = None,
) -> None:
    """Draw the accuracy among the surest photos against the share of photos answered.

    Photos are answered in order of falling confidence; `radii_km` gives each radius its colour.
    Dashed, where given: the same guesses in the order of their `tempered` confidence. Shares of
    fewer than `at_least` photos are left out: they only show noise.
    """
    answered = np.arange(1, len(confidences) + 1)
    kept = slice(min(at_least, len(answered)) - 1, None)
    marker = "o" if len(answered[kept]) == 1 else ""  # where a line would have no length
    for sure, dashes in ((confidences, "-"), (tempered, TEMPERED)):
        if sure is None:
            continue
        order = np.argsort(-np.asarray(sure), kind="stable")
        for radius, color in radii_km.items():
            right = np.cumsum(distances_km[order] < radius) / answered
            label = f"closer than {radius:g} km" if sure is confidences else None
            style = {"color": color, "ls": dashes, "marker": marker, "clip_on": False}
            ax.plot(answered[kept] / len(answered), right[kept], label=label, **style)
    if tempered is not None:
        ax.plot([], [], color=PALETTE["ink"], ls=TEMPERED, label="tempered")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set(xlabel="share of photos answered, surest first", ylabel="of these, placed closer than r")
    in_percent(ax.xaxis, ax.yaxis)
