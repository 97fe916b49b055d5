"""The painter's order: from scenes to pictures and concept maps."""

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.photos.scenes import figures, props, town_props
from geoutils.photos.scenes.buildings import draw_front_row, draw_street_walls
from geoutils.photos.scenes.camera import develop
from geoutils.photos.scenes.canvas import Canvas
from geoutils.photos.scenes.closeup import draw_closeups
from geoutils.photos.scenes.ground import draw_ground
from geoutils.photos.scenes.hills import draw_hills
from geoutils.photos.scenes.houses import draw_house
from geoutils.photos.scenes.interior import draw_rooms
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.landmarks import draw_landmarks
from geoutils.photos.scenes.planting import plant_avenues, plant_groves
from geoutils.photos.scenes.random_numbers import between, uniform
from geoutils.photos.scenes.relief import draw_relief
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.sea import draw_sand, draw_sea
from geoutils.photos.scenes.sky import draw_sky
from geoutils.photos.scenes.street import draw_lamps, draw_road
from geoutils.photos.scenes.style import Style, style_of
from geoutils.photos.scenes.temples import draw_temples

_PIXELS = 2**19  # painted at once: small enough to stay near the processor, large enough for numpy


def render(
    scenes: Scenes, size: int, hide: tuple[str, ...] | set[str] = ()
) -> tuple[UInt8[ndarray, "photos size size 3"], UInt8[ndarray, "photos size size"]]:
    """Pictures (sRGB) and ADE20K concept maps (1 … 150) of `size` × `size` pixels.

    A photo's bytes depend on its scene and `size` alone, not on its neighbours in the batch. The
    cues in `hide` are left out; everything else is drawn with the same random numbers as before.
    """
    if size < 8:
        raise ValueError(f"size: {size} pixels; expected 8 or more")
    scenes = scenes.without(tuple(hide)) if hide else scenes
    images = np.empty((len(scenes), size, size, 3), np.uint8)
    concepts = np.empty((len(scenes), size, size), np.uint8)
    # Alike scenes side by side: fewer painters are called per block.
    order = np.lexsort((scenes.biome, scenes.kind))
    block = max(_PIXELS // size**2, 1)
    for start in range(0, len(order), block):
        rows = order[start : start + block]
        images[rows], concepts[rows] = _paint(scenes[rows], size)
    return images, concepts


def _paint(scenes: Scenes, size: int) -> tuple[ndarray, ndarray]:
    canvas = Canvas.blank(scenes.tilt, size)
    inside = np.isin(scenes.kind, kind_index("interior", "closeup"))
    for painter, rows in ((_paint_indoors, inside), (_paint_outdoors, ~inside)):
        if rows.any():
            part = scenes[rows]
            picture = Canvas.blank(part.tilt, size)
            painter(picture, part)
            canvas.rgb[:, rows] = picture.rgb
            canvas.concept[rows] = picture.concept
    return develop(canvas, scenes), canvas.concept


def _paint_indoors(canvas: Canvas, scenes: Scenes) -> None:
    draw_rooms(canvas, scenes)
    draw_closeups(canvas, scenes)
    figures.draw_people(canvas, scenes)


def _paint_outdoors(canvas: Canvas, scenes: Scenes) -> None:
    style = style_of(scenes)
    vanish = 0.5 + between(scenes.seed, "vanish", -0.06, 0.06)
    old = np.isin(scenes.kind, kind_index("oldtown"))
    half = np.where(old, 0.20, between(scenes.seed, "street width", 0.34, 0.46))
    end = np.where(old, 3.2, between(scenes.seed, "street length", 4.5, 9.0)).astype(np.float32)
    open_end = np.where(scenes.shows("landmark"), 2.2, end).astype(np.float32)
    half = np.where(scenes.shows("landmark"), half * 1.15, half).astype(np.float32)
    rows = np.arange(len(scenes))
    draw_sky(canvas, scenes)
    draw_relief(canvas, scenes)
    draw_ground(canvas, scenes, rows)
    draw_hills(canvas, scenes)
    draw_sand(canvas, scenes)
    draw_sea(canvas, scenes)
    _draw_towns(canvas, scenes, style)
    draw_temples(canvas, scenes, style)
    draw_landmarks(canvas, scenes, vanish)
    _draw_skyline_front(canvas, scenes, style)
    draw_road(canvas, scenes, vanish, half, np.where(old, end, 30.0).astype(np.float32))
    walled = np.flatnonzero(np.isin(scenes.kind, kind_index("street", "oldtown")))
    draw_street_walls(canvas, scenes, style, walled, vanish, half, np.minimum(end, open_end))
    props.draw_mills(canvas, scenes)
    _draw_houses(canvas, scenes, style, vanish, half)
    props.draw_tents(canvas, scenes)
    props.draw_boats(canvas, scenes)
    plant_avenues(canvas, scenes, vanish, half * 1.02, end)
    draw_lamps(canvas, scenes, style, vanish, half)
    town_props.draw_stalls(canvas, scenes, style)
    town_props.draw_bunting(canvas, scenes, style)
    town_props.draw_fountains(canvas, scenes)
    town_props.draw_cafe_tables(canvas, scenes, style)
    props.draw_litter(canvas, scenes)
    plant_groves(canvas, scenes)
    props.draw_parasols(canvas, scenes)
    figures.draw_animals(canvas, scenes)
    figures.draw_cars(canvas, scenes, style, vanish, half)
    figures.draw_people(canvas, scenes)


def _draw_towns(canvas: Canvas, scenes: Scenes, style: Style) -> None:
    """Rows of façades: far towers of a skyline, the far side of squares, markets and harbours."""
    size = np.full(len(scenes), 1.0, np.float32)
    skyline = np.flatnonzero(np.isin(scenes.kind, kind_index("skyline")))
    floors = (4 * size, between(style.key, "tallest", 14, 24))
    draw_front_row(
        canvas,
        scenes,
        style,
        skyline,
        "far towers",
        scenes.horizon + 0.03,
        0.075 * size,
        0.020 * size,
        floors,
        0.45,
        towers=True,
    )
    low, high = style.storeys.T
    square = np.flatnonzero(np.isin(scenes.kind, kind_index("plaza", "market", "temple")))
    gate = np.stack([0.5 - 0.19 * size, 0.5 + 0.19 * size], axis=1)
    narrow = scenes.shows("landmark") | np.isin(scenes.kind, kind_index("temple"))
    opening = np.where(narrow[:, None], gate, 0.0).astype(np.float32)
    draw_front_row(
        canvas,
        scenes,
        style,
        square,
        "square",
        scenes.horizon + 0.075,
        0.17 * size,
        0.078 * size,
        (low, np.minimum(high, 5)),
        0.10,
        opening=opening,
    )
    quay = np.flatnonzero(np.isin(scenes.kind, kind_index("harbour")))
    draw_front_row(
        canvas,
        scenes,
        style,
        quay,
        "quay",
        scenes.horizon + 0.105,
        0.115 * size,
        0.068 * size,
        (low, np.minimum(high, 5)),
        0.06,
        0.08,
    )


def _draw_skyline_front(canvas: Canvas, scenes: Scenes, style: Style) -> None:
    """Nearer, lower towers in front of a skyline's landmark."""
    size = np.full(len(scenes), 1.0, np.float32)
    skyline = np.flatnonzero(np.isin(scenes.kind, kind_index("skyline")))
    gate = np.stack([0.5 - 0.24 * size, 0.5 + 0.24 * size], axis=1)
    opening = np.where(scenes.shows("landmark")[:, None], gate, 0.0).astype(np.float32)
    floors = (2 * size, between(style.key, "front", 7, 12))
    draw_front_row(
        canvas,
        scenes,
        style,
        skyline,
        "near towers",
        scenes.horizon + 0.045,
        0.10 * size,
        0.030 * size,
        floors,
        0.14,
        0.12,
        towers=True,
        opening=opening,
    )


def _draw_houses(canvas: Canvas, scenes: Scenes, style: Style, vanish, half) -> None:
    """Detached houses, far ones first: beside roads in suburbs, scattered in the country."""
    suburb = np.isin(scenes.kind, kind_index("suburb"))
    village = np.isin(scenes.kind, kind_index("village"))
    remote = np.isin(scenes.kind, kind_index("mountain", "fields", "terraces", "savanna", "beach"))
    for k in range(8):
        depth = np.float32(1 - k / 8)
        z = 0.85 + 3.2 * depth * depth
        side = np.where((k % 2) == (uniform(scenes.seed, "first side") < 0.5), -1, 1)
        off = half * 1.25 + between(scenes.seed, "garden", 0.10, 0.25, k)
        x = np.where(
            suburb, vanish + side * off / z, between(scenes.seed, "house x", 0.02, 0.98, k)
        )
        base = np.where(
            suburb, scenes.horizon + 0.27 / z, scenes.horizon + 0.035 + 0.15 * (1 - depth) ** 1.3
        )
        width = np.where(suburb, 0.42 / z, 0.09 + 0.95 * (base - scenes.horizon - 0.03))
        away = np.abs(x - vanish) > width * 0.5 + 0.07
        many = np.where(suburb, 0.9, np.where(village, 0.85, 0.0)) * away
        few = remote & (k in (2, 5)) & scenes.shows("country")
        wanted = (uniform(scenes.seed, "house", k) < many) | (
            few & (uniform(scenes.seed, "farm", k) < 0.5) & away
        )
        width = np.where(remote, 0.12 + 0.3 * (base - scenes.horizon), width)
        rows = np.flatnonzero(wanted & ~np.isin(scenes.kind, kind_index("beach")))
        draw_house(
            canvas,
            scenes,
            style,
            rows,
            x[rows].astype(np.float32),
            base[rows].astype(np.float32),
            width[rows].astype(np.float32),
            k,
        )
