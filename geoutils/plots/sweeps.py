"""Figures of ablations: what each variant gains or loses against the reference, and costs."""

import numpy as np
import pandas as pd
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, SCALES
from geoutils.evaluation.claims import HOLDS, OPPOSITE, UNDECIDED
from geoutils.plots.claims import VERDICT_COLORS
from geoutils.plots.method_colors import DARKER, LIGHTER, SYSTEM_COLORS, mixed
from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE

SWEEP_COLORS = {
    "semp": SYSTEM_COLORS["SemP"],
    "end_to_end": SYSTEM_COLORS["SemP"],
    "retrieval": SYSTEM_COLORS["Kordopatis et al."],
    "cplanet": SYSTEM_COLORS["CPlaNet"],
    "geodecoder": SYSTEM_COLORS["GeoDecoder"],
    **{f"thesis_{part}": SYSTEM_COLORS["Loria"] for part in "abcd"},
}
# Answers of one system that are paler or darker than it, as its methods are elsewhere.
ANSWER_SHADES = {
    "f": ("white", LIGHTER),
    "search everywhere": ("white", LIGHTER),
    "search within cell": (PALETTE["ink"], DARKER),
    "as published": (PALETTE["ink"], 0.8),
}
ROW_IN, ANSWER_STEP = 0.165, 0.26
REFERENCE = {"marker": "s", "ls": "", "ms": 3.5, "color": PALETTE["ink"]}
VERDICTS = (HOLDS, UNDECIDED, OPPOSITE)


def draw_sweep(fig: Figure, table: pd.DataFrame, color: str) -> None:
    """Draw the differences of a sweep at each radius: a row per variant, question by question.

    `table` comes from `beside_papers`. Dots are d_r in percentage points with their intervals,
    filled where these exclude zero, one shade of `color`, the system's, per answer; each is
    compared with the reference's same answer, a square on the line at zero. Grey diamonds are
    differences that the paper printed.
    """
    rows, labels = _rows(table)
    answers = list(dict.fromkeys(table["answer"]))
    shades = {answer: answer_shade(answer, color) for answer in answers}
    axes = fig.subplots(1, len(RADII_KM), sharey=True)
    for ax, radius, scale in zip(axes, RADII_KM, SCALES, strict=True):
        ax.axvline(0, color=PALETTE["ink"], lw=0.8)
        for row, place in zip(table.to_dict("records"), rows, strict=True):
            number = answers.index(row["answer"])
            y = place + ANSWER_STEP * (number - (len(answers) - 1) / 2)
            if row["reference"] == "" and np.isfinite(row[f"a_{radius:g}"]):
                ax.plot([0], [place], **REFERENCE)
            _draw_difference(ax, row, f"{radius:g}", y, shades[row["answer"]])
        ax.set_title(f"{scale}\n{radius:,g} km", fontsize=7)
        ax.tick_params(axis="y", length=0)
        ax.tick_params(axis="x", labelsize=6.5)
        ax.grid(False, axis="y")
        ax.locator_params(axis="x", nbins=4)
    axes[len(axes) // 2].set_xlabel("difference from the reference (percentage points)")
    places = [place for place, _, _ in labels]
    axes[0].set_yticks(places, [text for _, text, _ in labels], fontsize=6.8)
    for tick, (_, _, is_question) in zip(axes[0].get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if is_question else "normal")
    axes[0].set_ylim(max(places) + 0.7, min(places) - 0.7)
    keys = [
        Line2D([], [], marker="o", ls="", ms=4.5, color=shade, label=answer)
        for answer, shade in shades.items()
        if answer
    ]
    if table[[f"pd_{radius:g}" for radius in RADII_KM]].notna().any(axis=None):
        keys.append(_paper_key())
    keys.append(Line2D([], [], label="reference", **REFERENCE))
    fig.legend(handles=keys, loc="outside lower right", ncols=len(keys))


def sweep_height_in(table: pd.DataFrame) -> float:
    """Height in inches that the figure of a sweep wants."""
    n_answers = max(1, table["answer"].nunique())
    return 1.12 + ROW_IN * len(_rows(table)[1]) * (1 + 0.2 * (n_answers - 1))


def answer_shade(answer: str, color: str) -> str:
    """The shade of a system's colour for one of its answers: a part is paler, SwC darker."""
    return mixed(color, *ANSWER_SHADES[answer]) if answer in ANSWER_SHADES else color


def draw_trend(
    ax: Axes, x: Real[ndarray, " points"], table: pd.DataFrame, column: str, color: str, label: str
) -> None:
    """Draw a measure of a sweep's table with its interval over numbers on a log axis."""
    x, y = np.asarray(x, float), table[column].to_numpy(float)
    low, high = (table[f"{column}_{end}"].to_numpy(float) for end in ("low", "high"))
    ax.fill_between(x, low, high, color=color, alpha=0.18, lw=0)
    ax.plot(x, y, "o-", ms=4.5, color=color, label=label, clip_on=False)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_xticks(x)
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    in_percent(ax.yaxis)


def draw_cost(ax: Axes, table: pd.DataFrame, column: str, color: str) -> None:
    """Draw a score with its interval, a row per variant, with its number of weights."""
    places, score = np.arange(len(table)), table[column].to_numpy(float)
    ax.hlines(places, table[f"{column}_low"], table[f"{column}_high"], color=color, lw=2)
    ax.plot(score, places, "o", ms=5.5, color=color)
    labels = [
        f"{row.variant}\n{row.parameters_millions:.3g} M weights" for row in table.itertuples()
    ]
    ax.set_yticks(places, labels)
    ax.set(ylim=(len(table) - 0.5, -0.5))
    ax.set_xlim(left=0)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    in_percent(ax.xaxis)


def draw_agreement(ax: Axes, counts: pd.DataFrame) -> None:
    """Draw how many printed differences hold here, as one bar per question.

    `counts` comes from `agreement_counts`.
    """
    left = np.zeros(len(counts))
    for verdict in VERDICTS:
        fill, ink = VERDICT_COLORS[verdict]
        widths = counts[verdict].to_numpy(float)
        ax.barh(range(len(counts)), widths, left=left, color=fill, height=0.72, label=verdict)
        for place, (start, width) in enumerate(zip(left, widths, strict=True)):
            if width:
                style = {"color": ink, "fontsize": 6.5, "ha": "center", "va": "center"}
                ax.text(start + width / 2, place, f"{width:.0f}", **style)
        left += widths
    labels = [
        f"{row.question} ({row.paper}, Table {row.paper_table})" for row in counts.itertuples()
    ]
    ax.set_yticks(range(len(counts)), labels)
    ax.set(ylim=(len(counts) - 0.4, -0.6), xlabel="printed differences, one per variant and radius")
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3)


