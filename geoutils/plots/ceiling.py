"""What a method reaches against what the visible cues allow, as dumbbells."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Real
from matplotlib.axes import Axes
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, SCALES
from geoutils.plots.style import PALETTE

CEILING_COLOR = PALETTE["green"]
RAIL = "#d5d9dc"


def draw_against_ceiling(
    axes: Sequence[Axes] | ndarray,
    achieved: pd.DataFrame,
    ceiling: pd.DataFrame,
    color: str,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> None:
    """Draw, in one field per radius, what is reached (dot) and its ceiling (ring) for each label.

    Both tables come from `accuracy_by` for the same labels, drawn from the top in the order of
    `achieved`; bars are their intervals. The fields should share their y axis; the legend's
    handles are those of any of them.
    """
    labels = list(dict.fromkeys(achieved["label"]))
    if set(labels) != set(ceiling["label"]):
        raise ValueError(f"ceiling: labels {sorted(set(ceiling['label']))}; expected {labels}")
    if len(axes) != len(radii_km):
        raise ValueError(f"axes: {len(axes)} for {len(radii_km)} radii; expected one each")
    photos = achieved.groupby("label")["photos"].first()
    places = np.arange(len(labels))
    for ax, radius, scale in zip(axes, radii_km, SCALES, strict=True):
        low, high = (
            table[table["radius_km"] == radius].set_index("label").loc[labels]
            for table in (achieved, ceiling)
        )
        ax.hlines(places, low["estimate"], high["estimate"], color=RAIL, lw=5, zorder=1)
        for table, shift, ink, face, name in (
            (low, 0.11, color, color, "reached"),
            (high, -0.11, CEILING_COLOR, "white", "ceiling"),
        ):
            at = places + shift
            ax.hlines(at, table["low"], table["high"], color=ink, lw=1.6)
            style = {
                "s": 26,
                "c": face,
                "edgecolors": ink,
                "zorder": 3,
                "lw": 1.4,
                "clip_on": False,
            }
            ax.scatter(table["estimate"], at, label=name, **style)
        ax.set_title(f"{scale}, {radius:,g} km", fontsize=7)
        ax.set_xlim(-0.03, 1.03)
        ax.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
    axes[0].set_yticks(places, [f"{label}\n{photos[label]:,} photos" for label in labels])
    axes[0].set_ylim(len(labels) - 0.5, -0.5)
