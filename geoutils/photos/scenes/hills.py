"""Rolling country before the ridges: crops, dunes, terraces, the edge of a wood."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.biomes import BIOMES
from geoutils.photos.scenes.canvas import Canvas, pulses, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import colours
from geoutils.photos.scenes.ground import SNOW, ground_colour
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.noise import field, profile
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes

_FIELD, _SAND, _TREE, _HILL = (concept_index(n) for n in ("field", "sand", "tree", "hill"))
_CROPS = colours("8fae4a d9b648 6f9440 c9a050 a8b860 7a8f3c b5894a e3c96a")
_TULIPS = colours("d8433c f0c23c d96a9f f4f0e0 e8853c 8a4f9f")
_TABLE = 512  # samples of the light on dunes across twice the picture's width
_PADDY = colours("7fae48 9fbf5a 5f9a4a b8c860")


def draw_hills(canvas: Canvas, scenes: Scenes) -> None:
    """Paint whatever rolls behind the foreground of nature scenes."""
    _draw_fields(canvas, scenes, np.flatnonzero(np.isin(scenes.kind, kind_index("fields"))))
    _draw_dunes(canvas, scenes, np.flatnonzero(np.isin(scenes.kind, kind_index("desert"))))
    _draw_terraces(canvas, scenes, np.flatnonzero(np.isin(scenes.kind, kind_index("terraces"))))
    wooded = np.isin(scenes.kind, kind_index("forest"))
    _draw_canopy(canvas, scenes, np.flatnonzero(wooded), 0.20, 0.06)
    edge = np.isin(scenes.kind, kind_index("fields", "mountain", "village", "suburb"))
    edge &= scenes.shows("vegetation") & ~np.isin(scenes.biome, _BARE)
    _draw_canopy(canvas, scenes, np.flatnonzero(edge), 0.018, 0.016)


_BARE = np.array([BIOMES.index(b) for b in ("desert", "cold desert", "tundra", "ice")])


def is_flat_country(scenes: Scenes) -> ndarray:
    """Polders: low, level land of the Atlantic coast, with canals, tulips and windmills."""
    level = scenes.skyline_deg.max(axis=1) < 0.35
    return level & (scenes.altitude_m < 25) & (scenes.biome == BIOMES.index("oceanic"))


def _columns(canvas: Canvas, rows: ndarray) -> ndarray:
    axis = (np.arange(canvas.size, dtype=np.float32) + np.float32(0.5)) / np.float32(canvas.size)
    return np.broadcast_to(axis, (len(rows), canvas.size))


def _draw_fields(canvas: Canvas, scenes: Scenes, rows: ndarray) -> None:
    """Four strips of crops, rows of plants running to the vanishing point."""
    if not len(rows):
        return
    wide, s = _columns(canvas, rows), scenes[rows]
    flat = is_flat_country(s)
    rolling = np.where(flat, 0.0, 0.022 + 0.03 * uniform(s.place, "rolling"))
    spring = flat & (s.winter < 0.35) & (s.winter > -0.85)
    for k in range(4):
        top = s.horizon[:, None] + np.float32((0.012, 0.055, 0.125, 0.24)[k])
        wave = profile(s.seed, f"field {k}", wide, 0.75, 2, 0.35)
        top = (top + rolling[:, None] * wave * (0.5 + 0.3 * k)).astype(np.float32)
        crop = _CROPS[choice(s.seed, "crop", len(_CROPS), k)]
        crop = 0.62 * crop + 0.38 * s.ground
        tulip = _TULIPS[choice(s.seed, "tulip", len(_TULIPS), k)]
        crop = np.where((spring & (k != 1))[:, None], tulip, crop)
        crop = np.where(s.shows("ground")[:, None], crop, ground_colour(s))
        crop = np.where(s.snow[:, None], SNOW - 0.04 * (k % 2), crop)
        lit = s.lit(crop)
        vanish = between(s.seed, "rows", -0.3, 1.3, k)
        density = between(s.seed, "row density", 5, 10, k) * (0.7 + 0.5 * flat)
        for p in whole(canvas, rows, top.min(axis=1), np.ones(len(rows), np.float32)):
            i = p.item
            depth = p.y - top[i][:, None, :]
            cover = p.cover(depth)
            far = np.maximum(p.y - s.horizon[i, None, None], np.float32(0.012))
            scale = density[i, None, None] * np.float32(0.12) / far
            furrow = pulses((p.x - p.of(vanish)) * scale, np.float32(0.5), p.pixel * scale)
            away = np.float32(0.34) * np.exp(-far * 9)
            tone = np.float32(1.03) - np.float32(0.17) * furrow
            mixed = [
                lit[i, c, None, None] * tone * (1 - away) + s.haze[i, c, None, None] * away
                for c in range(3)
            ]
            p.paint(cover, np.stack(mixed).astype(np.float32), _FIELD)
            hedge = p.cover(np.float32(0.004 + 0.003 * k) - np.abs(depth))
            hedge = hedge * (~flat[i])[:, None, None]
            p.paint(np.float32(0.8) * hedge, s.lit(s.leaves * 0.75)[i], _FIELD)


def _draw_dunes(canvas: Canvas, scenes: Scenes, rows: ndarray) -> None:
    """Four dunes with sharp crests: one flank in the sun, one in shadow."""
    if not len(rows):
        return
    s = scenes[rows]
    wide = np.broadcast_to(np.linspace(-0.5, 1.5, _TABLE, dtype=np.float32), (len(rows), _TABLE))
    axis = _columns(canvas, rows)
    erg = (s.biome == BIOMES.index("desert")) | (uniform(s.place, "erg") < 0.3)
    amplitude = np.where(erg, 1.0, 0.35)[:, None]
    lit = s.lit(ground_colour(s))
    for k in range(4):
        height = np.float32((0.10, 0.17, 0.19, 0.20)[k])
        base = s.horizon[:, None] + np.float32((0.02, 0.09, 0.20, 0.36)[k])

        def crest(x, k=k, height=height, base=base):
            swell = profile(s.seed, f"dune {k}", x, 0.62 + 0.1 * k, 1)
            sharp = 1 - np.abs(swell) * (2 - np.abs(swell))
            return (base - height * amplitude * (1.25 * sharp - 0.35)).astype(np.float32)

        top = crest(axis)
        slope = np.gradient(crest(wide), axis=1) * np.float32(_TABLE // 2)
        slope = slope * np.where(s.sun_x > 0.5, 1, -1)[:, None]
        slope = np.clip(slope * 14, -1, 1).astype(np.float32)
        for p in whole(canvas, rows, top.min(axis=1), np.ones(len(rows), np.float32)):
            i = p.item
            depth = p.y - top[i][:, None, :]
            index = ((p.x + 0.5 + 0.95 * np.maximum(depth, 0)) * (_TABLE // 2)).astype(np.int64)
            shade = slope[i[:, None, None], np.clip(index, 0, _TABLE - 1)]
            fade = np.clip(1 - depth / np.float32(0.20), 0, 1)
            line = np.clip(p.y[:, :, 0] * 30, 0, None)
            ripple = field(s.seed[i], "dune ripples", line, p.x[:, 0] * 5, 32)
            tone = (
                1
                + fade * (np.float32(0.04) - np.float32(0.27) * np.maximum(shade, 0))
                + np.float32(0.04) * ripple
            )
            away = np.float32((0.42, 0.22, 0.08, 0.0)[k])
            mixed = [
                lit[i, c, None, None] * tone * (1 - away) + s.haze[i, c, None, None] * away
                for c in range(3)
            ]
            p.paint(p.cover(depth), np.stack(mixed).astype(np.float32), _SAND)


def _draw_terraces(canvas: Canvas, scenes: Scenes, rows: ndarray) -> None:
    """Three hillsides cut into steps; some steps are flooded and mirror the sky."""
    if not len(rows):
        return
    s, wide = scenes[rows], _columns(canvas, rows)
    for k in range(3):
        base = s.horizon[:, None] + np.float32((0.06, 0.20, 0.40)[k])
        lean = (uniform(s.place, "lean", k)[:, None] - 0.5) * (wide - 0.5) * np.float32(0.7)
        swell = profile(s.place, f"terrace {k}", wide, 0.8, 2, 0.4)
        top = (base + lean * (1 - 0.2 * k) - 0.06 * swell).astype(np.float32)
        green = 0.75 * _PADDY[choice(s.seed, "paddy", len(_PADDY), k)] + 0.25 * s.leaves
        lit, dark = s.lit(green), s.lit(0.55 * green)
        water = (0.5 * s.zenith + 0.5 * s.haze).astype(np.float32)
        flooded = uniform(s.trip, "flooded") < 0.6
        for p in whole(canvas, rows, top.min(axis=1), np.ones(len(rows), np.float32)):
            i = p.item
            depth = p.y - top[i][:, None, :]
            cover = p.cover(depth)
            bend = np.float32(0.012) * swell[i][:, None, :] * np.sin(depth * 40 + 3 * k)
            period = np.float32(0.030 + 0.014 * k)
            u = (depth + bend) / period
            wall = pulses(u, np.float32(0.30), p.pixel / period)
            number = np.floor(u + np.float32(0.5)).astype(np.int64)
            seed = s.seed[i, None, None] + np.uint64(1000 * k)
            tone = np.float32(0.88) + np.float32(0.26) * uniform(seed, "step", number)
            wet = (uniform(seed, "wet", number) < 0.3) & flooded[i, None, None]
            away = np.float32((0.35, 0.15, 0.0)[k])
            mixed = []
            for c in range(3):
                value = lit[i, c, None, None] * tone
                value = value + 0.75 * wet * (water[i, c, None, None] - value)
                value = value + wall * (dark[i, c, None, None] - value)
                mixed.append(value * (1 - away) + s.haze[i, c, None, None] * away)
            p.paint(cover, np.stack(mixed).astype(np.float32), _FIELD)


def _draw_canopy(canvas: Canvas, scenes: Scenes, rows: ndarray, height: float, bump: float) -> None:
    """Crowns of a wood seen from outside, two rows deep, round or pointed by biome."""
    if not len(rows):
        return
    s, wide = scenes[rows], _columns(canvas, rows)
    pointed = (s.biome == BIOMES.index("boreal"))[:, None]
    for k in range(2):
        drift = profile(s.place, f"wood {k}", wide, 0.5, 2, 0.5)
        u = wide / np.float32(0.035 + bump * 0.5) + 7 * uniform(s.seed, "crowns", k)[:, None]
        number = np.floor(u).astype(np.int64)
        t = u - number
        size = np.float32(0.5) + np.float32(0.5) * uniform(s.seed[:, None], f"crown {k}", number)
        crown = np.where(pointed, 1.6 * (1 - np.abs(2 * t - 1)), np.sqrt(4 * t * (1 - t) + 0.02))
        lift = height * (1 - 0.45 * k) * (0.75 + 0.35 * drift) + bump * size * crown
        top = (s.horizon[:, None] + np.float32(0.015) - lift).astype(np.float32)
        colour = s.leaves * np.float32((0.72, 0.95)[k])
        colour = np.where(s.snow[:, None], 0.6 * colour + 0.4 * SNOW, colour)
        share = (0.34, 0.16)[k] * (1.0 if height > 0.1 else 1.4)
        lit = s.lit(colour) * (1 - share) + s.haze * share
        for p in whole(canvas, rows, top.min(axis=1), s.horizon + 0.03):
            i = p.item
            depth = p.y - top[i][:, None, :]
            below = s.horizon[i, None, None] + np.float32(0.025) - p.y
            cover = p.cover(np.minimum(depth, below))
            blob = field(s.seed[i], f"leaf {k}", p.y[:, :, 0] * 26, p.x[:, 0] * 22, 32)
            tone = 1 + np.float32(0.13) * blob - np.clip(depth * 1.6, 0, 0.3)
            mixed = np.stack([lit[i, c, None, None] * tone for c in range(3)])
            p.paint(cover, mixed.astype(np.float32), _TREE)
