"""What is left of an explanation when the model forgets, layer by layer."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from geoutils.plots.style import PALETTE

LABELS = {
    "rank_correlation": "rank correlation with trained map",
    "strongest_shared": "strongest pixels that stay (share)",
}


def draw_sanity_check(
    ax: Axes,
    table: pd.DataFrame,
    colors: Mapping[str, str],
    measure: str = "rank_correlation",
    chance: float = 0.0,
) -> None:
    """Likeness of each explainer's maps to those of the trained model, by what was randomised.

    `table` as from `sanity_check`; bands are its intervals. Layers run from the output to the
    input; an explainer without a colour is grey. Dashed: `chance`. A legend is the caller's.
    """
    for name, rows in table.groupby("explainer", sort=False):
        color = colors.get(name, PALETTE["grey"])
        ax.plot(rows["depth"], rows[measure], color=color, marker="o", markersize=4, label=name)
        band = (rows["depth"], rows[f"{measure}_low"], rows[f"{measure}_high"])
        ax.fill_between(*band, color=color, alpha=0.2, linewidth=0)
    layers = table.drop_duplicates("depth").sort_values("depth")
    ax.axhline(chance, color=PALETTE["ink"], linewidth=0.8, linestyle=(0, (4, 3)))
    turned = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(layers["depth"], layers["layer"], **turned)
    ax.tick_params(labelsize="small")
    ax.set_xlabel("randomised down to", fontsize="small")
    ax.set_ylabel(LABELS[measure], fontsize="small")
    ax.set_ylim(min(-0.05, ax.get_ylim()[0]), 1.05)
