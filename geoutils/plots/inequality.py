"""Figures of how evenly photos are spread: Lorenz curves, shares of a whole, photos and people."""

from collections.abc import Mapping, Sequence
from numbers import Real as Number

import numpy as np
import pandas as pd
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator
from numpy import ndarray

from geoutils.plots.method_colors import text_color
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
NOTE_COLOR = text_color(PALETTE["grey"])  # of words beside lines
_MIDDLE = {"ha": "center", "va": "center"}
_ABOVE = {"ha": "right", "va": "bottom"}
_BESIDE = {"ha": "left", "va": "center"}
_OFFSET = {"textcoords": "offset points"}


def draw_lorenz(
    ax: Axes,
    curves: Mapping[str, tuple[Float[ndarray, " points"], Float[ndarray, " points"]]],
    colors: Sequence[str],
    bands: Sequence[tuple[Float[ndarray, " points"], Float[ndarray, " points"]]] = (),
    n_dashed: int = 0,
) -> None:
    """Draw Lorenz curves under the line of equality, the last `n_dashed` of them dashed.

    `bands` are the lower and upper bounds of the first curves, drawn around them.
    """
    ax.plot([0, 1], [0, 1], color=PALETTE["grey"], lw=1, ls=(0, (4, 3)))
    ax.text(0.44, 0.47, "all have the same", rotation=45, color=NOTE_COLOR, size=6.5, ha="center")
    for rank, ((name, (x, y)), color) in enumerate(zip(curves.items(), colors, strict=True)):
        if rank < len(bands):
            ax.fill_between(x, *bands[rank], color=color, alpha=0.22, lw=0)
        style = "--" if rank >= len(curves) - n_dashed else "-"
        ax.plot(x, y, style, color=color, label=name, clip_on=False)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    in_percent(ax.xaxis, ax.yaxis)
    ax.legend(loc="upper left")


