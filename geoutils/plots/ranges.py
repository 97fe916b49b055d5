"""Spans of many distributions under each other: from the least to the greatest value of each."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from numpy import ndarray


def draw_ranges(ax: Axes, values: Mapping[str, Real[ndarray, " _"]], colors: Sequence[str]) -> None:
    """Draw one row per distribution, the first on top, over a log scale of positive values.

    Thin line: least to greatest; thick: the middle 80 %; dot: the median. NaN and zeros are left
    out; a row without values stays empty.
    """
    for row, (numbers, color) in enumerate(zip(values.values(), colors, strict=True)):
        known = np.asarray(numbers, dtype=float)
        known = known[known > 0]
        if len(known) == 0:
            continue
        low, left, middle, right, high = np.quantile(known, [0, 0.1, 0.5, 0.9, 1])
        ax.plot([low, high], [row, row], color=color, lw=1, alpha=0.55, solid_capstyle="butt")
        ax.plot([left, right], [row, row], color=color, lw=4.5, alpha=0.55, solid_capstyle="butt")
        ax.plot([middle], [row], "o", color=color, ms=4.5, mec="white", mew=0.6, zorder=3)
    ax.set(xscale="log", ylim=(len(values) - 0.5, -0.5))
    ax.set_yticks(range(len(values)), list(values))
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.spines["left"].set_visible(False)
