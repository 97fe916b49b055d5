"""Figures of accuracy on other worlds: the same answers, with photos weighted to what counts."""

from collections.abc import Iterable
from numbers import Real as Number

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from geoutils.evaluation.reweighting import PLAIN
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE

WEIGHT_COLORS = {
    PLAIN: PALETTE["ink"],
    "even land": PALETTE["green"],
    "even land, by cell": PALETTE["sky"],
    "people": PALETTE["orange"],
    "even countries": PALETTE["purple"],
}


def draw_reweighted(axes: Iterable[Axes], table: pd.DataFrame, radius_km: Number) -> None:
    """Draw a_r of each method (rows) under each reweighting (axes) beside the plain one.

    `table` is from `reweighted_accuracies`. Hollow: the photos as they are. Filled, with its
    interval: reweighted; the line between them is what the score owes to where the photos are.
    ValueError for a radius that the table lacks, or for more or fewer axes than reweightings.
    """
    part = table[table["radius_km"] == radius_km]
    if part.empty:
        raise ValueError(f"radius_km: {radius_km:g} is not in the table")
    names, methods = (list(dict.fromkeys(part[column])) for column in ("weights", "method"))
    names.remove(PLAIN)
    by_weights = {name: rows.set_index("method") for name, rows in part.groupby("weights")}
    plain = by_weights[PLAIN].loc[methods, "estimate"].to_numpy()
    places = np.arange(len(methods))[::-1]
    for column, (ax, name) in enumerate(zip(axes, names, strict=True)):
        rows, color = by_weights[name].loc[methods], WEIGHT_COLORS.get(name, PALETTE["blue"])
        ax.hlines(places, plain, rows["estimate"], color=PALETTE["grey"], lw=0.8, zorder=1)
        ax.hlines(places, rows["low"], rows["high"], color=color, lw=2)
        ax.plot(rows["estimate"], places, "o", ms=4.5, color=color, clip_on=False)
        hollow = {"facecolors": "white", "edgecolors": PALETTE["ink"], "linewidths": 1}
        ax.scatter(plain, places, s=18, zorder=3, **hollow)
        ax.set_yticks(places, methods if column == 0 else [""] * len(methods))
        ax.set_ylim(-0.6, len(methods) - 0.4)
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="y", visible=False)
        ax.set_title(name)
        in_percent(ax.xaxis)
    ax.set_xlim(left=0)
