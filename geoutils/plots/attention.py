"""Where the GeoDecoder's queries look, hierarchy by hierarchy and scene by scene."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from geoutils.plots.map_over_photo import map_over_photo
from geoutils.plots.style import PALETTE

SIDE, GAP, LEFT, TOP = 0.62, 0.05, 0.62, 0.62  # inches: photo, between photos, names beside, above


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
    figure takes the size that the photos need. Raises ValueError for names that do not fit the
    maps. After Clark et al., Section 8.5.
    """
    n_rows, n_columns = maps.shape[:2]
    for argument, names, n in (
        ("hierarchies", hierarchies, n_rows),
        ("scenes", scenes, n_columns),
    ):
        if len(names) != n:
            raise ValueError(f"{argument}: {len(names)} names for {n} in the maps")
    pitch = SIDE + GAP
    width, height = LEFT + n_columns * pitch, TOP + n_rows * pitch
    figure.set_size_inches(width, height)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    mosaic = _mosaic(photo, maps)
    ax.imshow(mosaic, extent=(LEFT, LEFT + n_columns * pitch, TOP + n_rows * pitch, TOP))
    corner = TOP - 2 * GAP  # of the figure, where no name stands
    ax.imshow(photo, extent=(0, corner, corner, 0))
    for row in range(n_rows):
        y = TOP + row * pitch
        ax.text(LEFT - 0.06, y + SIDE / 2, hierarchies[row], ha="right", va="center", fontsize=7)
    for column, name in enumerate(scenes):
        x = LEFT + column * pitch + SIDE / 2
        weight = "bold" if column == chosen else "normal"
        ax.text(
            x, TOP - 0.05, name, rotation=35, rotation_mode="anchor", fontsize=6.5, weight=weight
        )
    if n_columns > 1:
        corner = (LEFT + chosen * pitch - GAP / 2, TOP - GAP / 2)
        frame = {"fill": False, "ec": PALETTE["vermilion"], "lw": 2, "joinstyle": "miter"}
        ax.add_patch(Rectangle(corner, pitch, n_rows * pitch, **frame))
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.set_axis_off()


def _mosaic(
    photo: UInt8[ndarray, "h w 3"], maps: Float[ndarray, "hierarchies scenes rows columns"]
) -> UInt8[ndarray, "height width 3"]:
    """All maps over the photo with white between them, as one picture: hundreds take seconds."""
    height, width = photo.shape[:2]
    down, across = (max(1, round(side * GAP / SIDE)) for side in (height, width))
    n_rows, n_columns = maps.shape[:2]
    shape = (n_rows * (height + down), n_columns * (width + across), 3)
    mosaic = np.full(shape, 255, dtype=np.uint8)
    for row, column in np.ndindex(n_rows, n_columns):
        top, left = row * (height + down), column * (width + across)
        one = map_over_photo(photo, maps[row, column], strongest=1.0)
        mosaic[top : top + height, left : left + width] = one
    return mosaic
