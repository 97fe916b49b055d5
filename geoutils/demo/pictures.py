"""Pictures of the demo's page, as PNG or JPEG in a data URL: nothing lies on disk."""

import base64
import io

import numpy as np
from jaxtyping import Float, Real, UInt8
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy import ndarray
from PIL import Image

from geoutils.plots.explanation import draw_explanation
from geoutils.plots.guesses import GUESS_COLOR, TRUTH_COLOR
from geoutils.plots.maps import WORLD, draw_errors, draw_points, draw_world

PICTURE_INCHES, MAP_INCHES, DPI = (3.2, 3.2), (7.2, 3.6), 130


def photo_url(photo: UInt8[ndarray, "h w 3"]) -> str:
    """The photo as a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "JPEG", quality=88)
    return _url("image/jpeg", buffer)


def saliency_url(photo: UInt8[ndarray, "h w 3"], saliency: Float[ndarray, "rows columns"]) -> str:
    """An explanation map glowing over the photo that it belongs to, in larger pixels or not."""
    figure = Figure(figsize=PICTURE_INCHES)
    draw_explanation(figure.add_axes((0, 0, 1, 1)), photo, saliency)
    return _figure_url(figure)


def points_url(
    neighbours_deg: Real[ndarray, "neighbours 2"],
    guess_deg: Real[ndarray, "1 2"],
    truth_deg: tuple[float, float] | None = None,
) -> str:
    """A world with a point in place of cells: the most similar photos, the guess, the truth."""
    figure = Figure(figsize=MAP_INCHES)
    ax = figure.add_axes((0, 0, 1, 1), projection=WORLD)
    draw_world(ax)
    draw_points(ax, neighbours_deg, size=18.0, alpha=0.5)
    if truth_deg is not None:
        truth = np.array([truth_deg])
        draw_errors(ax, truth, guess_deg)
        draw_points(ax, truth, size=60.0, color=TRUTH_COLOR, zorder=5)
    draw_points(ax, guess_deg, 90.0, "none", edgecolors=GUESS_COLOR, linewidths=2, zorder=6)
    return _figure_url(figure)


def _figure_url(figure: Figure) -> str:
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, bbox_inches=None)
    return _url("image/png", buffer)


def _url(kind: str, buffer: io.BytesIO) -> str:
    return f"data:{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
