"""Static map of one prediction: its top cells in their true shapes.

`draw_side_by_side` puts such maps of several predictions together.
"""

from collections.abc import Sequence

import cartopy.crs as ccrs
import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Bool, Float, Real
from matplotlib.collections import PatchCollection
from matplotlib.colors import ListedColormap, LogNorm, Normalize, to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy import ndarray

from geoutils.known_names import known_name
from geoutils.plots.cell_opacity import density_opacity, thesis_opacity
from geoutils.plots.maps import CELL_COLORS, draw_great_circles
from geoutils.plots.prediction_cells import PredictionCells, ring_turns
from geoutils.plots.style import PALETTE
from geoutils.plots.world import WORLD, draw_world, project, turn_of
from geoutils.sphere import great_circle_km

PROJECTIONS = {
    "equal_earth": WORLD,
    "mollweide": ccrs.Mollweide(),
    "robinson": ccrs.Robinson(),
    "plate_carree": ccrs.PlateCarree(),
}
SHADINGS = ("scale", "thesis", "density")
ANSWER, TRUTH = PALETTE["vermilion"], PALETTE["green"]
ONE_COLOR = PALETTE["blue"]
NUMBERED = 3  # cells whose ranks stand on the map
FAR_KM = 12_000  # beyond, a flat map of a region tears the globe apart


def draw_top_cells(
    ax: GeoAxes,
    prediction: PredictionCells,
    truth_deg: Real[ndarray, " 2"] | None = None,
    shading: str = "scale",
    extent_deg: Sequence[float | int] | None = None,
    norm: Normalize | None = None,
    numbered: int = NUMBERED,
) -> PatchCollection:
    """Draw the pale world or a part of it, a prediction's cells, its answer and the truth.

    The red ring is the answer, the green dot the truth, the line the great circle between them.
    `shading` is "scale" (all cells, colours on a log scale, for a colour bar use the result),
    "thesis" or "density" (one colour, opacity by `thesis_opacity` or `density_opacity`). Cells
    whose ground is not known are dots. `ax` is on one of PROJECTIONS, or on
    `region_projection(extent_deg)` for a map of that extent. ValueError for unknown shadings.
    """
    known_name("shading", shading, SHADINGS)
    draw_world(ax, extent_deg)
    norm = probability_norm([prediction]) if norm is None else norm
    colors = CELL_COLORS(norm(prediction.probabilities))
    if shading != "scale":
        colors[:] = [*to_rgb(ONE_COLOR), 1.0]
    colors[:, 3] = _opacities(prediction, shading)
    patches, owners = _patches(ax, prediction)
    collection = PatchCollection(patches, zorder=1, norm=norm, cmap=CELL_COLORS)
    collection.set(facecolor=colors[owners], linewidth=0.5)
    edges = np.tile([1.0, 1.0, 1.0, 0.0], (len(colors), 1))
    edges[:, 3] = 0.9 * (colors[:, 3] > 0)
    collection.set_edgecolor(edges[owners])
    ax.add_collection(collection, autolim=False)
    bare = [k for k, rings in enumerate(prediction.rings) if not rings and colors[k, 3] > 0]
    for k in reversed(bare):
        _dot(ax, prediction.centers_deg[k], ms=5, color=colors[k], mec="white", mew=0.5, zorder=2.6)
    _draw_places(ax, prediction, truth_deg, size=5 if extent_deg is None else 8)
    if not colors[:, 3].any():
        style = {"transform": ax.transAxes, "size": 7, "color": PALETTE["ink"], "zorder": 7}
        ax.text(0.5, 0.03, "no cell reaches 5 %", ha="center", **style)
    _write_ranks(ax, prediction.centers_deg[:numbered], colors[:numbered, 3] > 0)
    return collection


def probability_norm(predictions: Sequence[PredictionCells]) -> LogNorm:
    """Log scale over the probabilities of all cells drawn, at most four powers of ten long."""
    all_p = np.concatenate([prediction.probabilities for prediction in predictions])
    most = min(1.0, all_p.max())
    return LogNorm(max(all_p.min(), most / 1e4) if len(set(all_p)) > 1 else most / 10, most, True)


