"""Differences of many methods from their starting points: one panel per radius, a row each."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from jaxtyping import Real
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import Interval
from geoutils.plots.style import PAGE_IN, PALETTE

TICKS = (-10, -1, 0, 1, 10)  # percentage points


def draw_gains(
    gains: Mapping[str, Interval],
    colors: Mapping[str, str],
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> Figure:
    """A figure of differences in percentage points with their intervals, the first row on top.

    `colors` are those of the rows. A filled dot means that the interval excludes zero, a hollow
    one that it does not. All panels share one scale: even up to one point on both sides of zero,
    logarithmic beyond, so that small differences can be seen beside large ones. Raises ValueError
    without rows.
    """
    if not gains:
        raise ValueError("gains: none to draw; expected one or more")
    size = (PAGE_IN, 0.75 + 0.2 * len(gains))
    figure, axes = plt.subplots(
        1,
        len(radii_km),
        figsize=size,
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    rows = np.arange(len(gains))
    points = 100 * np.array([[g.estimate, g.low, g.high] for g in gains.values()])
    certain = np.array([gain.excludes_zero for gain in gains.values()])
    edges = [colors[name] for name in gains]
    for k, (ax, radius) in enumerate(zip(axes[0], radii_km, strict=True)):
        ax.axvline(0, color=PALETTE["ink"], lw=0.8, zorder=1)
        ax.hlines(rows, points[:, 1, k], points[:, 2, k], color=edges, lw=1.8, zorder=2)
        faces = np.where(certain[:, k], edges, "white")
        style = {"s": 20, "edgecolors": edges, "linewidths": 1.3, "zorder": 3}
        ax.scatter(points[:, 0, k], rows, color=faces, **style)
        ax.set_title(f"{radius:,g} km")
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xscale("symlog", linthresh=1)
        ax.xaxis.set_major_locator(FixedLocator(TICKS))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter("{x:g}")
    axes[0, 0].set_yticks(rows, list(gains))
    axes[0, 0].set_ylim(len(gains) - 0.5, -0.5)
    figure.supxlabel("difference (percentage points)", fontsize="medium")
    return figure
