"""Where trees stand: avenues, groves, palms behind a beach; never on water."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.biomes import TREE_LIMITS, TREES
from geoutils.photos.scenes.buildings import EYE
from geoutils.photos.scenes.canvas import Canvas
from geoutils.photos.scenes.kinds import KINDS, kind_index
from geoutils.photos.scenes.random_numbers import between, uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.sea import shore
from geoutils.photos.scenes.trees import draw_trees

_PALM, _CACTUS, _BUSH = (TREES.index(n) for n in ("palm", "cactus", "bush"))
_COUNT = {  # trees in a scene of each kind, at most
    "plaza": 3,
    "skyline": 3,
    "temple": 5,
    "harbour": 2,
    "suburb": 7,
    "village": 7,
    "beach": 5,
    "fields": 6,
    "terraces": 4,
    "mountain": 9,
    "forest": 16,
    "desert": 4,
    "savanna": 8,
}
_MAX = np.array([_COUNT.get(kind, 0) for kind in KINDS])


def species_of(scenes: Scenes, index: int) -> ndarray:
    """Species of the index-th tree of each scene, from the shares of its biome."""
    draw = uniform(scenes.seed, "species", index)[:, None]
    species = (draw >= TREE_LIMITS[scenes.biome][:, :-1]).sum(axis=1)
    return np.where((species == _CACTUS) & ~scenes.americas, _BUSH, species)


def plant_avenues(
    canvas: Canvas, scenes: Scenes, vanish: ndarray, half: ndarray, end: ndarray
) -> None:
    """Trees on both pavements of streets, far ones first, a row of one species."""
    street = np.isin(scenes.kind, kind_index("street", "suburb"))
    rows = np.flatnonzero(street & scenes.shows("vegetation"))
    species = species_of(scenes, 0)
    species = np.where(np.isin(species, [_BUSH, _CACTUS]), species_of(scenes, 3), species)
    step = between(scenes.place, "avenue step", 1.0, 1.6)
    for k in (4, 3, 2, 1, 0):
        for side in (-1, 1):
            z = np.minimum(
                0.75 + 0.55 * k * step + 0.1 * uniform(scenes.seed, "avenue", k), end * 0.9
            )
            x = vanish + side * (half - np.float32(0.07)) / z
            base = scenes.horizon + EYE / z
            height = between(scenes.place, "avenue height", 0.34, 0.5) / z
            keep = uniform(scenes.seed, f"avenue {side}", k)[rows] < 0.72
            r = rows[keep]
            draw_trees(canvas, scenes, r, species[r], x[r], base[r], height[r], 20 + k)


def plant_groves(canvas: Canvas, scenes: Scenes) -> None:
    """Trees in the open, far ones first, thicker towards the edges than in the middle."""
    top, bottom = shore(scenes)
    wooded = np.isin(scenes.kind, kind_index("forest"))
    beach = np.isin(scenes.kind, kind_index("beach"))
    built = np.isin(scenes.kind, kind_index("plaza", "temple", "skyline", "harbour", "village"))
    count = np.where(
        wooded,
        _MAX[scenes.kind],
        np.ceil(_MAX[scenes.kind] * (0.45 + 0.55 * uniform(scenes.seed, "trees"))),
    )
    for k in range(int(_MAX.max())):
        rank = (k + uniform(scenes.seed, "tree depth", k)) / np.maximum(count, 1)
        depth = np.clip(rank, 0, 1) ** 1.5
        first = np.where(beach, bottom - scenes.horizon + 0.07, np.where(built, 0.10, 0.03))
        base = scenes.horizon + first + (np.float32(0.92) - scenes.horizon - first) * depth * 0.85
        wet = (base > top - 0.01) & (base < bottom + 0.03)
        base = np.where(wet & (bottom < 1), bottom + 0.03 + 0.1 * depth, base)
        grand = np.isin(scenes.kind, kind_index("savanna", "beach"))
        size = np.where(wooded, 1.0, np.where(built, 0.34, np.where(grand, 0.72, 0.45)))
        height = 0.07 + size * (base - scenes.horizon) * (
            0.75 + 0.5 * uniform(scenes.seed, "tree size", k)
        )
        height = np.minimum(height * np.where(wooded, 1.5, 1.0), 0.95)
        x = uniform(scenes.seed, "tree x", k)
        outward = np.where(x < 0.5, 0.42 * x / 0.5, 1 - 0.42 * (1 - x) / 0.5)
        x = np.where(depth > 0.25, outward, x)
        x = np.where(built | beach, np.where(x < 0.5, 0.22 * x / 0.5, 1 - 0.22 * (1 - x) / 0.5), x)
        species = species_of(scenes, k)
        under = wooded & (k % 4 == 3)  # undergrowth between the trunks
        species = np.where(under, _BUSH, species)
        tropical = np.abs(scenes.latitude) < 36
        species = np.where(beach & tropical, np.where(k % 3 == 2, _BUSH, _PALM), species)
        plant = (k < count) & scenes.shows("vegetation") & (base < 1.15)
        plant &= ~(wet & (bottom >= 1)) & (height < 1.2)
        rows = np.flatnonzero(plant)
        draw_trees(
            canvas,
            scenes,
            rows,
            species[rows],
            x[rows].astype(np.float32),
            base[rows].astype(np.float32),
            height[rows].astype(np.float32),
            k,
        )