def draw_gini_by_number_of_cities(
    ax: Axes,
    series: Mapping[str, pd.DataFrame],
    colors: Mapping[str, str],
    published: Mapping[str, float],
    chosen: int,
    dashed: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Draw the Gini coefficient over the number of cities; published values dotted.

    `series` are tables of `gini_by_number_of_cities`, `dashed` the same of another gazetteer. A
    published value gets its series' colour, or grey.
    """
    at_the_right = ax.get_yaxis_transform()
    for name, table in series.items():
        ax.plot(table["cities"], table["gini"], "o-", ms=3.5, color=colors[name], label=name)
    for name, table in (dashed or {}).items():
        ax.plot(table["cities"], table["gini"], "--", lw=1, color=colors[name])
    for name, value in published.items():
        color = text_color(colors.get(name, PALETTE["grey"]))
        ax.axhline(value, color=color, lw=1, ls=":")
        words = {"color": color, "size": 6.5, "va": "center", "transform": at_the_right}
        ax.text(1.02, value, f"{name}: {value:.2f}", **words)
    ax.axvline(chosen, color=PALETTE["grey"], lw=0.8, ls=(0, (4, 3)))
    ax.set(xscale="log", ylim=(0, 1), xlabel="number of largest places that count as cities")
    ax.set_ylabel("Gini coefficient")
    ax.xaxis.set_major_formatter("{x:,.0f}")


def draw_share_bars(ax: Axes, shares: pd.DataFrame, colors: Mapping[str, str]) -> None:
    """Draw one stacked bar of 100 % for each row, its parts (columns) named where there is room."""
    left = np.zeros(len(shares))
    for name in shares.columns:
        width = shares[name].to_numpy()
        ink = "white" if _luminance(colors[name]) < 0.3 else PALETTE["ink"]
        ax.barh(shares.index, width, left=left, color=colors[name], label=name, height=0.72)
        for row, (start, share) in enumerate(zip(left, width, strict=True)):
            if share >= 0.04:
                ax.text(start + share / 2, row, f"{share:.0%}", color=ink, size=7, **_MIDDLE)
        left += width
    ax.set(xlim=(0, 1), ylim=(len(shares) - 0.5, -0.5))
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    ax.xaxis.set_visible(False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, handlelength=1)


def draw_photos_against(
    ax: Axes, countries: pd.DataFrame, column: str, named: Sequence[str]
) -> None:
    """Draw photos over people or land of countries, both on log scales, coloured by continent.

    `countries` is a table of `country_coverage`, `column` its population or area_km2. Those without
    photos are a row of ticks below the axis of photos. `named` are the countries (index) whose
    names are written, on the left of the dot where others crowd on its right.
    """
    has = countries[countries[column] > 0]
    have = has[has["photos"] > 0]
    floor = 0.45
    for continent, rows in have.groupby("continent"):
        color = CONTINENT_COLORS[continent]
        dots = {"s": 15, "color": color, "label": continent, "alpha": 0.85, "lw": 0, "zorder": 3}
        ax.scatter(rows[column], rows["photos"], **dots)
    missing = has[has["photos"] == 0]
    colors = missing["continent"].map(CONTINENT_COLORS)
    ax.scatter(missing[column], np.full(len(missing), floor), marker="|", s=50, c=colors, lw=1)
    span = np.array([has[column].min(), has[column].max()], dtype=float)
    most = max(1, has["photos"].max())
    average = max(1, have["photos"].sum()) / has[column].sum()
    for factor, label in ((1, "average"), (100, "100 ×"), (0.01, "1/100")):
        end = min(span[1], 1.5 * most / average / factor)
        line = np.array([span[0], end])
        ax.plot(line, line * average * factor, color=PALETTE["grey"], lw=0.7, zorder=1)
        side = _BESIDE if end == span[1] else _ABOVE
        ax.annotate(
            label,
            (end, end * average * factor),
            size=6.5,
            color=NOTE_COLOR,
            xytext=(2, 0),
            **side,
            **_OFFSET,
        )
    for code in named:
        row = countries.loc[code]
        at = (row[column], max(row["photos"], floor))
        beside = has[column].between(at[0], 8 * at[0], inclusive="right")
        crowded = (beside & has["photos"].between(at[1] / 1.1, 1.9 * at[1])).any()
        shift, side = (-3, "right") if crowded else (3, "left")
        around = {"path_effects": [withStroke(linewidth=2, foreground="white")]}
        ax.annotate(
            row["name"], at, xytext=(shift, 3), size=6.5, ha=side, zorder=4, **_OFFSET, **around
        )
    ax.set(xscale="log", yscale="log", ylim=(floor * 0.75, most * 3))
    ax.minorticks_off()
    ax.set(xlim=(span[0] / 2, span[1] * 8), ylabel="photos")
    for axis, step in ((ax.xaxis, 100), (ax.yaxis, 10)):
        axis.set_major_locator(LogLocator(step))
        axis.set_major_formatter(lambda value, _: _number(value))


def draw_ranking(
    ax: Axes, names: Sequence[str], values: Real[ndarray, " rows"], colors: Sequence[str]
) -> None:
    """Draw a short ranking of positive values over a log scale, the first row on top."""
    rows = np.arange(len(names))
    left = values.min() / 2
    ax.hlines(rows, left, values, color=colors, lw=1.2, alpha=0.5)
    ax.scatter(values, rows, color=colors, s=18, zorder=3)
    for row, value in zip(rows, values, strict=True):
        label = f"{float(f'{value:.2g}'):,g}"  # two digits, without an exponent
        ax.annotate(label, (value, row), xytext=(5, 0), va="center", size=6.5, **_OFFSET)
    ax.set(xscale="log", xlim=(left, values.max() * 3), ylim=(len(names) - 0.5, -0.5))
    ax.set_yticks(rows, names)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.grid(False, axis="y")


def _number(value: Number) -> str:
    """A whole number as short as it can be read: millions and more in words."""
    for unit, name in ((1e9, "billion"), (1e6, "million")):
        if value >= unit:
            return f"{value / unit:g} {name}"
    return f"{value:,.0f}"


def _luminance(color: str) -> float:
    """Relative luminance of a colour, 0 (black) to 1 (white), of WCAG 2."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
