"""The landmark of each popular spot: a shape, proportions and colours that exist nowhere else."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.canvas import Canvas, patches
from geoutils.photos.scenes.concepts import CONCEPTS, concept_index
from geoutils.photos.scenes.cultures import colours
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.landmark_shapes import CONCEPT, FAMILIES, HALF_WIDTH, HEIGHT
from geoutils.photos.scenes.random_numbers import between, choice, key_of, uniform
from geoutils.photos.scenes.scene import Scenes

_COLOURS = colours(
    "d9b98a c9583f 4f7fa8 e8e0cc 8a5a44 e0a83c 5f9a80 "
    "b84a6a 7a6fa8 3f5a6f f2cf78 a8b4b8 d87f4a 6f4a5f"
)
_ACCENTS = colours("e8b93c c83f34 2f8f8f f4f0e4 3f4f9f d8648a 4f9f4f 2f2f3f")
_CONCEPT = np.array([concept_index(name) for name in CONCEPT], np.uint8)
_WIDTH, _HEIGHT = np.array(HALF_WIDTH, np.float32), np.array(HEIGHT, np.float32)


def family_of(spot: ndarray) -> ndarray:
    """Family of each spot's landmark; neighbouring spots never share one."""
    metro, number = np.divmod(np.maximum(spot, 0), len(FAMILIES))
    return (number * 5 + 3 * metro) % len(FAMILIES)


def landmark_concept(scenes: Scenes) -> ndarray:
    """ADE20K name of each scene's landmark, "" where none is in view."""
    names = np.array(["", *CONCEPTS])[_CONCEPT[family_of(scenes.spot)]]
    return np.where(scenes.shows("landmark"), names, "")


def draw_landmarks(canvas: Canvas, scenes: Scenes, vanish: ndarray) -> None:
    """Paint the landmarks in view near the vanishing point, at least a twentieth of the picture."""
    rows = np.flatnonzero(scenes.shows("landmark"))
    if not len(rows):
        return
    s = scenes[rows]
    key, family = key_of(s.spot), family_of(s.spot)
    low = np.isin(s.kind, kind_index("skyline", "harbour"))
    scale = np.where(np.isin(s.kind, kind_index("plaza", "harbour")), 1.15, 1.0) * between(
        s.seed, "landmark size", 0.94, 1.1
    )
    height = (_HEIGHT[family] * scale).astype(np.float32)
    shift = np.where(
        low, between(s.seed, "landmark x", -0.22, 0.22), between(s.seed, "landmark x", -0.05, 0.05)
    )
    x = (vanish[rows] + shift).astype(np.float32)
    base = (s.horizon + np.where(low, 0.045, 0.05)).astype(np.float32)
    base = np.where(np.isin(s.kind, kind_index("harbour")), s.horizon + 0.09, base)
    base = np.where(np.isin(s.kind, kind_index("plaza")), s.horizon + 0.11, base).astype(np.float32)
    first = choice(key, "colour", len(_COLOURS))
    second = (first + 1 + choice(key, "colour 2", len(_COLOURS) - 1)) % len(_COLOURS)
    accent = _ACCENTS[choice(key, "accent", len(_ACCENTS))]
    # Floodlit at night: a landmark keeps more of its colour than the houses around it.
    light = np.maximum(s.light, np.array([0.80, 0.76, 0.66], np.float32))
    slots = [
        _COLOURS[first] * light,
        _COLOURS[second] * light,
        accent * light,
        _COLOURS[first] * light * 0.42,
    ]
    slots.append(0.25 * s.zenith + 0.75 * s.haze)
    numbers = [uniform(key, "shape", k) for k in range(3)]
    for f in np.unique(family):
        chosen = np.flatnonzero(family == f)
        h, xs, bs = height[chosen], x[chosen], base[chosen]
        half = _WIDTH[f] * h
        for p in patches(canvas, rows[chosen], xs - half, xs + half, bs - 1.02 * h, bs):
            i = chosen[p.item]
            u, v = (p.x - p.of(xs)) / p.of(h), (p.of(bs) - p.y) / p.of(h)
            u = u + np.zeros_like(v)
            for distance, slot in FAMILIES[f](u, v, [n[i, None, None] for n in numbers]):
                distance = np.minimum(
                    distance, np.minimum(np.minimum(v, 1.01 - v), _WIDTH[f] - np.abs(u))
                )
                cover = p.cover((distance * p.of(h)).astype(np.float32))
                side = np.float32(1.05) - np.float32(0.16) * np.clip(u * 6 + 0.5, 0, 1)
                colour = np.stack([slots[slot][i, c, None, None] * side for c in range(3)])
                p.paint(cover, colour.astype(np.float32), 0 if slot == 4 else int(_CONCEPT[f]))
