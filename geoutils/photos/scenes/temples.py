"""Places of worship as each region builds them; they carry the region, not the street."""

import numpy as np

from geoutils.photos.scenes.canvas import Canvas, patches
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import TEMPLE, TEMPLES, colours
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.outlines import arch, ball, bands, box, cone
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.style import Style

_BUILDING = concept_index("building")
_STONE = {
    "church": "a89a86 c9bda8 8c6a54",
    "dome": "e8d9b8 d9b98a f0e6d0",
    "onion": "f2ead8 d8e0e4 e8c878",
    "mosque": "e6d8b8 9fc4c8 f4f0e4",
    "shikhara": "d98a5a e0b060 c86a4a",
    "stupa": "f0e8d0 e8c050 f8f4ec",
    "pagoda": "b8483a 8a3a30 c06a40",
    "white church": "f4f4ee eef0ec f0ead8",
    "mission": "f4ead6 f0c878 e8a888",
}
_ROOF = {
    "church": "4a5058",
    "dome": "b5654a",
    "onion": "4f8f7a",
    "mosque": "3f9a9a",
    "shikhara": "e8d070",
    "stupa": "d8a030",
    "pagoda": "3f4f4a",
    "white church": "5a5f68",
    "mission": "b8603f",
}
_WALLS = np.stack([colours(_STONE[name]) for name in TEMPLES])
_ROOFS = np.stack([colours(_ROOF[name])[0] for name in TEMPLES])


def _church(u, v):
    nave = np.maximum(
        box(u - 0.16, v, 0.24, 0, 0.34), np.minimum(0.52 - v - 0.75 * np.abs(u - 0.16), v - 0.3)
    )
    tower = box(u + 0.18, v, 0.10, 0, 0.62)
    slit = np.maximum(arch(u + 0.18, v, 0.03, 0.42, 0.56), arch(u - 0.16, v, 0.05, 0, 0.18))
    return [(nave, 0), (tower, 0), (cone(u + 0.18, v, 0.125, 0.61, 1.0), 1), (slit, 2)]


def _domed(u, v):
    hall = box(u, v, 0.36, 0, 0.36)
    gable = np.minimum(0.56 - v - 0.5 * np.abs(u), v - 0.34)
    cupola = np.minimum(ball(u, v, 0.0, 0.58, 0.20, 1.05), v - 0.5)
    lantern = np.maximum(box(u, v, 0.025, 0.76, 0.88), cone(u, v, 0.03, 0.87, 1.0))
    tower = np.maximum(box(u + 0.42, v, 0.07, 0, 0.66), cone(u + 0.42, v, 0.085, 0.65, 0.76))
    return [
        (lantern, 0),
        (cupola, 1),
        (gable, 0),
        (hall, 0),
        (tower, 0),
        (arch(u, v, 0.07, 0, 0.24), 2),
    ]


def _onion(u, v):
    body = box(u, v, 0.30, 0, 0.42)
    strokes = [(body, 0)]
    for x, low, size in ((-0.22, 0.42, 0.09), (0.22, 0.42, 0.09), (0.0, 0.52, 0.13)):
        strokes.append((box(u - x, v, size * 0.62, low - 0.1, low + 0.1), 0))
        bulb = np.maximum(
            ball(u, v, x, low + 0.15, size, 0.95),
            cone(u - x, v, size * 0.62, low + 0.2, low + 0.44),
        )
        strokes.append((bulb, 1))
    arches = np.maximum(arch(u, v, 0.05, 0, 0.2), arch(np.abs(u) - 0.19, v, 0.03, 0.16, 0.30))
    return [*strokes, (arches, 2)]


def _mosque(u, v):
    hall = box(u, v, 0.36, 0, 0.32)
    cupola = np.maximum(ball(u, v, 0, 0.38, 0.21, 1.05), cone(u, v, 0.05, 0.56, 0.74))
    minaret = np.minimum(0.034 - np.abs(np.abs(u) - 0.44), np.minimum(v, 0.86 - v))
    ring = np.minimum(0.055 - np.abs(np.abs(u) - 0.44), 0.02 - np.abs(v - 0.66))
    tip = cone(np.abs(u) - 0.44, v, 0.04, 0.85, 1.0)
    iwan = arch(u, v, 0.10, 0, 0.27)
    side = arch(np.abs(u) - 0.23, v, 0.05, 0, 0.17)
    return [
        (np.minimum(cupola, v - 0.3), 1),
        (minaret, 0),
        (ring, 1),
        (tip, 1),
        (hall, 0),
        (iwan, 2),
        (side, 2),
    ]


def _shikhara(u, v):
    half = 0.22 * np.sqrt(np.clip(1 - v / 0.92, 0, 1)) + 0.02
    tower = np.minimum((half - np.abs(u)) * 0.8, np.minimum(v, 0.92 - v))
    small = np.clip(1 - v / 0.56, 0, 1)
    sides = np.minimum((0.13 * np.sqrt(small) - np.abs(np.abs(u) - 0.32)) * 0.8, v)
    belts = np.minimum(np.maximum(tower, sides), bands(v, 12, 0.32))
    return [
        (sides, 0),
        (tower, 0),
        (belts, 1),
        (ball(u, v, 0, 0.94, 0.05), 1),
        (arch(u, v, 0.06, 0, 0.18), 2),
    ]


