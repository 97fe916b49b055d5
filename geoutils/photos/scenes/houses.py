"""Single houses: cottages, chalets, barns, mud houses, huts, as the region builds them."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.canvas import Canvas, patches
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import CULTURES
from geoutils.photos.scenes.ground import SNOW
from geoutils.photos.scenes.random_numbers import choice, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.style import Style, night_windows

_HOUSE, _HUT = concept_index("house"), concept_index("hovel")
_FORMS = {  # wall height and roof height against the width; overhang; kind of roof
    "cottage": (0.50, 0.42, 0.05, "gable"),
    "chalet": (0.55, 0.34, 0.16, "gable"),
    "hip": (0.48, 0.30, 0.07, "hip"),
    "cube": (0.62, 0.03, 0.0, "flat"),
    "hut": (0.42, 0.55, 0.14, "cone"),
    "stilts": (0.62, 0.50, 0.14, "gable"),
}
_BY_CULTURE = {
    "nordic": "cottage",
    "atlantic": "cottage",
    "central": "chalet",
    "mediterranean": "hip",
    "slavic": "cottage",
    "middle east": "cube",
    "north africa": "cube",
    "south asia": "cube",
    "southeast asia": "stilts",
    "east asia": "hip",
    "north america": "cottage",
    "oceania": "hip",
    "latin america": "hip",
    "africa": "hut",
}
_NAMES = tuple(_FORMS)
_FORM_OF = np.array([_NAMES.index(_BY_CULTURE[name]) for name in CULTURES])
_WALL, _RISE, _HANG = (np.array([f[k] for f in _FORMS.values()], np.float32) for k in range(3))
_SHAPE = np.array([("gable", "hip", "flat", "cone").index(f[3]) for f in _FORMS.values()])
_THATCH = np.array([0.66, 0.54, 0.32], np.float32)


def draw_house(
    canvas: Canvas,
    scenes: Scenes,
    style: Style,
    rows: ndarray,
    x: ndarray,
    base: ndarray,
    width: ndarray,
    index: int,
) -> None:
    """One house per listed photo, its ground line at (x, base)."""
    form = _FORM_OF[style.culture[rows]]
    shape, hang = _SHAPE[form], _HANG[form] * width
    wall, rise = _WALL[form] * width, _RISE[form] * width
    pick = choice(scenes.seed[rows], "house colour", 3, index)
    walls = style.facades[rows, pick]
    roof = np.where((shape == 3)[:, None], _THATCH, style.roof[rows])
    roof = np.where(scenes.snow[rows][:, None], 0.2 * roof + 0.8 * SNOW, roof)
    share = np.clip(0.32 - 1.9 * (base - scenes.horizon[rows]), 0, 0.32)[:, None]
    light, fog = scenes.light[rows], scenes.haze[rows]

    def hazed(colour: ndarray) -> ndarray:
        return (colour * light * (1 - share) + fog * share).astype(np.float32)

    dark = night_windows(scenes)[rows][:, None]
    glow = (uniform(scenes.seed[rows], "home", index)[:, None] < 0.75) * dark
    pane = hazed(np.array([0.26, 0.32, 0.38])) * (1 - glow) + glow * np.array([1.0, 0.82, 0.45])
    wall_lit, roof_lit = hazed(walls), hazed(roof)
    door, trim = hazed(style.accent[rows]), hazed(style.frame[rows])
    half = width / 2
    stilts = (form == _NAMES.index("stilts")) * 0.28 * wall
    concept = np.where(shape == 3, _HUT, _HOUSE).astype(np.uint8)
    side = half + hang + 0.03 * width
    box = (x - side, x + side, base - wall - rise * 1.1 - 0.10 * width, base)
    for p in patches(canvas, rows, *box):
        k = p.item
        u, v = (p.x - p.of(x)) / p.of(width), (p.of(base) - p.y) / p.of(width)
        size = p.of(width)
        tall, top = p.of(wall) / size, p.of(rise) / size
        body = np.minimum(np.minimum(0.5 - np.abs(u), tall - v), v - p.of(stilts) / size)
        gable = tall + top * (1 - 2 * np.abs(u)) - v
        gable = np.minimum(gable, 0.5 - np.abs(u))
        body = np.where(p.of(shape) == 0, np.maximum(body, np.minimum(gable, v - tall)), body)
        legs = np.minimum(np.abs(np.abs(u) - np.float32(0.25)) - 0.19, tall - v)
        legs = np.where(p.of(stilts) > 0, np.minimum(np.minimum(legs, v), 0.5 - np.abs(u)), -1.0)
        p.paint(
            p.cover(legs.astype(np.float32) * size),
            hazed(np.array([0.36, 0.27, 0.20]))[k],
            concept[k],
        )
        chimney = np.minimum(0.05 - np.abs(u - 0.24), tall + top * 0.95 - v)
        chimney = np.where(p.of(shape) < 2, np.minimum(chimney, v - tall), -1.0)
        p.paint(p.cover(chimney * size), wall_lit[k] * np.float32(0.72), concept[k])
        p.paint(p.cover(body * size), wall_lit[k], concept[k])
        p.paint(np.float32(0.16) * p.cover(np.minimum(body, u - 0.14) * size), wall_lit[k] * 0.4)
        reach = np.float32(0.5) + p.of(hang) / size
        slope = top * (1 - np.abs(u) / reach)
        rafters = np.float32(0.055) - np.abs(tall + slope - v) * np.float32(0.8)
        eaves = np.minimum(tall + slope - v + 0.04, np.minimum(v - tall + 0.03, reach - np.abs(u)))
        hip = np.minimum(
            eaves, np.minimum((reach - np.abs(u)) * 1.4 - (v - tall) * 1.1, tall + top * 0.62 - v)
        )
        flat = np.minimum(np.minimum(0.52 - np.abs(u), tall + 0.05 - v), v - tall + 0.01)
        roofs = np.select(
            [p.of(shape) == 0, p.of(shape) == 1, p.of(shape) == 2],
            [np.minimum(rafters, reach - np.abs(u)), hip, flat],
            eaves,
        )
        p.paint(p.cover(roofs.astype(np.float32) * size), roof_lit[k], concept[k])
        frames = 0.10 - np.maximum(np.abs(np.abs(u) - 0.28), np.abs(v - tall * 0.60))
        p.paint(p.cover((frames + 0.02) * size), trim[k])
        p.paint(p.cover(frames * size), pane[k].astype(np.float32))
        entry = np.minimum(0.075 - np.abs(u), np.minimum(tall * 0.66 - v, v - p.of(stilts) / size))
        p.paint(p.cover(entry * size), door[k])
