"""What furnishes open country: parasols, boats, tents, mills, stones, flowers."""

import numpy as np

from geoutils.photos.scenes.canvas import Canvas, patches, pulses
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import ACCENTS
from geoutils.photos.scenes.hills import is_flat_country
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.outlines import ball, box, cone
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.sea import shore

_AWNING, _BOOTH, _FOOD, _BOAT, _TENT, _ROCK, _FLOWER, _FLAG, _TOWER = (
    concept_index(n)
    for n in ("awning", "booth", "food", "boat", "tent", "rock", "flower", "flag", "tower")
)
_WHITE = np.array([0.95, 0.95, 0.92], np.float32)
_WOOD = np.array([0.48, 0.33, 0.22], np.float32)


def draw_parasols(canvas: Canvas, scenes: Scenes) -> None:
    """Parasols and towels on beaches."""
    rows = np.flatnonzero(np.isin(scenes.kind, kind_index("beach")) & (scenes.sun_deg > 0))
    _, water = shore(scenes)
    for k in range(3):
        r = rows[uniform(scenes.seed, "parasol", k)[rows] < 0.5]
        base = np.minimum(water[r] + np.float32(0.09 + 0.09 * k), 0.97).astype(np.float32)
        size = np.float32(0.12 + 0.055 * k)
        x = between(scenes.seed, "parasol x", 0.08, 0.92, k)[r]
        cloth, white = (
            scenes.lit(ACCENTS[choice(scenes.seed, "parasol cloth", 10, k)]),
            scenes.lit(_WHITE),
        )
        for p in patches(
            canvas, r, x - 0.7 * size, x + 0.7 * size, base - 1.1 * size, base + 0.1 * size
        ):
            i = r[p.item]
            u, v = (p.x - p.of(x)) / size, (p.of(base) - p.y) / size
            shadow = 1 - ((u - 0.2) / 0.5) ** 2 - (v / 0.07) ** 2
            p.paint(np.float32(0.3) * np.clip(shadow * 2, 0, 1), cloth[i] * 0.3)
            p.paint(p.cover(box(u, v, 0.022, 0, 0.9) * size), white[i] * np.float32(0.8))
            dome = np.minimum(ball(u, v, 0, 0.58, 0.56, 0.78), v - 0.62)
            stripe = pulses(
                u * 2.6 / np.maximum(1.25 - v, 0.25), np.float32(0.5), p.pixel / size * 3
            )
            field = np.stack(
                [
                    cloth[i, c, None, None] * (1 - stripe) + white[i, c, None, None] * stripe
                    for c in range(3)
                ]
            )
            p.paint(p.cover(dome * size), field.astype(np.float32), concept_index("canopy"))


def draw_boats(canvas: Canvas, scenes: Scenes) -> None:
    """Sailing boats and rowing boats on any water that is wide enough."""
    top, bottom = shore(scenes)
    wet = bottom - top > 0.06
    for k in range(3):
        rows = np.flatnonzero(wet & (uniform(scenes.seed, "boat", k) < 0.5))
        share = (k + between(scenes.seed, "boat y", 0.15, 0.85, k)[rows]) / 3.4
        low = np.minimum(bottom[rows], 1.0)
        base = (top[rows] + 0.012 + (low - top[rows] - 0.03) * share).astype(np.float32)
        size = (0.045 + 0.42 * (base - scenes.horizon[rows])).astype(np.float32)
        x = between(scenes.seed, "boat x", 0.06, 0.94, k)[rows]
        sail = uniform(scenes.seed, "sail", k)[rows] < 0.6
        hull = scenes.lit(ACCENTS[choice(scenes.seed, "hull", len(ACCENTS), k)], slice(None))
        cloth = scenes.lit(_WHITE)
        for p in patches(
            canvas, rows, x - 0.7 * size, x + 0.7 * size, base - 1.3 * size, base + 0.3 * size
        ):
            i = rows[p.item]
            u, v = (p.x - p.of(x)) / p.of(size), (p.of(base) - p.y) / p.of(size)
            mirror = np.minimum(0.42 + v - np.abs(u), np.minimum(-v, v + 0.18))
            p.paint(
                np.float32(0.4) * p.cover(mirror.astype(np.float32) * p.of(size)),
                hull[i] * np.float32(0.5),
            )
            body = np.minimum(0.36 + 0.7 * v - np.abs(u), np.minimum(v, 0.17 - v))
            mast = np.where(p.of(sail), box(u, v, 0.016, 0.1, 1.22), -1.0)
            jib = np.minimum(np.minimum(u - 0.03, (1.15 - v) * 0.42 - u), v - 0.22)
            main = np.minimum(np.minimum(-u - 0.03, (1.18 - v) * 0.36 + u), v - 0.22)
            cabin = np.where(p.of(sail), -1.0, box(u, v, 0.14, 0.15, 0.34))
            sails = np.where(p.of(sail), np.maximum(jib, main), -1.0)
            for distance, colour in (
                (mast, hull * 0.6),
                (sails, cloth),
                (cabin, cloth),
                (body, hull),
            ):
                p.paint(p.cover((distance * p.of(size)).astype(np.float32)), colour[i], _BOAT)


