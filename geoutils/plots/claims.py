"""What the papers say beats what, claim by claim and radius by radius, and what became of it."""

from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from geoutils.evaluation.claims import HOLDS, NOT_RUN, OPPOSITE, UNDECIDED
from geoutils.plots.style import PALETTE

# Fill and ink of each verdict.
VERDICT_COLORS = {
    HOLDS: (PALETTE["blue"], "white"),
    UNDECIDED: ("#e6e8ea", PALETTE["ink"]),
    OPPOSITE: (PALETTE["vermilion"], "white"),
    NOT_RUN: ("white", PALETTE["grey"]),
}
CLAIM_WIDTH = 40  # characters in a line of a claim
CELL_HEIGHT_IN = 0.275
FIELD_POINTS = 6.0  # ten fields stand side by side


def claims_height_in(table: pd.DataFrame) -> float:
    """Height in inches that a figure of these claims wants."""
    return 0.9 + CELL_HEIGHT_IN * table["claim"].nunique()


def draw_claims(ax: Axes, table: pd.DataFrame) -> None:
    """Draw the difference of each claim (row) at each radius (column), coloured by its verdict.

    `table` comes from `check_claims`; differences are in percentage points, with the interval and,
    after a slash, what the paper prints. A claim has a field at the radii that its paper speaks of.
    """
    claims, radii = list(dict.fromkeys(table["claim"])), sorted(table["radius_km"].unique())
    for row in table.itertuples():
        x, y = radii.index(row.radius_km), claims.index(row.claim)
        fill, ink = VERDICT_COLORS[row.verdict]
        edge = "#e6e8ea" if row.verdict == NOT_RUN else "white"
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=fill, edgecolor=edge, lw=1))
        ours = f"{_signed(row.difference)}/{row.published:.1f}"  # theirs is above zero
        ax.text(x, y - 0.18, ours, color=ink, fontsize=FIELD_POINTS, **_CENTERED)
        if np.isfinite(row.low):
            interval = f"{_signed(row.low)}, {_signed(row.high)}"
            ax.text(x, y + 0.24, interval, color=ink, fontsize=FIELD_POINTS, **_CENTERED)
    ax.set(xlim=(-0.5, len(radii) - 0.5), ylim=(len(claims) - 0.5, -0.5))
    ax.set_xticks(range(len(radii)), [f"{radius:,g} km" for radius in radii])
    sources = table.groupby("claim")[["paper", "table"]].first()
    ax.set_yticks(range(len(claims)), [_label(claim, sources.loc[claim]) for claim in claims])
    ax.xaxis.tick_top()
    ax.set_xlabel(
        "ours / theirs, in percentage points; below, the 95 % interval of ours", fontsize=6.8
    )
    ax.xaxis.set_label_position("top")
    ax.tick_params(length=0, labelsize=6.2)
    for label in ax.get_yticklabels():
        label.set_linespacing(1.1)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    keys = [
        Patch(facecolor=fill, edgecolor=PALETTE["grey"], lw=0.5, label=verdict)
        for verdict, (fill, _) in VERDICT_COLORS.items()
        if (table["verdict"] == verdict).any()
    ]
    ax.legend(handles=keys, loc="upper right", bbox_to_anchor=(1, 0), ncols=4)


_CENTERED = {"ha": "center", "va": "center"}


def _signed(points: float) -> str:
    """Percentage points with their sign, also of what rounds to zero; a dash for the unknown."""
    if np.isnan(points):
        return "–"
    return f"{points:{'+' if points else ''}.1f}".replace("-", "\N{MINUS SIGN}")


def _label(claim: str, source: pd.Series) -> str:
    where = f"({source['paper']},\N{NO-BREAK SPACE}Table\N{NO-BREAK SPACE}{source['table']})"
    return "\n".join(wrap(f"{claim} {where}", CLAIM_WIDTH))
