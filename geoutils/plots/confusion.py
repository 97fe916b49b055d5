"""The confusion matrix of cells as a picture, with a bracket for each continent."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.image import AxesImage

from geoutils.evaluation.confusion import Confusion
from geoutils.plots.style import PALETTE

SHARES = LinearSegmentedColormap.from_list(
    "shares", ["white", "#cfe0ec", PALETTE["blue"], PALETTE["ink"]]
)

_BRACKET = 0.015  # of the axes: how far brackets stand off, and how long their ends are
_INSET = 0.004  # of the axes: what separates two brackets
_APART = 0.045  # of the axes: between two labels


def draw_confusion(ax: Axes, matrix: Confusion) -> AxesImage:
    """Draw the share of each row's photos that were taken for each column; return the image.

    Dark on the diagonal is right, a dark block around it mistakes a cell for its neighbours. The
    colours stretch small shares (a square root), so that what is rare can be seen. Brackets name
    the continents.
    """
    n = len(matrix)
    image = ax.imshow(matrix.shares, cmap=SHARES, norm=PowerNorm(0.5, 0, 1), interpolation="none")
    ax.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), xticks=[], yticks=[])
    ax.xaxis.set_label_position("top")
    ax.yaxis.set_label_position("right")
    ax.set_xlabel("predicted cell")
    ax.set_ylabel("true cell", rotation=270, va="bottom")
    ax.grid(visible=False)
    ax.spines[:].set(visible=True, color=PALETTE["grey"], linewidth=0.6)
    for _, last in list(matrix.blocks.values())[:-1]:
        for line in (ax.axhline, ax.axvline):
            line(last + 0.5, color=PALETTE["grey"], lw=0.5, zorder=2)
    ends = [(a / n + _INSET, (b + 1) / n - _INSET) for a, b in matrix.blocks.values()]
    labels = _spread([(a + b) / 2 for a, b in ends])
    for (start, end), label, name in zip(ends, labels, matrix.blocks, strict=True):
        _bracket(ax, start, end, label, name, down=True)
        _bracket(ax, start, end, label, name, down=False)
    return image


def _bracket(ax: Axes, start: float, end: float, label: float, name: str, down: bool) -> None:
    """A bracket left of the rows (`down`) or below the columns, and its name beside it."""
    inner, outer, text = -_BRACKET / 2, -1.5 * _BRACKET, -3.5 * _BRACKET
    middle = (start + end) / 2
    along = [start, start, end, end]
    off = [inner, outer, outer, inner]
    style = {"color": PALETTE["ink"], "lw": 0.7, "clip_on": False, "transform": ax.transAxes}
    for a, o in ((along, off), ([middle, label], [outer, text + _BRACKET / 2])):
        x, y = (o, [1 - v for v in a]) if down else (a, o)
        ax.plot(x, y, **style)
    x, y = (text, 1 - label) if down else (label, text)
    placed = {"ha": "right", "va": "center"} if down else {"ha": "center", "va": "top"}
    turned = 0 if down else 90
    ax.text(x, y, name, transform=ax.transAxes, size=7, rotation=turned, **placed)


def _spread(places: list[float]) -> list[float]:
    """Places, in order, pushed apart until no two are closer than `_APART`, and kept within 0–1."""
    spread = np.array(places)
    for _ in range(100):
        gaps = np.diff(spread)
        close = np.flatnonzero(gaps < _APART - 1e-9)
        if not len(close):
            break
        for k in close:
            push = max(0.0, _APART - (spread[k + 1] - spread[k])) / 2
            spread[k] -= push
            spread[k + 1] += push
        spread = np.clip(spread, 0, 1)
    return spread.tolist()