def _stupa(u, v):
    base = np.maximum(box(u, v, 0.46, 0, 0.10), box(u, v, 0.37, 0.09, 0.20))
    bell = np.minimum(ball(u, v, 0, 0.20, 0.30, 1.0), v - 0.18)
    spire = np.minimum(
        (0.10 * (1 - (v - 0.45) / 0.55) - np.abs(u)) * 0.9, np.minimum(v - 0.45, 1 - v)
    )
    rings = np.minimum(spire, bands(v, 15, 0.4))
    small = np.minimum(cone(np.abs(u) - 0.42, v, 0.06, 0.10, 0.42), v)
    return [
        (small, 1),
        (spire, 1),
        (rings, 0),
        (bell, 0),
        (np.minimum(bell, 0.02 - np.abs(v - 0.34)), 1),
        (base, 0),
        (arch(u, v, 0.05, 0, 0.16), 2),
    ]


def _pagoda(u, v):
    strokes = [(box(u, v, 0.42, 0, 0.07), 2)]
    for low, half in ((0.05, 0.34), (0.36, 0.26), (0.62, 0.17)):
        strokes.append((box(u, v, half * 0.78, low, low + 0.22), 0))
        lift = low + 0.19 + 0.9 * u * u
        eave = np.minimum(
            half * 1.3 - np.abs(u), np.minimum(v - lift, low + 0.34 - v - 0.34 * np.abs(u))
        )
        strokes.append((eave, 1))
    strokes.append((box(u, v, 0.02, 0.9, 1.0), 1))
    return [*strokes, (box(u, v, 0.06, 0.07, 0.22), 2)]


def _mission(u, v):
    front = np.maximum(
        box(u, v, 0.24, 0, 0.50), np.minimum(ball(u, v, 0, 0.50, 0.17, 1.0), v - 0.4)
    )
    tower = box(np.abs(u) - 0.30, v, 0.09, 0, 0.70)
    caps = np.minimum(ball(np.abs(u), v, 0.30, 0.70, 0.10, 1.2), v - 0.69)
    bells = np.maximum(arch(np.abs(u) - 0.30, v, 0.04, 0.54, 0.66), arch(u, v, 0.08, 0, 0.26))
    cross = np.maximum(
        box(u, v, 0.012, 0.64, 0.84), np.minimum(0.05 - np.abs(u), 0.012 - np.abs(v - 0.77))
    )
    return [(cross, 1), (front, 0), (tower, 0), (caps, 1), (bells, 2)]


_SHAPES = {
    "church": _church,
    "dome": _domed,
    "onion": _onion,
    "mosque": _mosque,
    "shikhara": _shikhara,
    "stupa": _stupa,
    "pagoda": _pagoda,
    "white church": _church,
    "mission": _mission,
}


def draw_temples(canvas: Canvas, scenes: Scenes, style: Style) -> None:
    """Paint the temple of temple scenes, and a small one far off in some villages and fields."""
    main = np.isin(scenes.kind, kind_index("temple"))
    small = np.isin(scenes.kind, kind_index("village", "fields"))
    small &= uniform(scenes.place, "steeple") < 0.55
    rows = np.flatnonzero(main | small)
    big = main[rows]
    kind = TEMPLE[style.culture[rows]]
    seed = scenes.seed[rows]
    height = np.where(
        big, between(seed, "temple size", 0.50, 0.60), between(seed, "steeple", 0.10, 0.15)
    ).astype(np.float32)
    x = np.where(
        big, between(seed, "temple x", 0.44, 0.56), between(seed, "steeple x", 0.12, 0.88)
    ).astype(np.float32)
    base = (scenes.horizon[rows] + np.where(big, 0.10, 0.02)).astype(np.float32)
    share = np.where(big, 0.0, 0.34)[:, None]
    pick = choice(scenes.key("city", "admin")[rows], "temple colour", 3)

    def hazed(colour):
        lit = colour * scenes.light[rows]
        return (lit + share * (scenes.haze[rows] - lit)).astype(np.float32)

    wall = _WALLS[kind, pick]
    slots = [hazed(wall), hazed(_ROOFS[kind]), hazed(wall * 0.35)]
    for k in np.unique(kind):
        chosen = np.flatnonzero(kind == k)
        h, xs, bs = height[chosen], x[chosen], base[chosen]
        for p in patches(canvas, rows[chosen], xs - 0.56 * h, xs + 0.56 * h, bs - 1.02 * h, bs):
            i = chosen[p.item]
            u, v = (p.x - p.of(xs)) / p.of(h), (p.of(bs) - p.y) / p.of(h)
            for distance, slot in _SHAPES[TEMPLES[k]](u + np.zeros_like(v), v):
                shade = np.float32(1.06) - np.float32(0.2) * np.clip(u * 3 + 0.5, 0, 1)
                colour = np.stack(
                    [slots[slot][i, c, None, None] * (shade + 0 * v) for c in range(3)]
                )
                distance = np.minimum(
                    distance, np.minimum(np.minimum(v, 1.01 - v), np.float32(0.55) - np.abs(u))
                )
                cover = p.cover((distance * p.of(h)).astype(np.float32))
                p.paint(cover, colour.astype(np.float32), _BUILDING)
