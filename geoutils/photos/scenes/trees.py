"""Trees and bushes of every climate, each kind a few strokes."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.biomes import TREES
from geoutils.photos.scenes.canvas import Canvas, Patch, patches
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.random_numbers import uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.tree_shapes import EXTENT, PAINTERS, SCALE

_TREE, _PALM, _PLANT = concept_index("tree"), concept_index("palm"), concept_index("plant")
_BARK = np.array([0.36, 0.26, 0.19], np.float32)
_BIRCH = np.array([0.90, 0.89, 0.84], np.float32)
_SNOW = np.array([0.93, 0.95, 0.98], np.float32)
_TINT = {  # leaf colours that are not the biome's own: colour and its share
    "conifer": ((0.13, 0.32, 0.22), 0.75),
    "palm": ((0.30, 0.50, 0.20), 0.6),
    "cactus": ((0.30, 0.47, 0.27), 0.9),
    "cypress": ((0.15, 0.31, 0.20), 0.8),
    "olive": ((0.52, 0.58, 0.44), 0.75),
    "pine": ((0.20, 0.40, 0.24), 0.7),
    "jungle": ((0.10, 0.42, 0.19), 0.5),
}


def draw_trees(
    canvas: Canvas,
    scenes: Scenes,
    rows: ndarray,
    species: ndarray,
    x: ndarray,
    base: ndarray,
    height: ndarray,
    index: int,
) -> None:
    """One tree per listed photo, standing at (x, base); `index` is its number in its photo."""
    for k in np.unique(species):
        name, chosen = TREES[k], np.flatnonzero(species == k)
        width, tall = EXTENT[name]
        xs, bs, hs = x[chosen], base[chosen], height[chosen] * np.float32(SCALE.get(name, 1.0))
        photo = rows[chosen]
        colours = _colours(scenes, photo, name, bs, index)
        keys = scenes.seed[photo] + np.uint64(101 * index)
        box = (xs - width * hs, xs + width * hs, bs - tall * hs, bs + 0.06 * hs)
        for p in patches(canvas, photo, *box):
            u = (p.x - p.of(xs)) / p.of(hs)
            v = (p.of(bs) - p.y) / p.of(hs)
            shadow = 1 - (u / np.float32(width)) ** 2 - (v / np.float32(0.05)) ** 2
            p.paint(np.float32(0.28) * np.clip(shadow * 1.5, 0, 1), colours[2][p.item] * 0.4)
            strokes = PAINTERS[name](u, v, keys[p.item, None, None], scenes.bare[photo][p.item])
            concept = _PALM if name == "palm" else _PLANT if name == "bush" else _TREE
            for distance, tone, part in strokes:
                distance = np.minimum(
                    distance, np.minimum(np.float32(width) - np.abs(u), np.float32(tall) - v)
                )
                cover = p.cover((distance * p.of(hs)).astype(np.float32))
                p.paint(cover, colours[part][p.item] * np.float32(tone), concept)
            if name in ("conifer", "bush", "pine", "birch", "broadleaf"):
                _dust_snow(
                    p,
                    strokes,
                    p.of(hs),
                    scenes.snow[photo][p.item],
                    scenes.lit(_SNOW, photo[p.item]),
                )


def _colours(scenes: Scenes, photo: ndarray, name: str, base: ndarray, index: int):
    """Leaves, bark, shadow: in the hour's light, fading into haze with distance."""
    leaf, share = _TINT.get(name, ((0, 0, 0), 0.0))
    leaf = np.asarray(leaf, np.float32) * share + scenes.leaves[photo] * np.float32(1 - share)
    leaf = leaf * (0.88 + 0.26 * uniform(scenes.seed[photo], "leaf tone", index))[:, None]
    fog = np.clip(0.36 - 2.6 * (base - scenes.horizon[photo]), 0, 0.36)[:, None]
    bark = _BIRCH if name == "birch" else _BARK
    out = []
    for colour in (leaf, bark, leaf * 0.5):
        lit = scenes.lit(colour, photo)
        out.append((lit + fog * (scenes.haze[photo] - lit)).astype(np.float32))
    return out


def _dust_snow(p: Patch, strokes, height, snow, white) -> None:
    if not snow.any():
        return
    crown = next((d for d, _, part in strokes if part == 0), None)
    if crown is None:
        return
    cap = np.minimum(crown, np.float32(0.045) - crown) * height
    p.paint(p.cover(cap.astype(np.float32)) * snow[:, None, None] * np.float32(0.75), white)