def draw_tents(canvas: Canvas, scenes: Scenes) -> None:
    """Nomads' tents among the dunes."""
    desert = np.isin(scenes.kind, kind_index("desert"))
    rows = np.flatnonzero(desert & (uniform(scenes.seed, "tent") < 0.35))
    size, base = (
        between(scenes.seed, "tent size", 0.14, 0.24)[rows],
        scenes.horizon[rows] + between(scenes.seed, "tent y", 0.14, 0.26)[rows],
    )
    x = between(scenes.seed, "tent x", 0.15, 0.85)[rows]
    cloth = scenes.lit(0.7 * ACCENTS[choice(scenes.seed, "tent cloth", len(ACCENTS))] + 0.15)
    for p in patches(
        canvas, rows, x - 0.75 * size, x + 0.75 * size, base - 0.6 * size, base + 0.02
    ):
        i = rows[p.item]
        u, v = (p.x - p.of(x)) / p.of(size), (p.of(base) - p.y) / p.of(size)
        tent = np.minimum(
            np.maximum(0.48 - v - 0.65 * np.abs(u), 0.40 - v - 0.55 * np.abs(np.abs(u) - 0.25)), v
        )
        p.paint(p.cover((tent * p.of(size)).astype(np.float32)), cloth[i], _TENT)
        door = np.minimum(cone(u, v, 0.12, 0, 0.32), v)
        p.paint(p.cover((door * p.of(size)).astype(np.float32)), cloth[i] * np.float32(0.35), _TENT)


def draw_mills(canvas: Canvas, scenes: Scenes) -> None:
    """A windmill in the polders."""
    rows = np.flatnonzero(
        np.isin(scenes.kind, kind_index("fields", "village"))
        & is_flat_country(scenes)
        & (uniform(scenes.seed, "mill") < 0.7)
    )
    size = between(scenes.seed, "mill size", 0.24, 0.38)[rows]
    x, base = (
        between(scenes.seed, "mill x", 0.15, 0.85)[rows],
        scenes.horizon[rows] + np.float32(0.05),
    )
    body, dark = scenes.lit(np.array([0.55, 0.36, 0.26])), scenes.lit(np.array([0.25, 0.24, 0.24]))
    turn = 1.4 * uniform(scenes.seed, "sails")[rows]
    for p in patches(canvas, rows, x - 0.6 * size, x + 0.6 * size, base - 1.25 * size, base):
        i = rows[p.item]
        u, v = (p.x - p.of(x)) / p.of(size), (p.of(base) - p.y) / p.of(size)
        tower = np.minimum(0.20 - 0.11 * v - np.abs(u), np.minimum(v, 0.68 - v))
        p.paint(p.cover((tower * p.of(size)).astype(np.float32)), body[i], _TOWER)
        cap = np.minimum(ball(u, v, 0, 0.68, 0.14, 0.9), v - 0.67)
        sine, cosine = np.sin(p.of(turn)), np.cos(p.of(turn))
        a, b = u * cosine + (v - 0.74) * sine, (v - 0.74) * cosine - u * sine
        blades = np.maximum(
            np.minimum(0.028 - np.abs(a), 0.50 - np.abs(b)),
            np.minimum(0.028 - np.abs(b), 0.50 - np.abs(a)),
        )
        for distance in (cap, blades):
            p.paint(p.cover((distance * p.of(size)).astype(np.float32)), dark[i], _TOWER)


def draw_litter(canvas: Canvas, scenes: Scenes) -> None:
    """Stones and flowers in the foreground of natural ground."""
    natural = np.isin(
        scenes.kind, kind_index("mountain", "desert", "savanna", "forest", "fields", "village")
    )
    for k in range(7):
        rows = np.flatnonzero(natural & (uniform(scenes.seed, "litter", k) < 0.75))
        y = (
            scenes.horizon[rows]
            + 0.12
            + (0.86 - scenes.horizon[rows]) * uniform(scenes.seed, "litter y", k)[rows] ** 0.7
        )
        x = uniform(scenes.seed, "litter x", k)[rows]
        size = (0.02 + 0.06 * (y - scenes.horizon[rows])).astype(np.float32)
        bloom = (
            np.isin(scenes.kind[rows], kind_index("mountain", "fields", "village"))
            & (scenes.winter[rows] < 0.2)
            & ~scenes.snow[rows]
        )
        petal = scenes.lit(ACCENTS[choice(scenes.seed, "petal", len(ACCENTS))], slice(None))[rows]
        stone = scenes.lit(0.5 * scenes.ground + 0.2)[rows]
        colour = np.where(bloom[:, None], petal, stone).astype(np.float32)
        concept = np.where(bloom, _FLOWER, _ROCK).astype(np.uint8)
        for p in patches(canvas, rows, x - 1.3 * size, x + 1.3 * size, y - size, y + 0.6 * size):
            u, v = (p.x - p.of(x)) / p.of(size), (p.of(y) - p.y) / p.of(size)
            blob = np.minimum(ball(u, v, 0, 0, 1.0, 0.6), v + 0.25)
            dots = np.maximum.reduce(
                [
                    ball(u, v, cx, cy, 0.28)
                    for cx, cy in ((-0.7, 0.1), (0, 0.45), (0.65, 0.0), (0.1, -0.2))
                ]
            )
            shape = np.where(p.of(bloom), dots, blob) * p.of(size)
            p.paint(p.cover(shape.astype(np.float32)), colour[p.item], concept[p.item])
