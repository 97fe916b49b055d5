"""Where the GeoDecoder's queries look, hierarchy by hierarchy and scene by scene."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from geoutils.plots.map_over_photo import map_over_photo
from geoutils.plots.style import PAGE_IN, PALETTE

LEFT, TOP, RIGHT = 0.6, 1.12, 0.66  # inches: names beside, above, and what leans over the edge
WIDEST, GAP = 0.62, 0.08  # inches: a photo at most; the space between photos, as a share of one
LETTERS = 24  # in a line of a scene's name


def draw_attention_grid(
    figure: Figure,
    photo: UInt8[ndarray, "h w 3"],
    maps: Float[ndarray, "hierarchies scenes rows columns"],
    hierarchies: Sequence[str],
    scenes: Sequence[str],
    chosen: int,
) -> None:
    """One photo under the attention of every query: a row per hierarchy, a column per scene.

    Each map is shown from no attention (grey photo) to its own strongest place. The frame marks the
    queries of the `chosen` scene, which answer. The photo itself stands small in the corner. The
    figure is a page wide, or less with few scenes. Raises ValueError for names that do not fit the
    maps. After Clark et al., Section 8.5.
    """
    n_rows, n_columns = maps.shape[:2]
    for argument, names, n in (
        ("hierarchies", hierarchies, n_rows),
        ("scenes", scenes, n_columns),
    ):
        if len(names) != n:
            raise ValueError(f"{argument}: {len(names)} names for {n} in the maps")
    room = PAGE_IN - LEFT - RIGHT
    side = min(WIDEST, room / n_columns / (1 + GAP))
    pitch = side * (1 + GAP)
    width, height = LEFT + n_columns * pitch + RIGHT, TOP + n_rows * pitch
    figure.set_size_inches(width, height)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    mosaic = _mosaic(photo, maps)
    ax.imshow(mosaic, extent=(LEFT, LEFT + n_columns * pitch, TOP + n_rows * pitch, TOP))
    corner = LEFT - 0.1  # of the figure, where no name stands
    ax.imshow(photo, extent=(0, corner, corner, 0))
    for row in range(n_rows):
        y = TOP + row * pitch
        ax.text(LEFT - 0.06, y + side / 2, hierarchies[row], ha="right", va="center", fontsize=6.5)
    leaning = {"rotation": 60, "rotation_mode": "anchor", "fontsize": 6.2, "linespacing": 1.0}
    for column, name in enumerate(scenes):
        x = LEFT + column * pitch + side / 2
        weight = "bold" if column == chosen else "normal"
        ax.text(x, TOP - 0.05, fill(name, LETTERS), weight=weight, **leaning)
    if n_columns > 1:
        margin = (pitch - side) / 2
        corner = (LEFT + chosen * pitch - margin, TOP - margin)
        frame = {"fill": False, "ec": PALETTE["vermilion"], "lw": 1.5, "joinstyle": "miter"}
        ax.add_patch(Rectangle(corner, pitch, n_rows * pitch, **frame))
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.set_axis_off()


def _mosaic(
    photo: UInt8[ndarray, "h w 3"], maps: Float[ndarray, "hierarchies scenes rows columns"]
) -> UInt8[ndarray, "height width 3"]:
    """All maps over the photo with white between them, as one picture: hundreds take seconds."""
    height, width = photo.shape[:2]
    down, across = (max(1, round(GAP * side)) for side in (height, width))
    n_rows, n_columns = maps.shape[:2]
    shape = (n_rows * (height + down), n_columns * (width + across), 3)
    mosaic = np.full(shape, 255, dtype=np.uint8)
    for row, column in np.ndindex(n_rows, n_columns):
        top, left = row * (height + down), column * (width + across)
        one = map_over_photo(photo, maps[row, column], strongest=1.0)
        mosaic[top : top + height, left : left + width] = one
    return mosaic
