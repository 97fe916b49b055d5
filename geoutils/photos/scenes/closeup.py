"""Close-ups: a plate of food, a bunch of flowers, a cat on a cushion, a portrait, a mug."""

import numpy as np

from geoutils.photos.scenes.canvas import Canvas, pulses, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import ACCENTS, colours
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes

_GROUNDS = colours("8a5f3c c8a878 b8c4c0 d8c8b0 6f7f8a a86f5a e0d8cc 7a8f6a")
_FUR = colours("2f2c2c d89a50 8a8480 e8e0d4 6a4a36")
_SKIN = colours("f0c8a4 d8a078 a8744f 7a4f36 e8b48c")
SUBJECTS = ("plate", "flowers", "cat", "portrait", "mug")


def draw_closeups(canvas: Canvas, scenes: Scenes) -> None:
    """Paint the close-ups over the whole picture."""
    rows = np.flatnonzero(np.isin(scenes.kind, kind_index("closeup")))
    if not len(rows):
        return
    s = scenes[rows]
    subject = choice(s.seed, "subject", len(SUBJECTS))
    ground, second = (_GROUNDS[choice(s.seed, n, len(_GROUNDS))] for n in ("cloth", "cloth 2"))
    for p in whole(canvas, rows, np.zeros(len(rows)), np.ones(len(rows))):
        k = p.item
        ones = np.ones_like(p.y)
        p.paint(ones, ground[k], concept_index("table"))
        weave = pulses(p.x * 7, np.float32(0.5), np.float32(p.pixel * 7)) * ones
        weave = weave + pulses(p.y * 7, np.float32(0.5), np.float32(p.pixel * 7))
        check = (uniform(s.seed, "check")[k] < 0.6)[:, None, None]
        p.paint(np.float32(0.22) * weave * check, second[k])
        p.shade(1.08 - 0.5 * ((p.x - 0.4) ** 2 + (p.y - 0.4) ** 2))
    size = between(s.seed, "size", 0.85, 1.12)
    x, y = between(s.seed, "x", 0.45, 0.55), between(s.seed, "y", 0.48, 0.58)
    for j, name in enumerate(SUBJECTS):
        chosen = np.flatnonzero(subject == j)
        if not len(chosen):
            continue
        for p in whole(canvas, rows[chosen], np.zeros(len(chosen)), np.ones(len(chosen))):
            i = chosen[p.item]
            u = (p.x - x[i, None, None]) / size[i, None, None]
            v = (y[i, None, None] - p.y) / size[i, None, None]
            _SUBJECTS[name](p, u + 0 * v, v, s, i)


def _fill(p, distance, colour, concept: str) -> None:
    colour = np.broadcast_to(np.asarray(colour, np.float32), (len(p.item), 3))
    p.paint(p.cover(np.asarray(distance, np.float32)), colour, concept_index(concept))


def _disc(u, v, x, y, r, flat=1.0):
    return r - np.sqrt((u - x) ** 2 + ((v - y) / flat) ** 2)


def _pick(s: Scenes, i, stream, table=ACCENTS, index=0):
    return table[choice(s.seed[i], stream, len(table), index)]


def _plate(p, u, v, s, i) -> None:
    _fill(p, _disc(u, v, 0.02, -0.02, 0.43, 0.92), np.array([0.25, 0.2, 0.18]), "table")
    _fill(p, _disc(u, v, 0, 0, 0.42, 0.92), np.array([0.95, 0.94, 0.91]), "plate")
    _fill(p, 0.008 - np.abs(_disc(u, v, 0, 0, 0.36, 0.92)), _pick(s, i, "rim"), "plate")
    for k in range(9):
        angle, reach = 2.4 * k + 6.28 * uniform(s.seed[i], "turn"), 0.24 * np.sqrt((k + 0.3) / 9)
        at = (reach * np.cos(angle))[:, None, None], (reach * np.sin(angle))[:, None, None]
        r = between(s.seed[i], "bite", 0.05, 0.11, k)[:, None, None]
        colour = _pick(s, i, "bite colour", index=k)
        _fill(p, _disc(u, v, at[0], at[1], r), colour * 0.85, "food")
        _fill(p, _disc(u, v, at[0] - 0.02, at[1] + 0.02, r * 0.55), colour * 0.7 + 0.3, "food")
    for side in (-0.47, 0.48):
        fork = np.minimum(0.014 - np.abs(u - side), 0.30 - np.abs(v))
        _fill(
            p,
            np.maximum(fork, _disc(u, v, side, 0.28, 0.035, 1.9)),
            np.array([0.75, 0.76, 0.78]),
            "table",
        )


def _flowers(p, u, v, s, i) -> None:
    vase = np.minimum(
        0.10 + 0.10 * np.cos(v * 7 + 1.5) - np.abs(u), np.minimum(v + 0.44, -0.06 - v)
    )
    for k in range(7):
        x = (k - 3) * 0.10 + 0.06 * (uniform(s.seed[i], "stem", k)[:, None, None] - 0.5)
        y = between(s.seed[i], "bloom y", 0.08, 0.34, k)[:, None, None] - 0.3 * np.abs(x)
        stem = np.minimum(
            0.008 - np.abs(u - x * (v + 0.2) / (y + 0.2)) * 0.9, np.minimum(v + 0.2, y - v)
        )
        _fill(p, stem, np.array([0.25, 0.45, 0.24]), "plant")
        petals = np.full_like(v, -1.0)
        for j in range(5):
            a = 1.2566 * j
            petals = np.maximum(
                petals, _disc(u, v, x + 0.055 * np.cos(a), y + 0.055 * np.sin(a), 0.048)
            )
        _fill(p, petals, _pick(s, i, "petals", index=k % 3), "flower")
        _fill(p, _disc(u, v, x, y, 0.03), np.array([0.95, 0.78, 0.25]), "flower")
    _fill(p, vase, _pick(s, i, "vase"), "vase")


