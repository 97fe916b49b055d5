"""Predictions of one photo side by side: close up, on the world, and in words."""

from collections.abc import Sequence
from itertools import pairwise

import cartopy.crs as ccrs
import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, NullFormatter
from numpy import ndarray

from geoutils.known_names import known_name
from geoutils.plots.labels import shortened
from geoutils.plots.neighbours import kilometres
from geoutils.plots.percent import probability_text
from geoutils.plots.prediction_cells import PredictionCells
from geoutils.plots.search_map import extent_around
from geoutils.plots.style import PALETTE
from geoutils.plots.top_cells import (
    NUMBERED,
    PROJECTIONS,
    draw_top_cells,
    probability_norm,
)
from geoutils.plots.world import project, region_projection
from geoutils.sphere import great_circle_km

NEAR_KM = 2500  # a truth further from the answer than that is on the world map alone
LEAST_KM = 150.0  # height of a close-up at least
WIDTH, GAP, ZOOM, WORLD_HEIGHT, LINE = 3.39, 0.13, 2.6, 1.65, 0.16  # inches: a column, its parts
_GEODETIC = ccrs.PlateCarree()


def draw_side_by_side(
    figure: Figure,
    predictions: Sequence[PredictionCells],
    truth_deg: Real[ndarray, " 2"] | None = None,
    shading: str = "scale",
    projection: str = "equal_earth",
    same_ground: bool = True,
) -> None:
    """Fill a figure with a column per prediction of one photo: close up, on the world, names.

    All close-ups show the same ground, or each its own prediction's where cells of one kind would
    be lost on the other's; they are framed on the worlds, whose projection is one of PROJECTIONS.
    Colours compare across columns. `shading` and signs as in `draw_top_cells`. After
    Theiner et al. 2022, Figure 3. The figure takes the size of its columns. ValueError without
    predictions, and for unknown names.
    """
    if not predictions:
        raise ValueError("predictions: none to draw; expected at least one")
    world = PROJECTIONS[known_name("projection", projection, PROJECTIONS)]
    norm, shared = probability_norm(predictions), close_extent(predictions, truth_deg)
    text = LINE * (NUMBERED + 1) + 0.08
    bar = 0.5 if shading == "scale" else 0.0
    height = 0.28 + ZOOM + GAP / 2 + WORLD_HEIGHT + text + bar
    width = len(predictions) * (WIDTH + GAP) - GAP
    figure.set_size_inches(width, height)
    figure.set_layout_engine("none")
    for column, prediction in enumerate(predictions):
        left, share = column * (WIDTH + GAP) / width, WIDTH / width
        low = height - 0.28 - ZOOM
        extent = shared if same_ground else close_extent([prediction], truth_deg)
        box = (left, low / height, share, ZOOM / height)
        close = figure.add_axes(box, projection=region_projection(extent))
        cells = draw_top_cells(close, prediction, truth_deg, shading, extent, norm)
        close.set_anchor("N")  # where the ground is flatter than the box, titles stay in line
        _write_width(close)
        close.set_title(prediction.title, fontsize=9, pad=4, loc="left", parse_math=False)
        low -= GAP / 2 + WORLD_HEIGHT
        box = (left, low / height, share, WORLD_HEIGHT / height)
        far = figure.add_axes(box, projection=world)
        draw_top_cells(far, prediction, truth_deg, shading, norm=norm, numbered=0)
        _frame(far, close)
        ax = figure.add_axes((left, (low - text) / height, share, text / height))
        _write_names(ax, prediction, truth_deg)
    if shading == "scale":
        box = (0.5 - 1.5 / width, 0.38 / height, 3 / width, 0.08 / height)
        _add_bar(figure.add_axes(box), cells)


