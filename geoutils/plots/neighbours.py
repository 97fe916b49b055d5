"""Photos and the most similar ones found for them, framed by how near those were taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real as Number

import numpy as np
from jaxtyping import Real, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from geoutils.plots.style import PALETTE

NEAR_KM, FAR_KM = 1, 100
SIDE, GAP, TEXT, TITLE = 0.475, 0.07, 0.155, 0.23  # inches: photo, between photos, under, above
QUERY_GAP, GROUP_GAP = 0.13, 0.2  # between a query and what was found; between groups


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Some queries and what was found for each, most similar first.

    `distances_km` are from each query's true place, NaN where fewer were found; `captions` stand
    below the queries. A group without queries has its title alone.
    """

    title: str
    queries: UInt8[ndarray, "n size size 3"]
    found: UInt8[ndarray, "rows ranks size size 3"]
    distances_km: Real[ndarray, "queries k"]
    captions: Sequence[str]

    def __post_init__(self):
        n, k = self.distances_km.shape
        sizes = {"queries": len(self.queries), "captions": len(self.captions)}
        for argument, size in sizes.items():
            if size != n:
                raise ValueError(f"{argument}: {size} for {n} rows of distances_km")
        if self.found.shape[:2] != (n, k):
            raise ValueError(f"found: shape {self.found.shape}; expected {n} rows of {k} photos")


def frame_color(distance_km: Number) -> str:
    """Green for a photo taken less than 1 km away, yellow up to 100 km, red beyond.

    Kordopatis-Zilos et al., Figure 3; its text puts 100 km itself with yellow.
    """
    if distance_km < NEAR_KM:
        return PALETTE["green"]
    return PALETTE["yellow"] if distance_km <= FAR_KM else PALETTE["vermilion"]


def draw_neighbours(figure: Figure, groups: Sequence[Neighbours], columns: int = 2) -> None:
    """Fill a figure with groups of queries: each one followed by what was found, best first.

    Frames as `frame_color` says, distances below. The figure takes the size of its photos, all on
    one pair of axes: a hundred pairs would take seconds. Raises ValueError without groups and for
    groups of unlike numbers of neighbours.
    """
    ks = {group.distances_km.shape[1] for group in groups}
    if len(ks) != 1:
        found = [group.distances_km.shape for group in groups]
        raise ValueError(f"groups: neighbours of shapes {found}; expected one k, of some groups")
    columns = min(columns, len(groups))
    pitch_x = SIDE + QUERY_GAP + ks.pop() * (SIDE + GAP) + GROUP_GAP
    pitch_y = SIDE + TEXT
    title = TITLE if any(group.title for group in groups) else 0.0
    by_row = [groups[start : start + columns] for start in range(0, len(groups), columns)]
    rows = [max(1, *(len(group.queries) for group in row)) for row in by_row]
    width = columns * pitch_x - GROUP_GAP
    height = sum(title + n * pitch_y for n in rows)
    figure.set_size_inches(width, height)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    top = 0.0
    for row, n in zip(by_row, rows, strict=True):
        for column, group in enumerate(row):
            _draw_group(ax, group, column * pitch_x, top + title)
        top += title + n * pitch_y
    margin = 0.03  # half a frame
    ax.set(xlim=(-margin, width + margin), ylim=(height + margin, -margin), aspect="equal")
    ax.set_axis_off()


def _draw_group(ax: Axes, group: Neighbours, left: Number, top: Number) -> None:
    ax.text(left, top - 0.09, group.title, fontsize=7.5, weight="bold", va="baseline")
    for number, query in enumerate(group.queries):
        y = top + number * (SIDE + TEXT)
        _draw_photo(ax, query, left, y, group.captions[number], PALETTE["ink"], 0.8)
        for rank, distance_km in enumerate(group.distances_km[number]):
            if np.isnan(distance_km):
                continue
            x = left + SIDE + QUERY_GAP + rank * (SIDE + GAP)
            color = frame_color(distance_km)
            _draw_photo(ax, group.found[number, rank], x, y, kilometres(distance_km), color, 2.4)


def _draw_photo(
    ax: Axes, photo: ndarray, x: Number, y: Number, text: str, color: str, line: Number
) -> None:
    ax.imshow(photo, extent=(x, x + SIDE, y + SIDE, y), interpolation="antialiased")
    ax.add_patch(Rectangle((x, y), SIDE, SIDE, fill=False, ec=color, lw=line, joinstyle="miter"))
    ax.text(x + SIDE / 2, y + SIDE + 0.03, text, fontsize=6.2, ha="center", va="top")


def kilometres(distance_km: Number) -> str:
    """A distance in a few letters.

    >>> [kilometres(d) for d in (0.12, 0.9996, 4.26, 1234.5)]
    ['120 m', '1.0 km', '4.3 km', '1,234 km']
    """
    if round(1000 * distance_km) < 1000:
        return f"{1000 * distance_km:.0f} m"
    return f"{distance_km:.1f} km" if distance_km < 10 else f"{distance_km:,.0f} km"
