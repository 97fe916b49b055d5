"""Our accuracies beside those that papers print for other photos: is this the same order at all?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from geoutils.evaluation.accuracy import RADII_KM, SCALES
from geoutils.evaluation.bootstrap import Interval
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE

RANGE_COLOR, ROW_COLOR = "#eceeef", "#b3babf"
HALF_WIDTH, EDGE, APART = 0.38, 0.08, 0.2  # of a box, inside it, of two of ours; radii are 1 apart
MARKS = "osD^vPX*"


def draw_against_published(
    ax: Axes, ours: Mapping[str, Interval], colors: Mapping[str, str], published: pd.DataFrame
) -> None:
    """Draw our accuracies with their intervals over what papers print for *other* photos.

    At each of the five radii a box reaches from the lowest to the highest of the `published` rows
    (columns a_1 to a_2500, in percent), each of which is a dash across it; ours stand side by side
    in front. Nothing joins the radii, so that heights are read where they stand. ValueError
    without rows.
    """
    percents = published[[f"a_{radius:g}" for radius in RADII_KM]].to_numpy(dtype=float)
    if not len(percents):
        raise ValueError("published: no rows to compare with; expected one or more")
    places = np.arange(len(RADII_KM))
    low, high = percents.min(axis=0) / 100, percents.max(axis=0) / 100
    ax.bar(places, high - low, 2 * HALF_WIDTH, bottom=low, color=RANGE_COLOR, zorder=1)
    for k, row in enumerate(percents / 100):
        label = "a paper's row, on real photos" if k == 0 else None
        ends = (places - HALF_WIDTH, places + HALF_WIDTH)
        ax.hlines(row, *ends, color=ROW_COLOR, lw=0.6, label=label, zorder=1.5)
    step = min(APART, 2 * (HALF_WIDTH - EDGE) / max(1, len(ours) - 1))
    offsets = step * (np.arange(len(ours)) - (len(ours) - 1) / 2)
    for k, (offset, (name, interval)) in enumerate(zip(offsets, ours.items(), strict=True)):
        ax.vlines(places + offset, interval.low, interval.high, color=colors[name], lw=1.8)
        look = {"ls": "", "marker": MARKS[k % len(MARKS)], "ms": 4.5, "mec": "white", "mew": 0.5}
        look |= {"clip_on": False, "zorder": 3}
        ax.plot(places + offset, interval.estimate, color=colors[name], label=name, **look)
    labels = [f"{name}\n{radius:,g} km" for name, radius in zip(SCALES, RADII_KM, strict=True)]
    ax.set_xticks(places, labels)
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="x", visible=False)
    ax.axhline(0, color=PALETTE["grey"], lw=0.8)
    in_percent(ax.yaxis)
    tops = [np.fmax(one.estimate, one.high).max() for one in ours.values()]  # no bounds: NaN
    ax.set_ylim(0, 1.05 * max(high.max(), *tops))
    ax.set_ylabel("photos placed closer than r")