def _opacities(prediction: PredictionCells, shading: str) -> Float[ndarray, " cells"]:
    if shading == "scale":
        return np.full(len(prediction), 0.85)
    if shading == "thesis" or prediction.photos is None:
        return thesis_opacity(prediction.probabilities)
    return density_opacity(prediction.probabilities, prediction.photos, prediction.areas_km2)


def _patches(ax: GeoAxes, prediction: PredictionCells) -> tuple[list[PathPatch], list[int]]:
    """Cells as closed paths on a map, likeliest last and so on top, and whose each is."""
    patches, owners = [], []
    whole = not isinstance(ax.projection, ccrs.LambertAzimuthalEqualArea)
    for cell in range(len(prediction))[::-1]:
        rings = prediction.rings[cell]
        placed = []
        for ring, turn in zip(rings, ring_turns(rings), strict=True):
            points = project(ax, ring)
            if np.isfinite(points).all() and (whole or _on_near_side(ax, ring)):
                # Agg and PDF fill what a path winds around: a hole has to run the other way.
                points = points[:: turn * turn_of(points)]
                placed.append(Path(points, closed=True))
        if placed:
            patches.append(PathPatch(Path.make_compound_path(*placed)))
            owners.append(cell)
    return patches, owners


def _on_near_side(ax: GeoAxes, ring: Float[ndarray, "points 2"]) -> bool:
    """Whether a ring stays so near the middle of a region's map that it is not torn apart."""
    proj = ax.projection.proj4_params
    middle = np.tile([[proj["lat_0"], proj["lon_0"]]], (len(ring), 1)).astype(float)
    return bool(great_circle_km(middle, ring).max() < FAR_KM)


def _draw_places(
    ax: GeoAxes, prediction: PredictionCells, truth_deg: Real[ndarray, " 2"] | None, size: int
) -> None:
    answer = prediction.point_deg
    if truth_deg is not None and np.isfinite(truth_deg).all():
        truth = np.asarray(truth_deg, dtype=np.float64)
        line = {"cmap": ListedColormap([ANSWER]), "linewidths": 1.0, "alpha": 0.9, "zorder": 4}
        draw_great_circles(ax, truth[None], answer[None], np.zeros(1), points=200, **line)
        _dot(ax, truth, ms=0.7 * size, color=TRUTH, mec="white", mew=0.6, zorder=6)
    _dot(ax, answer, ms=size, mfc="none", mec="white", mew=size / 3, zorder=5)
    _dot(ax, answer, ms=size, mfc="none", mec=ANSWER, mew=size / 6, zorder=5)


def _dot(ax: GeoAxes, place_deg: Float[ndarray, " 2"], **style) -> None:
    place = project(ax, place_deg[None])[0]
    if np.isfinite(place).all():
        ax.plot(*place, "o", **style)


def _write_ranks(
    ax: GeoAxes, places_deg: Float[ndarray, "ranks 2"], drawn: Bool[ndarray, " ranks"]
) -> None:
    """Write the ranks of cells beside their points, where a better one leaves room for it."""
    written: list[ndarray] = []
    halo = [withStroke(linewidth=2, foreground="white")]
    style = {"size": 7, "weight": "bold", "color": PALETTE["ink"], "path_effects": halo}
    dots = project(ax, places_deg) if len(places_deg) else places_deg
    for rank in np.flatnonzero(drawn & np.isfinite(dots).all(axis=1)):
        spot = ax.transData.transform(dots[rank]) * 72 / ax.figure.dpi  # in points
        if all(np.hypot(*(spot - other)) > 9 for other in written):
            offset = {"xytext": (4, 4), "textcoords": "offset points"}
            ax.annotate(
                str(rank + 1), dots[rank], **offset, **style, annotation_clip=True, zorder=7
            )
            written.append(spot)
