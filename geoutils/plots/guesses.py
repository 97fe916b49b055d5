"""Cards: a photo, where it was taken, and where the machine thought it was."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from jaxtyping import Float, Real, UInt8
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy import ndarray

from geoutils.plots.labels import short_places
from geoutils.plots.maps import WORLD, draw_world
from geoutils.plots.style import PALETTE
from geoutils.sphere import great_circle_path

TRUTH_COLOR, GUESS_COLOR = PALETTE["green"], PALETTE["vermilion"]
SIDE, GAP, LINE = 1.06, 0.1, 0.11  # inches: width of a card, space between, a line of its text
POINTS = 80  # points of a great circle
GEODETIC = WORLD.as_geodetic()


def guess_captions(distances_km: Real[ndarray, " n"], guess_deg: Real[ndarray, "n 2"]) -> list[str]:
    """Error and the name of the guessed place of each photo, on two lines.

    >>> guess_captions(np.array([3.21]), np.array([[48.86, 2.35]]))[0].splitlines()[0]
    '3.2 km off'
    """
    off = [f"{d:.1f} km off" if d < 10 else f"{d:,.0f} km off" for d in distances_km]
    places = short_places(guess_deg, 16)
    return [f"{d}\n{place}" for d, place in zip(off, places, strict=True)]


def draw_guess_cards(
    figure: Figure,
    photos: UInt8[ndarray, "n size size 3"],
    truth_deg: Real[ndarray, "n 2"],
    guess_deg: Real[ndarray, "n 2"],
    captions: Sequence[str],
    columns: int = 6,
) -> None:
    """Fill a figure with a card per photo: the photo, its caption, a world with both places.

    The green dot is the truth, the red ring the guess, the line the great circle between them. A
    photo of unknown place (NaN) has a guess only. The figure takes the size of its cards. Raises
    ValueError without photos. All cards share one pair of axes: many pairs would take seconds.
    """
    if len(photos) == 0:
        raise ValueError("photos: none to draw; expected at least one")
    world, extent = _small_world()
    scale = SIDE / (extent[1] - extent[0])
    height = scale * (extent[3] - extent[2])
    columns = min(columns, len(photos))
    rows = -(-len(photos) // columns)
    text = 0.06 + LINE * max(caption.count("\n") + 1 for caption in captions)
    pitch_x, pitch_y = SIDE + GAP, SIDE + text + height + GAP
    figure.set_size_inches(columns * pitch_x - GAP, rows * pitch_y - GAP)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    paths, dots, rings = _on_small_world(truth_deg, guess_deg)
    for k, photo in enumerate(photos):
        x, y = (k % columns) * pitch_x, (k // columns) * pitch_y
        low = y + SIDE + text + height
        ax.imshow(photo, extent=(x, x + SIDE, y + SIDE, y))
        ax.imshow(world, extent=(x, x + SIDE, low, low - height))
        middle = x + SIDE / 2, y + SIDE + 0.03
        ax.text(*middle, captions[k], fontsize=6.3, ha="center", va="top", linespacing=1.2)
        corner, inches = np.array([x, low]), np.array([scale, -scale])
        _draw_guess(
            ax,
            *(
                corner + inches * (p - [extent[0], extent[2]])
                for p in (paths[k], dots[k], rings[k])
            ),
        )
    ax.set(xlim=(0, columns * pitch_x - GAP), ylim=(rows * pitch_y - GAP, 0), aspect="equal")
    ax.set_axis_off()


def _draw_guess(
    ax: Axes,
    path: Float[ndarray, "points 2"],
    dot: Float[ndarray, " 2"],
    ring: Float[ndarray, " 2"],
) -> None:
    ax.plot(*path.T, color=GUESS_COLOR, lw=0.9)
    ax.plot(*dot, "o", ms=3, color=TRUTH_COLOR, mec="white", mew=0.4)
    ax.plot(*ring, "o", ms=4, mfc="none", mec=GUESS_COLOR, mew=1)


def _on_small_world(
    truth_deg: Real[ndarray, "n 2"], guess_deg: Real[ndarray, "n 2"]
) -> tuple[Float[ndarray, "n points 2"], Float[ndarray, "n 2"], Float[ndarray, "n 2"]]:
    """Great circles, truths and guesses in the map's coordinates, NaN where there is none."""
    known = np.isfinite(truth_deg).all(axis=1) & np.isfinite(guess_deg).all(axis=1)
    paths_deg = np.full((len(truth_deg), POINTS, 2), np.nan)
    if known.any():
        paths_deg[known] = great_circle_path(truth_deg[known], guess_deg[known], POINTS)
    paths = _projected(paths_deg.reshape(-1, 2)).reshape(-1, POINTS, 2)
    # A line that leaves the map on one side and comes in on the other is broken there.
    leaves = np.abs(np.diff(paths_deg[:, :, 1], axis=1)) > 180
    paths[:, :-1][leaves] = np.nan
    return paths, _projected(truth_deg), _projected(guess_deg)


def _projected(latlon_deg: Real[ndarray, "n 2"]) -> Float[ndarray, "n 2"]:
    """Map coordinates of locations; NaN stays NaN."""
    known = np.isfinite(latlon_deg).all(axis=1)
    points = np.full(latlon_deg.shape, np.nan)
    latitude, longitude = latlon_deg[known].astype(float).T
    points[known] = WORLD.transform_points(GEODETIC, longitude, latitude)[:, :2]
    return points


@cache
def _small_world() -> tuple[ndarray, tuple[float, float, float, float]]:
    """Picture of the pale world, drawn once, and its extent in the map's own coordinates."""
    (left, right), (low, high) = WORLD.x_limits, WORLD.y_limits
    inches = (4.2, 4.2 * (high - low) / (right - left))
    figure = Figure(figsize=inches, dpi=100)
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1), projection=WORLD)
    draw_world(ax)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy(), (left, right, low, high)
