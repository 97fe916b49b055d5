"""How the ground of highest score shrinks, set by set, on one row of maps per photo (CPlaNet)."""

from collections.abc import Sequence
from numbers import Real as Number

import numpy as np
from cartopy.mpl.geoaxes import GeoAxes
from jaxtyping import Bool, Float, Real, UInt8
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy import ndarray

from geoutils.partitions.partition import Partition
from geoutils.plots.neighbours import kilometres
from geoutils.plots.partition_map import cell_raster
from geoutils.plots.search_map import extent_around
from geoutils.plots.style import PALETTE
from geoutils.plots.world import WORLD, draw_world, project, region_projection
from geoutils.prediction.progress import Region
from geoutils.sphere import great_circle_km, latlon_of, unit_vectors

REGION, POINT, TRUTH = PALETTE["green"], PALETTE["vermilion"], PALETTE["blue"]
WIDTH, HEIGHT, TITLE, GAP = 0.95, 0.66, 0.42, 0.07  # inches of a map, of its text, between
ASPECT = WIDTH / HEIGHT
WORLD_FROM_KM = 4000  # beyond this far from its middle, a region is drawn on the world
PIXELS = 300  # of a map's width
OPACITY = 0.6


def draw_progress(
    figure: Figure,
    photos: UInt8[ndarray, "photos size size 3"],
    regions: Sequence[Sequence[Region]],
    partition: Partition,
    truth_deg: Real[ndarray, "truths 2"],
) -> None:
    """Fill a figure with a row per photo: the photo, then the region of each step in green.

    `regions` are each photo's, by `progressive_regions`, over the cells of `partition`. The red
    dot is the region's point, the small blue one the truth; above each map stand the set that was
    added, the region's S2 cells and the point's distance from the truth. All maps of a row show
    the same ground; a last one shows the last step close up. Seo et al., 2018, Figure 4. Raises
    ValueError for no photos, or rows that do not belong together.
    """
    steps = {len(row) for row in regions}
    if len(photos) == 0 or not len(photos) == len(regions) == len(truth_deg) or len(steps) != 1:
        raise ValueError(
            f"photos: {len(photos)} with {len(regions)} rows of {sorted(steps)} regions and "
            f"{len(truth_deg)} truths; expected one row each, of as many steps"
        )
    pitch_x, pitch_y = WIDTH + GAP, HEIGHT + TITLE
    width, height = HEIGHT + GAP + (steps.pop() + 1) * pitch_x, len(photos) * pitch_y
    figure.set_size_inches(width, height)
    figure.set_layout_engine("none")
    for number, (photo, row) in enumerate(zip(photos, regions, strict=True)):
        low = height - number * pitch_y - pitch_y
        ax = figure.add_axes((0, low / height, HEIGHT / width, HEIGHT / height))
        ax.imshow(photo, interpolation="antialiased")
        ax.set_axis_off()
        place_deg = truth_deg[number]
        points_deg = [region.point_deg for region in row]
        extent = _extent([region_base_deg(row[0], partition), *points_deg, place_deg], 60)
        close = _extent([region_base_deg(row[-1], partition), row[-1].point_deg, place_deg], 10)
        maps = [(region, extent, _title(region, place_deg)) for region in row]
        for step, (region, shown, title) in enumerate([*maps, (row[-1], close, "close-up")]):
            left = HEIGHT + GAP + step * pitch_x
            box = (left / width, low / height, WIDTH / width, HEIGHT / height)
            projection = WORLD if shown is None else region_projection(shown)
            ax = figure.add_axes(box, projection=projection)
            draw_world(ax, shown)
            if step in (0, len(row)):  # in between it is the same map
                raster = cell_raster(ax, partition, PIXELS)
            _draw_region(ax, np.isin(raster, region.tuples))
            for dot_deg, color, size in ((region.point_deg, POINT, 6), (place_deg, TRUTH, 3.5)):
                style = {"mec": "white", "mew": 0.5, "zorder": 5}
                ax.plot(*project(ax, dot_deg[None])[0], "o", ms=size, color=color, **style)
            if shown is not None and shown is close:
                title += f"\n{_width_km(close):,.0f} km wide"
            ax.set_title(title, fontsize=6.2, weight="normal", pad=3)


def region_base_deg(region: Region, partition: Partition) -> Float[ndarray, "base 2"]:
    """Points of the non-empty S2 cells of a region."""
    cells = partition.cells
    inside = np.zeros(len(partition), dtype=bool)
    inside[region.tuples] = True
    return cells.base.points_deg[inside[cells.class_of_base]]


def _extent(
    places_deg: Sequence[Real[ndarray, "..."]], least_km: Number
) -> tuple[float, float, float, float] | None:
    """The part of the world that holds all places; None for all of it."""
    shown = np.concatenate([np.atleast_2d(places) for places in places_deg])
    middle = latlon_of(unit_vectors(shown).mean(axis=0)[None])
    reach_km = great_circle_km(np.tile(middle, (len(shown), 1)), shown).max()
    if reach_km > WORLD_FROM_KM or abs(middle[0, 0]) > 70:
        return None
    return extent_around(shown, ASPECT, least_km)


def _width_km(extent_deg: Sequence[float | int]) -> float:
    west, east, south, north = extent_deg
    middle = (south + north) / 2
    return great_circle_km(np.array([[middle, west]]), np.array([[middle, east]]))[0]


def _draw_region(ax: GeoAxes, inside: Bool[ndarray, "rows columns"]) -> None:
    picture = np.zeros((*inside.shape, 4))
    picture[inside] = [*to_rgb(REGION), OPACITY]
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    # Added by hand: GeoAxes.imshow would warp a picture that is in the map's units already.
    image = AxesImage(ax, extent=(left, right, low, high), origin="upper", zorder=1)
    image.set_data(picture)
    image.set_clip_path(ax.patch)
    ax.add_image(image)


def _title(region: Region, truth_deg: Real[ndarray, " 2"]) -> str:
    sets = ("+ " if len(region.sets) > 1 else "") + region.sets[-1].replace("_", " ")
    away_km = great_circle_km(region.point_deg[None], truth_deg[None])[0]
    return f"{sets}\n{region.n_cells:,.0f} S2 cells\n{kilometres(away_km)} off"
