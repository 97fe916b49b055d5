"""Figures of accuracy on other worlds: the same answers, with photos weighted to what counts."""

from collections.abc import Iterable, Mapping
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


def draw_reweighted(
    axes: Iterable[Axes], table: pd.DataFrame, radius_km: Number, colors: Mapping[str, str]
) -> None:
    """Draw a_r of each method (rows) under each reweighting (axes) beside the plain one.

    `table` is from `reweighted_accuracies`, `colors` are those of its methods. Hollow: the photos
    as they are. Filled, with its interval: reweighted; the line between them is what the score
    owes to where the photos are.
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
    shades = [colors[method] for method in methods]
    for column, (ax, name) in enumerate(zip(axes, names, strict=True)):
        rows = by_weights[name].loc[methods]
        ax.hlines(places, plain, rows["estimate"], color=PALETTE["grey"], lw=0.8, zorder=1)
        ax.hlines(places, rows["low"], rows["high"], color=shades, lw=2)
        ax.scatter(rows["estimate"], places, s=20, color=shades, zorder=2.5, clip_on=False)
        hollow = {"facecolors": "white", "edgecolors": PALETTE["ink"], "linewidths": 1}
        ax.scatter(plain, places, s=18, zorder=3, **hollow)
        ax.set_yticks(places, methods if column == 0 else [""] * len(methods))
        ax.set_ylim(-0.6, len(methods) - 0.4)
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="y", visible=False)
        ax.set_title(name)
        in_percent(ax.xaxis)
    ax.set_xlim(left=0)
