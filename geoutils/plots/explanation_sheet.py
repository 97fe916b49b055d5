"""Sheets of explanations: a photo a row, and beside it the maps that were made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Real, UInt8
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy import ndarray

from geoutils.plots.map_over_photo import map_over_photo

SIDE, GAP, LEFT, LINE = 1.03, 0.07, 1.41, 0.12  # inches: picture, between, words beside, titles
UNDER = 0.16  # inches for words under a picture, where there are any
NOTHING = "#eef0f1"


@dataclass(frozen=True, eq=False)
class MapColumn:
    """Maps of all photos of a sheet, drawn below each other.

    NaN is no map: the field stays empty; without `maps` the photos themselves are shown. `signed`
    maps speak for (red) and against (blue); others glow where they are strong. `photos` are those
    that the maps lie on, unless they are the sheet's. `notes` stand under the maps, in an empty
    field within it.
    """

    title: str
    maps: Real[ndarray, "n rows columns"] | None = None
    signed: bool = False
    photos: UInt8[ndarray, "n h w 3"] | None = None
    notes: Sequence[str] = ()


def draw_explanation_sheet(
    figure: Figure,
    photos: UInt8[ndarray, "photos h w 3"],
    columns: Sequence[MapColumn],
    captions: Sequence[str],
    side: float = SIDE,
) -> None:
    """Fill a figure with a row for each photo: its caption, the photo, and its map of each column.

    Maps are drawn over the photo as `map_over_photo` does. The first line of a caption is bold. The
    figure takes the size of its pictures, `side` inches each; all share one pair of axes. Raises
    ValueError for numbers of photos that differ.
    """
    _check(len(photos), columns, captions)
    under = UNDER if any(column.notes for column in columns) else 0.0
    pitch_x, pitch_y = side + GAP, side + GAP + under
    titles = ["photo", *(column.title for column in columns)]
    top = 0.1 + LINE * max(title.count("\n") + 1 for title in titles)
    width = LEFT + (1 + len(columns)) * pitch_x - GAP
    height = top + len(photos) * pitch_y - GAP
    figure.set_size_inches(width, height)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    for number, title in enumerate(titles):
        x = LEFT + number * pitch_x
        ax.text(x + side / 2, top - 0.05, title, fontsize=7, ha="center", va="bottom")
    for row, photo in enumerate(photos):
        y = top + row * pitch_y
        _write(ax, captions[row], y)
        _picture(ax, photo, LEFT, y, side)
        for number, column in enumerate(columns, start=1):
            _field(ax, column, row, photo, LEFT + number * pitch_x, y, side)
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.set_axis_off()


def _write(ax: Axes, caption: str, y: float) -> None:
    first, *others = caption.split("\n")
    ax.text(0, y + 0.02, first, fontsize=7, weight="bold", va="top")
    ax.text(0, y + 0.19, "\n".join(others), fontsize=6.5, va="top", linespacing=1.35)


def _picture(ax: Axes, picture: ndarray, x: float, y: float, side: float, **style) -> None:
    ax.imshow(picture, extent=(x, x + side, y + side, y), **style)


def _field(
    ax: Axes, column: MapColumn, row: int, photo: ndarray, x: float, y: float, side: float
) -> None:
    """One map, or what stands in its place."""
    shown = photo if column.photos is None else column.photos[row]
    note = column.notes[row] if column.notes else ""
    under = {"ha": "center", "va": "top", "fontsize": 6.3}
    if column.maps is None:
        _picture(ax, shown, x, y, side)
    elif not np.isfinite(column.maps[row]).all():
        _picture(ax, np.ones((1, 1)), x, y, side, cmap=ListedColormap([NOTHING]))
        ax.text(x + side / 2, y + side / 2, note, fontsize=6.5, ha="center", va="center")
        return
    else:
        _picture(ax, map_over_photo(shown, column.maps[row], column.signed), x, y, side)
    ax.text(x + side / 2, y + side + 0.02, note, **under)


def _check(n_photos: int, columns: Sequence[MapColumn], captions: Sequence[str]) -> None:
    sizes = {"captions": len(captions)}
    for column in columns:
        for what in ("maps", "photos", "notes"):
            values = getattr(column, what)
            if values is not None and len(values):
                sizes[f"{what} of {column.title}"] = len(values)
    for what, n in sizes.items():
        if n != n_photos:
            raise ValueError(f"{what}: {n} for {n_photos} photos")
