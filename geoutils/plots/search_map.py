"""One search within a cell on maps: the cell with its photos, and the clusters of those found."""

from collections.abc import Mapping, Sequence
from numbers import Real as Number

import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Bool, Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patches import Circle
from numpy import ndarray

from geoutils.plots.maps import draw_cells, draw_points, draw_world, project
from geoutils.plots.style import PALETTE
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, wrap_longitude

CELL, FOUND, USED = "#dfe7df", PALETTE["sky"], PALETTE["blue"]
POINT, ANSWER, TRUTH = "the cell's point", "mean of the cluster", "where it was taken"
MARKS = {
    POINT: ("D", 7, PALETTE["purple"]),
    ANSWER: ("P", 8, PALETTE["vermilion"]),
    TRUTH: ("*", 12, PALETTE["green"]),
}
MARGIN = 1.25  # of a map around what has to be on it


def extent_around(
    latlon_deg: Real[ndarray, "n 2"], aspect: Number = 1.0, least_km: Number = 5.0
) -> tuple[float, float, float, float]:
    """West, east, south and north of a map with some margin around all locations.

    `aspect` is its width by its height in km; longitudes may pass ±180 where the locations do.
    """
    middle = latlon_deg.mean(axis=0)
    longitudes = latlon_deg[0, 1] + wrap_longitude(latlon_deg[:, 1] - latlon_deg[0, 1])
    low, high = latlon_deg[:, 0].min(), latlon_deg[:, 0].max()
    west, east = longitudes.min(), longitudes.max()
    shrink = max(0.05, np.cos(np.radians(middle[0])))
    degree_km = EARTH_RADIUS_KM * np.pi / 180
    half_y = max(high - low, (east - west) * shrink / aspect, least_km / degree_km) * MARGIN / 2
    half_x = half_y * aspect / shrink
    x, y = (west + east) / 2, (low + high) / 2
    return x - half_x, x + half_x, max(-90, y - half_y), min(90, y + half_y)


def draw_cell_search(
    ax: GeoAxes,
    extent_deg: Sequence[float | int],
    outline: Float[ndarray, "points 2"],
    background_deg: Real[ndarray, "photos 2"],
    neighbours_deg: Real[ndarray, "k 2"],
    used: Bool[ndarray, " k"],
    marks_deg: Mapping[str, Real[ndarray, " 2"]],
) -> None:
    """Draw a cell, its background photos, those found (large dots), and some of MARKS.

    `outline` as `Partition.boundaries` gives it; neighbours that make the answer are `used`.
    """
    draw_world(ax, extent_deg)
    draw_cells(
        ax, [outline], np.ones(1), norm=Normalize(0, 1), cmap=ListedColormap([CELL]), alpha=1.0
    )
    draw_points(ax, background_deg, size=10.0, color=PALETTE["grey"], label="background photo")
    style = {"edgecolors": "white", "linewidths": 0.5, "zorder": 4}
    draw_points(ax, neighbours_deg[~used], size=36.0, color=FOUND, label="found", **style)
    in_cluster = {"label": "found, in the largest cluster"} | style
    draw_points(ax, neighbours_deg[used], size=36.0, color=USED, **in_cluster)
    for name, place_deg in marks_deg.items():
        _mark(ax, project(ax, place_deg[None])[0], name)


def draw_clusters(
    ax: Axes,
    neighbours_deg: Real[ndarray, "k 2"],
    used: Bool[ndarray, " k"],
    point_deg: Real[ndarray, " 2"],
    truth_deg: Real[ndarray, " 2"],
    half_width_km: Number,
    epsilon_km: Number = 1.0,
) -> None:
    """Draw the neighbours around the point that they make, in km east and north of it.

    Lines join neighbours at most ε apart: what hangs together is a cluster. Those `used` are
    dark, numbers are ranks of similarity, the cross is the mean. Photos of one spot lie on each
    other.
    """
    places = _plane_km(neighbours_deg, point_deg)
    for i, j in zip(*np.triu_indices(len(places), 1), strict=True):
        if great_circle_km(neighbours_deg[[i]], neighbours_deg[[j]])[0] <= epsilon_km:
            ax.plot(*places[[i, j]].T, color=FOUND, lw=0.8, zorder=1)
    ax.add_patch(Circle((0, 0), epsilon_km, fill=False, ec=PALETTE["grey"], ls=":", lw=0.8))
    for rank in np.flatnonzero((np.abs(places) < half_width_km).all(axis=1))[::-1]:
        height = 3 - rank / 100  # with its number: a dot hides those that it lies on
        style = {"ms": 10, "mec": "white", "mew": 0.6, "zorder": height}
        ax.plot(*places[rank], "o", color=USED if used[rank] else FOUND, **style)
        style = {"color": "white" if used[rank] else PALETTE["ink"], "zorder": height}
        ax.annotate(str(rank + 1), places[rank], size=6.2, ha="center", va="center", **style)
    _mark(ax, np.zeros(2), ANSWER)
    _mark(ax, _plane_km(truth_deg[None], point_deg)[0], TRUTH)
    limits = (-half_width_km, half_width_km)
    ax.set(xlim=limits, ylim=limits, aspect="equal", xlabel="km east", ylabel="km north")


def _mark(ax: Axes, place: Float[ndarray, " 2"], name: str) -> None:
    """Draw one of MARKS; a place that is not on the map is left out."""
    marker, size, color = MARKS[name]
    if np.isfinite(place).all():
        style = {"ms": size, "mec": "white", "mew": 0.7, "ls": "", "zorder": 6}
        ax.plot(*place, marker, color=color, label=name, **style)


def _plane_km(
    latlon_deg: Real[ndarray, "n 2"], origin_deg: Real[ndarray, " 2"]
) -> Float[ndarray, "n 2"]:
    """Kilometres east and north on the plane that touches the Earth at the origin.

    Off by less than a thousandth within 100 km of it, away from the poles.
    """
    degree_km = EARTH_RADIUS_KM * np.pi / 180
    east = wrap_longitude(latlon_deg[:, 1] - origin_deg[1]) * np.cos(np.radians(origin_deg[0]))
    return degree_km * np.stack([east, latlon_deg[:, 0] - origin_deg[0]], axis=1)
