"""The ground in perspective: grass, earth, sand, snow or paving, its texture thinning out afar."""

import numpy as np

from geoutils.photos.scenes.biomes import BIOMES, GRASSY
from geoutils.photos.scenes.canvas import Canvas, pulses, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import colours
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.noise import field
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes

_GRASS, _EARTH, _SAND, _PAVING, _FLOOR = (
    concept_index(name) for name in ("grass", "earth", "sand", "sidewalk", "path")
)
_PAVINGS = colours(  # limestone, brick, basalt, granite, sandstone, slate …
    "b8aca0 c9b79a a9664f c4a184 8e8f94 e3d8bd cfa596 a8a498 c99a5f 6f747a d9c7a0 b5786a"
)
_DRAB = np.array([0.52, 0.53, 0.44], np.float32)  # where the ground says nothing
SNOW = np.array([0.91, 0.93, 0.97], np.float32)


def is_paved(scenes: Scenes) -> np.ndarray:
    """Whether the scene stands on paving instead of soil."""
    return np.isin(scenes.kind, kind_index("plaza", "market", "temple", "oldtown", "harbour"))


def paving_colour(scenes: Scenes) -> np.ndarray:
    """Colour of pavements and squares at noon, (n, 3): every country has its stone."""
    key = scenes.key("country", "country")
    tone = between(key[:, None], "paving tone", -0.05, 0.05, np.arange(3))
    return np.clip(_PAVINGS[choice(key, "paving", len(_PAVINGS))] + tone, 0, 1)


def ground_colour(scenes: Scenes) -> np.ndarray:
    """Colour of the ground at noon, before texture and haze: soil, snow or paving, (n, 3)."""
    soil = np.where(scenes.shows("ground")[:, None], scenes.ground, _DRAB)
    soil = np.where(scenes.snow[:, None], SNOW, soil)
    paving = paving_colour(scenes)
    paving = np.where(scenes.snow[:, None], 0.5 * paving + 0.5 * SNOW, paving)
    return np.where(is_paved(scenes)[:, None], paving, soil).astype(np.float32)


def ground_concept(scenes: Scenes) -> np.ndarray:
    """ADE20K concept of the ground."""
    sandy = scenes.biome == BIOMES.index("desert")
    natural = np.where(GRASSY[scenes.biome] & ~scenes.snow, _GRASS, _EARTH)
    natural = np.where(sandy & ~scenes.snow, _SAND, natural)
    natural = np.where(scenes.shows("ground"), natural, _EARTH)
    return np.where(is_paved(scenes), _PAVING, natural).astype(np.uint8)


def draw_ground(canvas: Canvas, scenes: Scenes, rows: np.ndarray) -> None:
    """Paint the ground from the horizon to the lower edge."""
    if not len(rows):
        return
    colour, concept = ground_colour(scenes), ground_concept(scenes)
    paved = is_paved(scenes)
    lit, horizon = scenes.lit(colour), scenes.horizon
    for p in whole(canvas, rows, horizon[rows], np.ones(len(rows), np.float32)):
        i = rows[p.item]
        depth = p.y - horizon[i, None, None]
        cover = p.cover(depth)
        near = np.clip(depth / (1 - horizon[i, None, None]), 0, 1)
        line = near[:, :, p.x.shape[2] // 2]
        rough = field(scenes.seed[i], "soil", (3 + 9 * np.sqrt(line)), p.x[:, 0] * 7, 16)
        detail = field(scenes.seed[i], "soil fine", 8 + 22 * np.sqrt(line), p.x[:, 0] * 23, 32)
        tone = np.float32(0.09) * rough + np.float32(0.06) * detail
        tone *= np.where(paved[i], 0.35, 1)[:, None, None].astype(np.float32)
        tone += np.float32(0.93) + np.float32(0.14) * near
        away = np.float32(0.38) * np.square(1 - near)
        mixed = np.stack(
            [
                lit[i, c, None, None] * tone * (1 - away) + scenes.haze[i, c, None, None] * away
                for c in range(3)
            ]
        )
        p.paint(cover, mixed.astype(np.float32), concept[i])
    _draw_slabs(canvas, scenes, rows[paved[rows]], lit)


def _draw_slabs(canvas: Canvas, scenes: Scenes, rows: np.ndarray, lit: np.ndarray) -> None:
    """Joints of the paving: a grid that runs to the vanishing point."""
    if not len(rows):
        return
    horizon = scenes.horizon
    spacing = 0.16 + 0.16 * uniform(scenes.key("city", "metro"), "slabs")
    dark = lit * np.float32(0.80)
    for p in whole(canvas, rows, horizon[rows] + 0.03, np.ones(len(rows), np.float32)):
        i = rows[p.item]
        depth = np.maximum(p.y - horizon[i, None, None], np.float32(0.02))
        across = (p.x - 0.5) / depth / spacing[i, None, None]
        along = np.float32(0.30) / depth / spacing[i, None, None]
        pixel = np.float32(p.pixel)
        thin = np.full_like(depth, 0.10)
        joint = pulses(across, thin, pixel / depth / spacing[i, None, None])
        rungs = pulses(along, thin, pixel * along / depth)
        below = p.cover(p.y - horizon[i, None, None] - np.float32(0.03))
        p.paint(np.float32(0.55) * below * np.maximum(joint, rungs), dark[i])
