"""Many reliability diagrams side by side, each over the numbers of photos in its bins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.calibration import Reliability
from geoutils.plots.calibration import draw_reliability
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE


def fitting_columns(n_panels: int) -> int:
    """Four panels in a row, or five where that leaves fewer places empty; fewer for few panels.

    >>> fitting_columns(3), fitting_columns(8), fitting_columns(10)
    (3, 4, 5)
    """
    return n_panels if n_panels < 4 else min((4, 5), key=lambda columns: -n_panels % columns)


@dataclass(frozen=True, eq=False)
class ReliabilityPanel:
    """One of many reliability diagrams."""

    title: str
    table: Reliability
    confidences: Real[ndarray, " photos"]
    correct: Bool[ndarray, " photos"]
    color: str
    interval: Interval | None = None


def draw_reliability_grid(fig: Figure, panels: Sequence[ReliabilityPanel], columns: int) -> None:
    """Draw many reliability diagrams, each over the numbers of photos in its bins (log scale).

    Only the outermost panels carry labels. The dashed line is the mean confidence, the solid one
    the accuracy; a bin without photos has no bar in either picture.
    """
    columns = min(columns, len(panels))
    n_rows = -(-len(panels) // columns)
    grid = fig.subplots(
        2 * n_rows,
        columns,
        sharex=True,
        squeeze=False,
        gridspec_kw={"height_ratios": [5, 2] * n_rows, "hspace": 0.06},
    )
    for ax in grid.flat:
        ax.set_visible(False)
    most = int(max(panel.table.counts.max() for panel in panels))
    for k, panel in enumerate(panels):
        row, column = divmod(k, columns)
        above, below = grid[2 * row : 2 * row + 2, column]
        above.set_visible(True)
        below.set_visible(True)
        draw_reliability(above, panel.table, panel.color, panel.interval)
        _draw_counts(below, panel, most)
        above.set_title(panel.title, fontsize=6.8, fontweight="normal", loc="left")
        is_last = k + columns >= len(panels)
        for ax, label in ((above, "right"), (below, "photos")):
            ax.set(xticks=[0, 0.5, 1], xlabel="", ylabel=label if column == 0 else "")
            ax.tick_params(labelsize=6.5, labelleft=column == 0, labelbottom=False)
        below.tick_params(labelbottom=is_last)
        below.set_xlabel("confidence" if is_last else "")


def _draw_counts(ax: Axes, panel: ReliabilityPanel, most: int) -> None:
    """Photos per bin on a log scale, where one photo still has height."""
    table, filled = panel.table, panel.table.counts > 0
    left, width = table.edges[:-1][filled], np.diff(table.edges)[filled]
    style = {"color": panel.color, "alpha": 0.5, "ec": "white", "lw": 0.4}
    ax.bar(left, table.counts[filled] - 0.6, width, bottom=0.6, align="edge", **style)
    ax.axvline(np.mean(panel.confidences), color=PALETTE["ink"], ls="--", lw=1.2)
    ax.axvline(np.mean(panel.correct), color=PALETTE["ink"], lw=1.2)
    ax.set(xlim=(0, 1), yscale="log", ylim=(0.6, 1.6 * max(most, 1)), axisbelow=True)
    powers = range(len(str(most)))
    ax.set_yticks([10.0**k for k in powers], [f"{10**k:,}" for k in powers], minor=False)
    ax.minorticks_off()
    in_percent(ax.xaxis)