def _draw_difference(ax: Axes, row: dict, radius: str, y: float, color: str) -> None:
    estimate, low, high = (100 * row[f"d_{radius}{end}"] for end in ("", "_low", "_high"))
    if np.isfinite(estimate):
        ax.hlines(y, low, high, color=color, lw=1.8)
        certain = low > 0 or high < 0
        ax.plot([estimate], [y], "o", ms=4.5, mec=color, mfc=color if certain else "white")
    printed = 100 * row[f"pd_{radius}"]
    if np.isfinite(printed):
        ax.plot([printed], [y], "D", ms=4, mec=PALETTE["grey"], mfc="none")


def _paper_key() -> Line2D:
    style = {"marker": "D", "ls": "", "ms": 4, "mec": PALETTE["grey"], "mfc": "none"}
    return Line2D([], [], label="the paper, on its photos", **style)


def _rows(table: pd.DataFrame) -> tuple[list[float], list[tuple[float, str, bool]]]:
    """Place of each row from the top; every label with its place, questions as headings."""
    several = table["question"].nunique() > 1
    places: dict[tuple[str, str], float] = {}
    labels: list[tuple[float, str, bool]] = []
    last = None
    for row in table.to_dict("records"):
        if several and row["question"] != last:
            labels.append((float(len(labels)), row["question"], True))
        last = row["question"]
        key = (row["question"], row["variant"])
        if key not in places:
            places[key] = float(len(labels))
            labels.append((places[key], row["variant"], False))
    return [
        places[question, variant]
        for question, variant in zip(table["question"], table["variant"], strict=True)
    ], labels