def _cat(p, u, v, s, i) -> None:
    fur, cloth = _pick(s, i, "fur", _FUR), _pick(s, i, "cushion")
    _fill(p, _disc(u, v, 0, -0.34, 0.50, 0.5), cloth, "cushion")
    _fill(p, _disc(u, v, 0.04, -0.16, 0.30, 0.80), fur * 0.92, "animal")
    tail = np.abs(np.sqrt((u - 0.22) ** 2 + (v + 0.22) ** 2) - 0.20)
    _fill(p, np.minimum(0.045 - tail, -0.14 - v), fur * 0.8, "animal")
    ears = np.minimum(0.38 - v - 1.4 * np.abs(np.abs(u) - 0.13), v - 0.12) * 0.6
    _fill(p, ears, fur * 0.85, "animal")
    _fill(p, _disc(u, v, 0, 0.12, 0.21, 0.88), fur, "animal")
    eyes = _disc(np.abs(u), v, 0.085, 0.15, 0.038, 1.1)
    _fill(p, eyes, np.array([0.75, 0.78, 0.30]), "animal")
    _fill(
        p,
        np.minimum(eyes, 0.012 - np.abs(np.abs(u) - 0.085)),
        np.array([0.08, 0.08, 0.08]),
        "animal",
    )
    _fill(p, _disc(u, v, 0, 0.07, 0.022), np.array([0.85, 0.5, 0.5]), "animal")
    whisker = np.minimum(
        0.005 - np.abs(v - 0.06 - 0.15 * (np.abs(u) - 0.1)),
        np.minimum(np.abs(u) - 0.06, 0.28 - np.abs(u)),
    )
    _fill(p, whisker, np.array([0.96, 0.95, 0.93]), "animal")


def _portrait(p, u, v, s, i) -> None:
    skin, hair, shirt = _pick(s, i, "skin", _SKIN), _pick(s, i, "hair", _FUR), _pick(s, i, "shirt")
    wall = _pick(s, i, "wall", _GROUNDS)
    p.paint(np.ones_like(v), wall.astype(np.float32), concept_index("wall"))
    long = (uniform(s.seed[i], "long hair") < 0.5)[:, None, None]
    mane = np.where(
        long,
        np.maximum(
            _disc(u, v, 0, 0.12, 0.26, 1.15), np.minimum(0.25 - np.abs(u), 0.20 - np.abs(v + 0.02))
        ),
        _disc(u, v, 0, 0.17, 0.225, 1.08),
    )
    _fill(p, mane, hair, "person")
    _fill(p, np.maximum(_disc(u, v, 0, -0.52, 0.40, 0.85), -1.0), shirt, "person")
    _fill(p, np.minimum(0.075 - np.abs(u), 0.13 - np.abs(v + 0.14)), skin * 0.86, "person")
    _fill(p, _disc(u, v, 0, 0.10, 0.19, 1.18), skin, "person")
    fringe = np.minimum(_disc(u, v, 0, 0.14, 0.205, 1.1), v - 0.20 - 0.3 * np.abs(u))
    _fill(p, fringe, hair, "person")
    _fill(p, _disc(np.abs(u), v, 0.075, 0.12, 0.020, 1.2), np.array([0.15, 0.12, 0.12]), "person")
    _fill(p, _disc(np.abs(u), v, 0.11, 0.03, 0.035), skin * np.array([1.04, 0.82, 0.78]), "person")
    smile = np.minimum(0.010 - np.abs(np.sqrt(u**2 + (v - 0.06) ** 2) - 0.085), -0.005 - v)
    _fill(p, smile, np.array([0.65, 0.25, 0.25]), "person")


def _mug(p, u, v, s, i) -> None:
    clay = _pick(s, i, "clay")
    _fill(p, _disc(u, v, 0, -0.05, 0.40, 0.85), np.array([0.93, 0.92, 0.88]), "plate")
    _fill(p, _disc(u, v, 0, -0.05, 0.30, 0.85), np.array([0.86, 0.85, 0.81]), "plate")
    handle = 0.035 - np.abs(np.sqrt((u - 0.26) ** 2 + (v - 0.0) ** 2) - 0.10)
    _fill(p, handle, clay * 0.85, "glass")
    _fill(p, _disc(u, v, 0, 0.0, 0.25, 0.92), clay, "glass")
    _fill(p, _disc(u, v, 0, 0.01, 0.20, 0.92), np.array([0.34, 0.21, 0.14]), "glass")
    swirl = 0.018 - np.abs(np.sqrt(u**2 + (v - 0.01) ** 2) - 0.10 - 0.03 * u)
    _fill(p, swirl, np.array([0.90, 0.80, 0.66]), "glass")
    _fill(p, _disc(u, v, -0.34, -0.30, 0.09, 0.7), np.array([0.82, 0.60, 0.32]), "food")


_SUBJECTS = {
    "plate": _plate,
    "flowers": _flowers,
    "cat": _cat,
    "portrait": _portrait,
    "mug": _mug,
}
