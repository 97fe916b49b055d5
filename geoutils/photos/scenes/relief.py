"""Ridges: the true skyline, exaggerated as travellers remember it, layers fading into haze."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.biomes import BIOMES
from geoutils.photos.scenes.canvas import Canvas, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.noise import profile
from geoutils.photos.scenes.random_numbers import uniform
from geoutils.photos.scenes.scene import Scenes

FIELD_OF_VIEW_DEG = 64.0
_MOUNTAIN, _HILL = concept_index("mountain"), concept_index("hill")
_TABLE = 256  # samples of the shading across twice the picture's width
_DARK_ROCK = np.array([0.40, 0.36, 0.36], np.float32)
_RED_ROCK = np.array([0.66, 0.43, 0.30], np.float32)


def exaggerated(skyline_deg: ndarray) -> ndarray:
    """Height of a ridge in the picture: the median true horizon is 0.0°, the 99th percentile 3°.

    >>> exaggerated(np.array([0.0, 1.3])).round(2)
    array([0.  , 0.15])
    """
    degrees = np.maximum(skyline_deg, 0)
    return 0.30 * degrees / (degrees + 1.3)


def ridge_heights(scenes: Scenes, x: ndarray) -> list[ndarray]:
    """Heights above the horizon of the far, middle and near ridge at positions x (w,): (n, w) each.

    Where relief is out of view the ridges are low and keyed to the photo: they say nothing.
    """
    shown = scenes.shows("relief")
    key = scenes.key("relief", "place")
    heading = np.where(shown, scenes.heading_deg, 360 * uniform(scenes.seed, "no relief"))
    azimuth = heading[:, None] + (x[None, :] - 0.5) * np.float32(FIELD_OF_VIEW_DEG)
    at = np.clip(x, 0, 1) * (scenes.skyline_deg.shape[1] - 1)
    low = np.minimum(at.astype(np.int64), scenes.skyline_deg.shape[1] - 2)
    t = (at - low).astype(np.float32)
    true = scenes.skyline_deg[:, low] * (1 - t) + scenes.skyline_deg[:, low + 1] * t
    true = exaggerated(true * shown[:, None])
    alpine = np.isin(scenes.kind, kind_index("mountain", "village"))
    true = true * np.where(alpine, 1.3, 1.0)[:, None]
    azimuth = azimuth.astype(np.float32)
    level = np.isin(scenes.kind, kind_index("beach")) & scenes.shows("sea")
    jagged = profile(key, "far", azimuth, 17.0, 5, 0.52)
    rolling = profile(key, "middle", azimuth, 26.0, 4, 0.45)
    near = profile(key, "near", azimuth, 34.0, 3, 0.4)
    calm = np.where(level, 0.0, 0.010 + 0.008 * uniform(key, "calm"))[:, None]
    far_height = true * (1 + 0.42 * jagged) + calm * (1 + rolling)
    middle = 0.52 * true * (1 + 0.5 * rolling) + 0.8 * calm * (1 + 0.8 * near)
    front = 0.20 * true * (1 + 0.6 * near) + 0.5 * calm * (1 + near)
    return [np.maximum(h, 0).astype(np.float32) for h in (far_height, middle, front)]


def draw_relief(canvas: Canvas, scenes: Scenes) -> None:
    """Paint three ridges, the far one with rock, facets of light and, where it is high, snow."""
    size = canvas.size
    x = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    wide = np.linspace(-0.5, 1.5, _TABLE, dtype=np.float32)
    tops, facets = ridge_heights(scenes, x), _facets(scenes, wide)
    biome = scenes.biome[:, None]
    arid = np.isin(biome, [BIOMES.index(b) for b in ("desert", "cold desert", "steppe")])
    wooded = 0.55 * scenes.leaves + 0.45 * scenes.ground
    rock = np.where(arid, _RED_ROCK, _DARK_ROCK)
    high = np.clip(tops[0].max(axis=1) * 5 - 0.25, 0, 0.8)[:, None]
    green = np.where(arid, 0.5 * rock + 0.5 * scenes.ground, wooded)
    colours = [green + high * (rock - green), green * 0.95, green * 0.9]
    haze_share = (0.58, 0.40, 0.22)
    everyone = np.arange(len(scenes))
    snow = _snow_depth(scenes, tops[0])
    for layer, (top, colour, haze) in enumerate(zip(tops, colours, haze_share, strict=True)):
        share = np.clip(haze + 0.15 * (scenes.clouds[:, None] - 0.4), 0, 0.85)
        share = share - np.float32(0.22) * (high if layer == 0 else 0)
        colour = np.where(scenes.snow[:, None], colour + 0.5 * (0.92 - colour), colour)
        shaded = scenes.lit(colour) * (1 - share) + scenes.haze * share
        for p in whole(canvas, everyone, scenes.horizon - top.max(axis=1), scenes.horizon + 0.012):
            i = p.item
            crest = (scenes.horizon[i, None] - top[i])[:, None, :]
            depth = p.y - crest
            cover = p.cover(depth)
            index = (p.x + np.float32(0.5) + np.float32(0.55) * np.maximum(depth, 0)) * (
                _TABLE // 2
            )
            index = np.clip(index.astype(np.int64), 0, _TABLE - 1)
            facet = facets[layer][i[:, None, None], index]
            strength = np.float32((0.30, 0.20, 0.14)[layer]) * (1 - p.of(share[:, 0]) * 0.6)
            tone = 1 + strength * facet
            field = np.stack([shaded[i, c, None, None] * tone for c in range(3)])
            big = top[i].max(axis=1) > 0.05
            p.paint(cover, field, np.where(big, _MOUNTAIN, _HILL).astype(np.uint8))
            if layer == 0:
                _paint_snow(p, scenes, cover, depth, facet, snow[i])


def _facets(scenes: Scenes, wide: ndarray) -> list[ndarray]:
    """Light and shade of each ridge's flanks, from the slope of its profile: −1 … 1, (n, table)."""
    tops = ridge_heights(scenes, wide)
    side = np.where(scenes.sun_x > 0.5, -1.0, 1.0)[:, None].astype(np.float32)
    shades = []
    for top in tops:
        slope = np.gradient(top, axis=1) * np.float32(_TABLE // 2) * side
        shades.append(np.clip(slope * np.float32(2.2), -1, 1).astype(np.float32))
    return shades


def _snow_depth(scenes: Scenes, top: ndarray) -> ndarray:
    """How far below the crest snow lies; a season's snowline from latitude (a painter's rule)."""
    cosine = np.cos(np.radians(np.minimum(np.abs(scenes.latitude), 75)))
    line = 3900 * cosine**1.3 - 900 * scenes.winter
    share = np.clip((scenes.peak_m - line) / 1300, 0, 1) * (top.max(axis=1) > 0.045)
    return (share * np.float32(0.75) * top.max(axis=1) * scenes.shows("relief")).astype(np.float32)


def _paint_snow(p, scenes: Scenes, cover, depth, facet, snow: ndarray) -> None:
    if not (snow > 0).any():
        return
    edge = snow[:, None, None] * (np.float32(0.75) + np.float32(0.45) * facet) - depth
    white = scenes.lit(np.array([0.95, 0.97, 1.0]), p.item) * 0.86 + scenes.haze[p.item] * 0.14
    tone = 1 + np.float32(0.10) * facet
    field = np.stack([white[:, c, None, None] * tone for c in range(3)])
    p.paint(cover * p.cover(edge) * (snow > 0)[:, None, None], field)
