"""Where the GeoDecoder's queries look, hierarchy by hierarchy and scene by scene."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy import ndarray

from geoutils.plots.style import PALETTE

SIDE, GAP, LEFT, TOP = 0.62, 0.05, 0.62, 0.62  # inches: photo, between photos, names beside, above
GLOW = "inferno"


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
    queries of the `chosen` scene, which answer. The figure takes the size that the photos need.
    Raises ValueError for names that do not fit the maps. After Clark et al., Section 8.5.
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
    for row in range(n_rows):
        y = TOP + row * pitch
        ax.text(LEFT - 0.06, y + SIDE / 2, hierarchies[row], ha="right", va="center", fontsize=7)
        for column in range(n_columns):
            _draw_map(ax, photo, maps[row, column], LEFT + column * pitch, y)
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


def _draw_map(
    ax: Axes, photo: ndarray, shares: Float[ndarray, "rows columns"], x: float, y: float
) -> None:
    extent = (x, x + SIDE, y + SIDE, y)
    ax.imshow(photo.mean(axis=2), extent=extent, cmap="gray", vmin=-60, vmax=310)
    strength = shares / max(shares.max(), 1e-30)
    glow = {"cmap": GLOW, "vmin": 0, "vmax": 1, "interpolation": "bilinear"}
    ax.imshow(strength, extent=extent, alpha=np.sqrt(strength) * 0.9, **glow)
