"""Water: the open sea with waves and foam, harbours, the river before a skyline, mountain lakes."""

import numpy as np

from geoutils.photos.scenes.canvas import Canvas, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.noise import field, profile
from geoutils.photos.scenes.random_numbers import between, uniform
from geoutils.photos.scenes.scene import Scenes

_SEA, _WATER, _LAKE, _SAND = (concept_index(n) for n in ("sea", "water", "lake", "sand"))
_COLD, _WARM = np.array([0.20, 0.38, 0.50]), np.array([0.10, 0.56, 0.66])
_SAND_COLOUR = np.array([0.90, 0.80, 0.60], np.float32)


def water_colour(scenes: Scenes) -> np.ndarray:
    """Turquoise in the tropics, slate in the north; half of it is the sky's."""
    warm = np.clip(1.25 - np.abs(scenes.latitude) / 40, 0, 1)[:, None]
    own = scenes.lit(_COLD + warm * (_WARM - _COLD))
    return (0.68 * own + 0.32 * scenes.zenith).astype(np.float32)


def shore(scenes: Scenes) -> tuple[np.ndarray, np.ndarray]:
    """Top and bottom of the water in each picture; equal where there is none."""
    kind, horizon = scenes.kind, scenes.horizon
    bottom = horizon.copy()
    beach = np.isin(kind, kind_index("beach")) & scenes.shows("sea")
    bottom = np.where(beach, horizon + between(scenes.seed, "shore", 0.16, 0.28), bottom)
    harbour = np.isin(kind, kind_index("harbour")) & scenes.shows("sea")
    bottom = np.where(harbour, between(scenes.place, "quay", 0.84, 0.92), bottom)
    river = np.isin(kind, kind_index("skyline")) & (uniform(scenes.place, "river") < 0.6)
    bottom = np.where(river, between(scenes.place, "bank", 0.80, 0.92), bottom)
    lake = np.isin(kind, kind_index("mountain")) & (uniform(scenes.place, "lake") < 0.5)
    top = np.where(lake, horizon + 0.06, horizon)
    top = np.where(harbour, horizon + 0.10, np.where(river, horizon + 0.035, top))
    bottom = np.where(lake, horizon + between(scenes.place, "lake depth", 0.16, 0.28), bottom)
    return top.astype(np.float32), bottom.astype(np.float32)


def draw_sea(canvas: Canvas, scenes: Scenes) -> None:
    """Paint the water of every scene that has some, with sparkle, waves and a line of foam."""
    top, bottom = shore(scenes)
    rows = np.flatnonzero(bottom > top)
    if not len(rows):
        return
    colour = water_colour(scenes)
    lake = np.isin(scenes.kind, kind_index("mountain"))
    beach = np.isin(scenes.kind, kind_index("beach"))
    concept = np.where(beach, _SEA, np.where(lake, _LAKE, _WATER)).astype(np.uint8)
    concept[np.isin(scenes.kind, kind_index("harbour"))] = _SEA
    axis = (np.arange(canvas.size, dtype=np.float32) + np.float32(0.5)) / np.float32(canvas.size)
    wide = np.broadcast_to(axis, (len(scenes), len(axis)))
    curve = profile(scenes.seed, "shore line", wide, 0.55, 2, 0.4) * 0.022
    curve = curve + (wide - 0.5) * between(scenes.seed, "shore slope", -0.12, 0.12)[:, None]
    edge = (bottom[:, None] + np.where(beach[:, None], curve, 0.3 * curve)).astype(np.float32)
    for p in whole(canvas, rows, top[rows] - 0.01, bottom[rows] + 0.12):
        i = rows[p.item]
        down = p.y - top[i, None, None]
        above = edge[i][:, None, :] - p.y
        cover = p.cover(np.minimum(down, above))
        share = np.clip(down / np.maximum(bottom - top, 0.1)[i, None, None], 0, 1)
        line = np.sqrt(share[:, :, p.x.shape[2] // 2])
        waves = field(scenes.seed[i], "waves", 2 + 26 * line, p.x[:, 0] * 4, 32)
        ripple = field(scenes.seed[i], "ripples", 1 + 22 * line, p.x[:, 0] * 9, 32)
        tone = 1 + np.float32(0.13) * waves + np.float32(0.10) * ripple
        pale = np.float32(0.55) * np.square(1 - share)
        shallow = np.where(beach[i], 0.35, 0.0)[:, None, None] * share * share
        mixed = []
        for c in range(3):
            deep = colour[i, c, None, None] * tone
            deep = deep + pale * (scenes.haze[i, c, None, None] - deep)
            light = scenes.lit(_SAND_COLOUR, i)[:, c, None, None]
            mixed.append((deep + shallow * (light - deep)).astype(np.float32))
        p.paint(cover, np.stack(mixed), concept[i])
        kerb = np.isin(scenes.kind[i], kind_index("harbour"))[:, None, None]
        stone = p.cover(np.minimum(above + np.float32(0.022), -above))
        p.paint(stone * kerb, scenes.lit(np.array([0.46, 0.43, 0.40]), i))
        glint = np.clip(1 - np.abs(scenes.sun_deg[i] - 6) / 14, 0, 1)[:, None, None]
        path = np.clip(1 - np.abs(p.x - p.of(scenes.sun_x[rows])) * 7, 0, 1)
        sparkle = np.clip(ripple + np.float32(0.25), 0, 1) * path * glint
        p.paint(cover * sparkle * np.float32(0.8), np.minimum(scenes.haze[i] * 1.15, 1))
        foam = np.abs(above + np.float32(0.004) * waves) - np.float32(0.007)
        lap = np.abs(above - np.float32(0.035) - np.float32(0.012) * waves) - np.float32(0.003)
        surf = np.maximum(p.cover(-foam), np.float32(0.6) * p.cover(-lap))
        surf = surf * (beach[i] * np.float32(0.9))[:, None, None]
        p.paint(surf, scenes.lit(np.array([0.96, 0.98, 0.98]), i))


def draw_sand(canvas: Canvas, scenes: Scenes) -> None:
    """Paint the sand of beaches, wet and darker along the water."""
    rows = np.flatnonzero(np.isin(scenes.kind, kind_index("beach")))
    if not len(rows):
        return
    _, bottom = shore(scenes)
    shade = between(scenes.place, "sand", 0.0, 1.0)[:, None]
    grey = np.array([0.74, 0.68, 0.56], np.float32)
    own = 0.75 * (_SAND_COLOUR + (shade**2) * (grey - _SAND_COLOUR)) + 0.25 * scenes.ground
    lit = scenes.lit(own)
    for p in whole(canvas, rows, bottom[rows] - 0.14, np.ones(len(rows), np.float32)):
        i = rows[p.item]
        depth = p.y - bottom[i, None, None] + np.float32(0.14)
        near = np.clip(depth * np.float32(1.8), 0, 1)
        line = near[:, :, p.x.shape[2] // 2]
        ripples = field(scenes.seed[i], "sand", 2 + 14 * line, p.x[:, 0] * 5, 16)
        grain = field(scenes.seed[i], "grain", 30 * line, p.x[:, 0] * 28, 32)
        tone = np.float32(0.88) + np.float32(0.14) * near
        tone = tone + np.float32(0.035) * ripples + np.float32(0.035) * grain
        mixed = np.stack([lit[i, c, None, None] * tone for c in range(3)])
        p.paint(p.cover(depth), mixed.astype(np.float32), _SAND)
