"""Figures of how evenly photos are spread: Lorenz curves, shares of a whole, photos and people."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from numpy import ndarray

from geoutils.plots.percent import in_percent
from geoutils.plots.style import PALETTE

CONTINENT_COLORS = {
    "Africa": PALETTE["orange"],
    "Antarctica": PALETTE["grey"],
    "Asia": PALETTE["vermilion"],
    "Europe": PALETTE["blue"],
    "North America": PALETTE["green"],
    "Oceania": PALETTE["sky"],
    "South America": PALETTE["purple"],
}
_MIDDLE = {"ha": "center", "va": "center"}
_ABOVE = {"ha": "right", "va": "bottom"}
_OFFSET = {"textcoords": "offset points"}


def draw_lorenz(
    ax: Axes,
    curves: Mapping[str, tuple[Float[ndarray, " points"], Float[ndarray, " points"]]],
    colors: Sequence[str],
    n_dashed: int = 0,
) -> None:
    """Draw Lorenz curves under the line of equality, the last `n_dashed` of them dashed.

    The area between the line and the first curve is shaded: over the triangle, it is its Gini.
    """
    ax.plot([0, 1], [0, 1], color=PALETTE["grey"], lw=1, ls=(0, (4, 3)))
    ax.text(
        0.44, 0.47, "all have the same", rotation=45, color=PALETTE["grey"], size=8, ha="center"
    )
    for rank, ((name, (x, y)), color) in enumerate(zip(curves.items(), colors, strict=True)):
        if rank == 0:
            ax.fill_between(x, y, x, color=color, alpha=0.1, lw=0)
        style = "--" if rank >= len(curves) - n_dashed else "-"
        ax.plot(x, y, style, color=color, label=name, clip_on=False)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    in_percent(ax.xaxis, ax.yaxis)
    ax.legend(loc="upper left")


def draw_gini_by_city_size(
    ax: Axes,
    series: Mapping[str, pd.DataFrame],
    colors: Mapping[str, str],
    published: Mapping[str, float],
    chosen: int,
) -> None:
    """Draw the Gini coefficient over the least population of a city; published values dotted.

    `series` are tables of `gini_by_city_size`. A published value gets its series' colour, or grey.
    """
    at_the_right = ax.get_yaxis_transform()
    for name, table in series.items():
        ax.plot(table["min_population"], table["gini"], "o-", ms=4, color=colors[name], label=name)
    for name, value in published.items():
        color = colors.get(name, PALETTE["grey"])
        ax.axhline(value, color=color, lw=1, ls=":")
        label = f"{name}, published: {value:.2f}"
        ax.text(1.02, value, label, color=color, size=7.5, va="center", transform=at_the_right)
    ax.axvline(chosen, color=PALETTE["grey"], lw=0.8, ls=(0, (4, 3)))
    ax.set(xscale="log", ylim=(0, 1), xlabel="inhabitants from which a place counts as a city")
    ax.set_ylabel("Gini coefficient")
    ax.xaxis.set_major_formatter("{x:,.0f}")


def draw_share_bars(ax: Axes, shares: pd.DataFrame, colors: Mapping[str, str]) -> None:
    """Draw one stacked bar of 100 % for each row, its parts (columns) named where there is room."""
    left = np.zeros(len(shares))
    for name in shares.columns:
        width = shares[name].to_numpy()
        ax.barh(shares.index, width, left=left, color=colors[name], label=name, height=0.72)
        for row, (start, share) in enumerate(zip(left, width, strict=True)):
            if share >= 0.04:
                ax.text(start + share / 2, row, f"{share:.0%}", color="white", size=8, **_MIDDLE)
        left += width
    ax.set(xlim=(0, 1), ylim=(len(shares) - 0.5, -0.5))
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    ax.xaxis.set_visible(False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, handlelength=1)


def draw_photos_and_people(ax: Axes, countries: pd.DataFrame, named: Sequence[str]) -> None:
    """Draw photos over inhabitants of countries, both on log scales, coloured by continent.

    `countries` is a table of `country_coverage`; those without photos are drawn as a row of ticks
    below the axis of photos. `named` are the countries (index) whose names are written, on the
    left of the dot where others crowd on its right.
    """
    people = countries[countries["population"] > 0]
    have = people[people["photos"] > 0]
    floor = 0.45
    for continent, rows in have.groupby("continent"):
        color = CONTINENT_COLORS[continent]
        ax.scatter(
            rows["population"], rows["photos"], s=16, color=color, label=continent, alpha=0.85, lw=0
        )
    missing = people[people["photos"] == 0]
    colors = missing["continent"].map(CONTINENT_COLORS)
    ax.scatter(missing["population"], np.full(len(missing), floor), marker="|", s=60, c=colors)
    span = np.array([people["population"].min(), people["population"].max()], dtype=float)
    most = max(1, people["photos"].max())
    average = max(1, have["photos"].sum()) / people["population"].sum()
    for factor, label in ((1, "average"), (100, "100 ×"), (0.01, "1/100")):
        ax.plot(span, span * average * factor, color=PALETTE["grey"], lw=0.7, zorder=0)
        x = span[1] if factor <= 1 else most / average / factor
        ax.annotate(label, (x, x * average * factor), size=7, color=PALETTE["grey"], **_ABOVE)
    for code in named:
        row = countries.loc[code]
        at = (row["population"], max(row["photos"], floor))
        beside = people["population"].between(at[0], 5 * at[0], inclusive="right")
        crowded = (beside & people["photos"].between(at[1] / 1.1, 1.7 * at[1])).any()
        shift, side = (-4, "right") if crowded else (4, "left")
        ax.annotate(row["name"], at, xytext=(shift, 3), size=7, ha=side, **_OFFSET)
    ax.set(xscale="log", yscale="log", ylim=(floor * 0.75, most * 2))
    ax.set(xlabel="inhabitants", ylabel="photos")
    if len(have):
        ax.legend(loc="upper left", ncols=2, handletextpad=0.1, fontsize=8)


def draw_ranking(
    ax: Axes, names: Sequence[str], values: Real[ndarray, " rows"], colors: Sequence[str]
) -> None:
    """Draw a short ranking of positive values over a log scale, the first row on top."""
    rows = np.arange(len(names))
    left = values.min() / 2
    ax.hlines(rows, left, values, color=colors, lw=1.2, alpha=0.5)
    ax.scatter(values, rows, color=colors, s=28, zorder=3)
    for row, value in zip(rows, values, strict=True):
        label = f"{float(f'{value:.2g}'):,g}"  # two digits, without an exponent
        ax.annotate(label, (value, row), xytext=(6, 0), va="center", size=7.5, **_OFFSET)
    ax.set(xscale="log", xlim=(left, values.max() * 3), ylim=(len(names) - 0.5, -0.5))
    ax.set_yticks(rows, names)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.grid(False, axis="y")
