"""Maps of success: where the photos were taken that a method places within each radius."""

import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Bool, Real
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, SCALES, accuracy_at
from geoutils.plots.maps import draw_points
from geoutils.plots.style import PALETTE
from geoutils.plots.world import WORLD, draw_world

RIGHT_COLOR, FARTHER_COLOR = PALETTE["vermilion"], "#7d99ad"
COLUMNS = 2


def draw_placed_maps(
    figure: Figure,
    truth_deg: Real[ndarray, "photos 2"],
    distances_km: Real[ndarray, " photos"],
    size: float = 5.0,
) -> None:
    """Fill a figure with a world per radius: photos closer than it over the others, in two colours.

    The last field holds the legend. After Clark et al. (GeoDecoder), Figure 13. `size` is that of
    a dot in square points. Distances as in `accuracy_at`.
    """
    rows = -(-(len(RADII_KM) + 1) // COLUMNS)
    grid = figure.subplots(rows, COLUMNS, subplot_kw={"projection": WORLD}).ravel()
    accuracies = accuracy_at(distances_km)
    for ax, radius, scale, accuracy in zip(grid, RADII_KM, SCALES, accuracies, strict=False):
        draw_placed(ax, truth_deg, np.asarray(distances_km) < radius, size)
        ax.set_title(f"{scale}: {accuracy:.1%} closer than {radius:,} km", loc="left")
    grid[-1].set_axis_off()
    dots = [
        Line2D([], [], ls="", marker="o", ms=6, color=color, label=label)
        for color, label in (
            (RIGHT_COLOR, "placed closer than r"),
            (FARTHER_COLOR, "placed farther off"),
        )
    ]
    grid[-1].legend(handles=dots, loc="center", fontsize=8)


def draw_placed(
    ax: GeoAxes,
    truth_deg: Real[ndarray, "photos 2"],
    right: Bool[ndarray, " photos"],
    size: float = 5.0,
) -> None:
    """Draw a world with a dot for every photo, those placed right in another colour and on top."""
    draw_world(ax)
    draw_points(ax, truth_deg[~right], size, FARTHER_COLOR, zorder=3)
    draw_points(ax, truth_deg[right], size, RIGHT_COLOR, zorder=4)
