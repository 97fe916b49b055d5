"""Figures of the tests of concept influence: who finds the cue, how far it moves, what hangs on."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy import ndarray

from geoutils.plots.style import PALETTE

NULL_COLOR = PALETTE["grey"]
DASHED = (0, (4, 3))
ANSWER_COLORS = {
    "yes": "#cfe5da",
    "no": "#f0cfc6",
    "undecided": "#eef0f1",
    "not asked": PALETTE["paper"],
}


def draw_planted_test(
    ax: Axes, table: pd.DataFrame, colors: Mapping[str, str], label: str, chance: float
) -> None:
    """Mean result of each candidate with its interval, and chance as a dashed line.

    `table` as from `planted_test`: columns mean, low, high; its index names the candidates, grey
    unless they have a colour.
    """
    draw_dots(ax, table, [colors.get(name, NULL_COLOR) for name in table.index])
    ax.axvline(chance, color=PALETTE["ink"], linewidth=0.8, linestyle=DASHED)
    ax.set_xlabel(label, fontsize="small")


def draw_kept_confidence(ax: Axes, table: pd.DataFrame, cues: Sequence[str]) -> None:
    """Share of its confidence that the prediction keeps when each thing is left out of the scene.

    `table` as from `kept_confidence`; the `cues`, which carry location, are drawn in colour.
    """
    _draw_changes(ax, table, cues, ("mean", "low", "high"))
    ax.axvline(1, color=PALETTE["ink"], linewidth=0.8, linestyle=DASHED)
    labels = [f"{name} ({n:,})" for name, n in zip(table.index, table["n_photos"], strict=True)]
    ax.set_yticks(range(len(table)), labels)
    ax.set_xlabel("confidence that is kept (share)", fontsize="small")


def draw_moved(ax: Axes, table: pd.DataFrame, cues: Sequence[str]) -> None:
    """Share of predictions that move by 25 km or more, in the rows of `draw_kept_confidence`."""
    _draw_changes(ax, table, cues, ("moved", "moved_low", "moved_high"))
    ax.set_xlabel("predictions that move by ≥ 25 km (share)", fontsize="small")
    ax.tick_params(labelleft=False)


def draw_sensitivity(
    ax: Axes, table: pd.DataFrame, measure: str, label: str, chance: str | float
) -> None:
    """One row per variant, grouped by what is varied: explainer in colour, edge map in grey.

    `table` as from `sensitivity_table`; `measure` is hit_rate or auc, `chance` a number or the
    column that holds it. The setting of the other tests, repeated in every group, has a ring.
    """
    where = _grouped_rows(table)
    bounds = (table[f"{measure}_low"], table[f"{measure}_high"])
    color = PALETTE["vermilion"]
    ax.hlines(where, *bounds, color=color, linewidth=4, alpha=0.4)
    ax.scatter(table[measure], where, color=color, s=34, zorder=3, label="explainer")
    edges = {"marker": "|", "s": 90, "linewidths": 2, "zorder": 2, "label": "edge map"}
    ax.scatter(table[f"edge_{measure}"], where, color=NULL_COLOR, **edges)
    own = table["is_reference"].to_numpy(bool)
    ring = {"facecolors": "none", "edgecolors": PALETTE["ink"], "s": 90, "zorder": 4}
    ax.scatter(table[measure][own], where[own], label="setting of the tests", **ring)
    at = table[chance] if isinstance(chance, str) else np.full(len(table), chance)
    ax.vlines(at, where - 0.45, where + 0.45, color=PALETTE["ink"], linewidth=0.8, label="chance")
    ax.set_yticks(where, table["value"])
    ax.set_ylim(where.max() + 0.6, -0.9)
    for choice, rows in table.assign(where=where).groupby("choice", sort=False):
        at_top = {"transform": ax.get_yaxis_transform(), "fontweight": "bold"}
        ax.text(0.01, rows["where"].min() - 0.62, choice, fontsize="small", va="center", **at_top)
    ax.tick_params(labelsize="small")
    ax.set_xlabel(label, fontsize="small")
    ax.grid(axis="y", visible=False)


def draw_answers(ax: Axes, table: pd.DataFrame) -> None:
    """Answers to questions (rows) for each explainer (columns), as coloured cells.

    `table` as from `trust_table`, which has them the other way round.
    """
    for column, (_, answers) in enumerate(table.iterrows()):
        for row, answer in enumerate(answers):
            ax.barh(row, 0.96, left=column + 0.02, height=0.9, color=ANSWER_COLORS[answer])
            ax.text(column + 0.5, row, answer, ha="center", va="center", fontsize=6.5)
    ax.set_yticks(range(table.shape[1]), table.columns)
    names = [name.replace(" ", "\n") for name in table.index]
    ax.set_xticks(np.arange(len(table)) + 0.5, names)
    ax.tick_params(length=0, labeltop=True, labelbottom=False, labelsize="small")
    ax.set(xlim=(0, len(table)), ylim=(table.shape[1] - 0.5, -0.5))
    ax.grid(False)
    ax.spines[:].set_visible(False)


def draw_dots(ax: Axes, table: pd.DataFrame, colors: Sequence[str]) -> None:
    """One row per entry: a dot at its mean, a broad line over its interval."""
    where = np.arange(len(table))
    ax.hlines(where, table["low"], table["high"], color=colors, linewidth=4, alpha=0.4)
    ax.scatter(table["mean"], where, color=colors, s=34, zorder=3)
    ax.set_yticks(where, table.index)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.tick_params(labelsize="small")
    ax.grid(axis="y", visible=False)


def _draw_changes(
    ax: Axes, table: pd.DataFrame, cues: Sequence[str], columns: tuple[str, str, str]
) -> None:
    colors = [PALETTE["vermilion"] if name in cues else NULL_COLOR for name in table.index]
    shown = table[list(columns)].set_axis(["mean", "low", "high"], axis=1)
    draw_dots(ax, shown, colors)


def _grouped_rows(table: pd.DataFrame) -> ndarray:
    """Height of each row, with room above every group for its name."""
    first = (table["choice"] != table["choice"].shift()).to_numpy()
    return np.arange(len(table)) + 0.9 * (np.cumsum(first) - 1)
