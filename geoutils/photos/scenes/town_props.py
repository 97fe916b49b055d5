"""What furnishes squares and streets: market stalls, bunting, fountains, café tables."""

import numpy as np

from geoutils.photos.scenes.canvas import Canvas, patches, pulses, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import ACCENTS
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.outlines import ball, box
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.style import Style

_AWNING, _BOOTH, _FOOD, _BOAT, _TENT, _ROCK, _FLOWER, _FLAG, _TOWER = (
    concept_index(n)
    for n in ("awning", "booth", "food", "boat", "tent", "rock", "flower", "flag", "tower")
)
_WHITE = np.array([0.95, 0.95, 0.92], np.float32)
_WOOD = np.array([0.48, 0.33, 0.22], np.float32)


def draw_stalls(canvas: Canvas, scenes: Scenes, style: Style) -> None:
    """Market stalls on both sides: striped awnings over heaps of fruit."""
    rows = np.flatnonzero(np.isin(scenes.kind, kind_index("market")))
    for k in range(6):
        side, depth = (-1, 1)[k % 2], k // 2
        size = np.float32((0.20, 0.29, 0.44)[depth])
        base = (scenes.horizon + np.float32((0.115, 0.20, 0.37)[depth]))[rows]
        gap = np.float32((0.22, 0.33, 0.46)[depth])
        x = 0.5 + side * gap + between(scenes.seed, "stall", -0.03, 0.03, k)[rows]
        cloth = np.where(
            (k % 3 == 0) & scenes.shows("city")[:, None],
            style.accent,
            ACCENTS[choice(scenes.seed, "cloth", len(ACCENTS), k)],
        )
        cloth, white, wood = (scenes.lit(c) for c in (cloth, _WHITE, _WOOD))
        light = [
            scenes.lit(ACCENTS[choice(scenes.seed, f"fruit {j}", len(ACCENTS), k)])
            for j in range(3)
        ]
        for p in patches(canvas, rows, x - 0.6 * size, x + 0.6 * size, base - 0.92 * size, base):
            i = rows[p.item]
            u, v = (p.x - p.of(x)) / size, (p.of(base) - p.y) / size
            under = box(u, v, 0.46, 0.30, 0.70)
            p.paint(np.float32(0.55) * p.cover(under * size), wood[i] * np.float32(0.35), _BOOTH)
            posts = np.minimum(0.02 - np.abs(np.abs(u) - 0.45), np.minimum(v, 0.72 - v))
            p.paint(p.cover(posts * size), wood[i], _BOOTH)
            p.paint(p.cover(box(u, v, 0.48, 0, 0.32) * size), wood[i] * np.float32(1.1), _BOOTH)
            for j in range(3):
                heap = np.minimum(ball(u, v, -0.30 + 0.30 * j, 0.28, 0.16, 0.95), v - 0.28)
                p.paint(p.cover(heap * size), light[j][i], _FOOD)
            roof = np.minimum(
                0.46 + 0.5 * (0.90 - v) * 0.5 - np.abs(u),
                np.minimum(v - 0.64 - 0.02 * np.abs(np.sin(u * 20)), 0.90 - v),
            )
            stripe = pulses(u * 5, np.float32(0.5), p.pixel / size * 5)
            field = np.stack(
                [
                    cloth[i, c, None, None] * (1 - stripe)
                    + white[i, c, None, None] * stripe
                    + 0 * v
                    for c in range(3)
                ]
            )
            p.paint(p.cover(roof * size), field.astype(np.float32), _AWNING)


def draw_bunting(canvas: Canvas, scenes: Scenes, style: Style) -> None:
    """Strings of pennants in the city's colours across old streets and markets."""
    street = np.isin(scenes.kind, kind_index("oldtown", "market"))
    rows = np.flatnonzero(street & (uniform(scenes.seed, "bunting") < 0.5))
    for k in range(2):
        y = (scenes.horizon - np.float32(0.20 + 0.13 * k))[rows]
        for p in whole(canvas, rows, y - 0.02, y + 0.18):
            i = rows[p.item]
            sag = p.of(y) + np.float32(0.22) * (0.25 - (p.x - 0.5) ** 2)
            below = p.y - sag
            u = p.x * np.float32(9 + 3 * k)
            t = u - np.floor(u)
            flag = np.minimum((0.40 - np.abs(t - 0.5)) * np.float32(0.11) - 0.42 * below, below)
            pick = (np.floor(u).astype(np.int64) % 2 == 0) & (below > -1)
            field = np.stack(
                [
                    scenes.lit(style.accent)[i, c, None, None] * pick
                    + scenes.lit(style.second)[i, c, None, None] * ~pick
                    for c in range(3)
                ]
            )
            p.paint(p.cover(flag), field.astype(np.float32), _FLAG)
            cord = p.cover(np.float32(0.0016) - np.abs(below))
            p.paint(np.float32(0.7) * cord, scenes.lit(np.array([0.3, 0.3, 0.3]), i))


