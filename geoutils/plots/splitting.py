"""Figure of S2 cells that split: which of them hold too many photos, and which too few."""

import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Int, Real, UInt64
from matplotlib.colors import LogNorm
from numpy import ndarray

from geoutils import s2
from geoutils.plots.maps import draw_cells, draw_points, project
from geoutils.plots.style import PALETTE


def draw_split_cells(
    ax: GeoAxes,
    ids: UInt64[ndarray, " cells"],
    counts: Int[ndarray, " cells"],
    latlon_deg: Real[ndarray, "photos 2"],
    t_min: int,
    t_max: int,
) -> None:
    """Draw cells with their photos as dots and their numbers of photos; the map shows just them.

    Red: more than t_max, to be split. Grey: under t_min, to be dropped. Black: stays.
    """
    outlines = s2.boundaries(ids)
    corners = project(ax, np.concatenate(outlines))
    (left, low), (right, high) = np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)
    ax.set(xlim=(left, right), ylim=(low, high))
    draw_cells(ax, outlines, counts, LogNorm(t_min, 4 * t_max, clip=True), alpha=0.5)
    draw_points(ax, latlon_deg, size=3, color=PALETTE["ink"], alpha=0.35)
    for (x, y), count in zip(project(ax, s2.centers(ids)), counts, strict=True):
        if len(ids) > 40 and count < t_min:
            continue  # no room for the many that are dropped
        stays = PALETTE["ink"] if count >= t_min else PALETTE["grey"]
        color = PALETTE["vermilion"] if count > t_max else stays
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1}
        ax.text(x, y, f"{count:,}", color=color, ha="center", va="center", size=7, bbox=box)