def close_extent(
    predictions: Sequence[PredictionCells], truth_deg: Real[ndarray, " 2"] | None = None
) -> tuple[float, float, float, float]:
    """West, east, south and north around the likeliest cells and answers of some predictions.

    Of the next cells the points are inside that are at least half as likely as the first; so is a
    truth within NEAR_KM of the first answer. Cells that reach further are cut.
    """
    middle = predictions[0].point_deg
    places = [prediction.point_deg[None] for prediction in predictions]
    places += [ring for prediction in predictions for ring in prediction.rings[0]]
    for prediction in predictions:
        p = prediction.probabilities[:NUMBERED]
        places.append(prediction.centers_deg[:NUMBERED][p >= p[0] / 2])
    if truth_deg is not None:
        places.append(np.asarray(truth_deg, dtype=np.float64)[None])
    shown = np.concatenate(places)
    near = great_circle_km(np.tile(middle, (len(shown), 1)), shown) <= NEAR_KM
    kept = np.concatenate([middle[None], shown[near & np.isfinite(shown).all(axis=1)]])
    return extent_around(kept, WIDTH / ZOOM, LEAST_KM)


def _write_width(close: GeoAxes) -> None:
    """Write into a corner how many kilometres of ground a close-up shows from left to right."""
    west, east = close.get_xlim()
    told = kilometres(float(f"{(east - west) / 1000:.1g}"))  # the projection's units are metres
    halo = [withStroke(linewidth=2, foreground="white")]
    style = {"size": 7, "color": PALETTE["ink"], "path_effects": halo, "zorder": 7}
    close.text(0.985, 0.02, f"about {told} wide", ha="right", transform=close.transAxes, **style)


def _frame(world: GeoAxes, close: GeoAxes) -> None:
    """Draw the frame of a close-up on the world; it is left out where it meets the map's edge."""
    (left, right), (low, high) = close.get_xlim(), close.get_ylim()
    along = np.linspace(0, 1, 30)[:, None]
    corners = np.array([(left, low), (right, low), (right, high), (left, high), (left, low)])
    sides = [a + along * (b - a) for a, b in pairwise(corners)]
    x, y = np.concatenate(sides).T
    longitude, latitude, _ = _GEODETIC.transform_points(close.projection, x, y).T
    points = project(world, np.stack([latitude, longitude], axis=1))
    points[1:][np.abs(np.diff(longitude)) > 180] = np.nan
    world.plot(*points.T, color=PALETTE["ink"], lw=0.8, zorder=6)


def _write_names(
    ax: Axes, prediction: PredictionCells, truth_deg: Real[ndarray, " 2"] | None
) -> None:
    """Write the likeliest cells below their map, and how far off the answer is."""
    ax.set(xlim=(0, WIDTH), ylim=(LINE * (NUMBERED + 1) + 0.08, 0))
    ax.set_axis_off()
    named = zip(prediction.names, prediction.probabilities[:NUMBERED], strict=False)
    lines = [
        f"{k}  {shortened(name, 42)}, {probability_text(p)}" for k, (name, p) in enumerate(named, 1)
    ]
    if truth_deg is not None and np.isfinite(truth_deg).all():
        truth = np.asarray(truth_deg, dtype=np.float64)
        off_km = great_circle_km(prediction.point_deg[None], truth[None])[0]
        lines.append(f"answer {kilometres(off_km)} off the truth")
    for k, line in enumerate(lines):
        style = {"size": 7, "va": "baseline", "color": PALETTE["ink"]}
        ax.text(0.03, LINE * (k + 0.9), line, parse_math=False, **style)


def _add_bar(ax: Axes, cells: PatchCollection) -> None:
    bar = ax.figure.colorbar(cells, cax=ax, orientation="horizontal")
    bar.outline.set_visible(False)
    bar.solids.set(alpha=1, edgecolor="face")
    narrow = cells.norm.vmax < 30 * cells.norm.vmin
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,)))
    ax.xaxis.set_major_formatter(lambda p, _: probability_text(p))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(labelsize=7)
    ax.set_xlabel("probability of a cell", fontsize=7)