def draw_fountains(canvas: Canvas, scenes: Scenes) -> None:
    """A fountain in the middle of some squares; it is drawn from the photo and says nothing."""
    free = np.isin(scenes.kind, kind_index("plaza")) & ~scenes.shows("landmark")
    rows = np.flatnonzero(free & (uniform(scenes.seed, "fountain") < 0.6))
    base = scenes.horizon[rows] + np.float32(0.20)
    x, size = (
        between(scenes.seed, "fountain x", 0.4, 0.6)[rows],
        between(scenes.place, "fountain size", 0.24, 0.34)[rows],
    )
    stone, water = (
        scenes.lit(np.array([0.70, 0.67, 0.62])),
        (0.6 * scenes.haze + 0.4 * scenes.zenith),
    )
    for p in patches(
        canvas, rows, x - 0.75 * size, x + 0.75 * size, base - 1.1 * size, base + 0.02
    ):
        i = rows[p.item]
        u, v = (p.x - p.of(x)) / p.of(size), (p.of(base) - p.y) / p.of(size)
        basin = np.minimum(0.70 - np.abs(u), np.minimum(v, 0.20 - v))
        pool = ball(u, v, 0, 0.20, 0.66, 0.12)
        pillar = np.maximum(
            box(u, v, 0.06, 0.15, 0.62), np.minimum(ball(u, v, 0, 0.62, 0.26, 0.35), 0.62 - v)
        )
        arc = 0.98 - 6.5 * (np.abs(u) - 0.16) ** 2 - v
        jet = np.minimum(0.035 - np.abs(arc) * 0.30, np.minimum(v - 0.2, 0.42 - np.abs(u)))
        jet = np.maximum(jet, box(u, v, 0.018, 0.6, 1.02))
        for distance, colour in (
            (basin, stone),
            (pool, water),
            (pillar, stone * 0.92),
            (jet, np.minimum(water * 1.1, 1)),
        ):
            p.paint(
                p.cover((distance * p.of(size)).astype(np.float32)),
                colour[i].astype(np.float32),
                concept_index("fountain"),
            )


def draw_cafe_tables(canvas: Canvas, scenes: Scenes, style: Style) -> None:
    """Parasols of a café at the edge of squares, in the city's colour."""
    square = np.isin(scenes.kind, kind_index("plaza", "temple"))
    cafe = square & (uniform(scenes.seed, "cafe") < 0.6)
    side = np.where(uniform(scenes.seed, "cafe side") < 0.5, np.float32(0.12), np.float32(0.88))
    cloth, white, dark = (
        scenes.lit(style.accent),
        scenes.lit(_WHITE),
        scenes.lit(np.array([0.50, 0.35, 0.24])),
    )
    for k in range(3):
        rows = np.flatnonzero(cafe)
        size = np.float32(0.15 + 0.06 * k)
        base = (scenes.horizon + np.float32(0.11 + 0.085 * k))[rows]
        inward = np.where(side < 0.5, np.float32(1), np.float32(-1)) * np.float32(
            0.05 * ((k % 2) * 2 - 1)
        )
        x = (side + inward)[rows]
        for p in patches(
            canvas, rows, x - 0.7 * size, x + 0.7 * size, base - 1.15 * size, base + 0.01
        ):
            i = rows[p.item]
            u, v = (p.x - p.of(x)) / size, (p.of(base) - p.y) / size
            table = np.maximum(
                box(u, v, 0.34, 0.34, 0.40),
                np.minimum(np.float32(0.03) - np.abs(np.abs(u) - 0.26), np.minimum(v, 0.36 - v)),
            )
            p.paint(p.cover(table * size), dark[i], concept_index("table"))
            p.paint(p.cover(box(u, v, 0.022, 0, 0.9) * size), dark[i])
            roof = np.minimum(
                1.10 - v - 0.42 * np.abs(u),
                np.minimum(v - 0.82 + 0.1 * np.abs(u), 0.66 - np.abs(u)),
            )
            stripe = pulses(u * 3, np.float32(0.5), p.pixel / size * 3) + 0 * v
            field = np.stack(
                [
                    cloth[i, c, None, None] * (1 - stripe) + white[i, c, None, None] * stripe
                    for c in range(3)
                ]
            )
            p.paint(p.cover(roof * size), field.astype(np.float32), concept_index("canopy"))
