"""Outlines of trees: each returns strokes (signed distance, tone, part) for a tree of height 1.

Part 0 is leaves, 1 bark; u runs to the right of the trunk, v upwards from the ground.
"""

import numpy as np

from geoutils.photos.scenes.biomes import TREES
from geoutils.photos.scenes.random_numbers import uniform


def _ball(u, v, cx, cy, r, flat=1.0):
    """Signed distance inside an ellipse of half width r and half height r · flat (approximate)."""
    return r - np.sqrt((u - cx) ** 2 + ((v - cy) / flat) ** 2)


def _trunk(u, v, top, thick=0.03):
    return np.minimum(thick * (1.25 - 0.5 * v) - np.abs(u), np.minimum(top - v, v + 0.01))


def _broadleaf(u, v, key, bare):
    lean = (uniform(key, "a") - 0.5) * np.float32(0.12)
    crown = _ball(u, v, lean, 0.66, 0.27, 0.95)
    for j, (cx, cy, r) in enumerate(((-0.19, 0.56, 0.17), (0.19, 0.58, 0.18), (0.02, 0.82, 0.17))):
        wobble = (uniform(key, "b", j) - 0.5) * np.float32(0.1)
        crown = np.maximum(crown, _ball(u, v, cx + wobble, cy, r))
    light = np.maximum(_ball(u, v, lean - 0.09, 0.74, 0.15), _ball(u, v, lean + 0.15, 0.66, 0.08))
    bare = bare[:, None, None]
    twigs = np.float32(0.018) - np.abs(np.abs(u) - np.float32(0.55) * (v - 0.35))
    twigs = np.minimum(twigs, np.minimum(v - 0.35, 0.85 - v))
    trunk = np.maximum(_trunk(u, v, 0.9), np.where(bare, twigs, -1.0))
    crown, light = np.where(bare, -1.0, crown), np.where(bare, -1.0, light)
    return [(trunk, 1.0, 1), (crown, 0.92, 0), (light, 1.17, 0)]


def _conifer(u, v, key, bare):
    crown = np.full(np.broadcast_shapes(u.shape, v.shape), -1.0, np.float32)
    for low, top, wide in ((0.08, 0.52, 0.25), (0.30, 0.76, 0.19), (0.54, 1.0, 0.13)):
        tier = np.minimum(wide * (top - v) / (top - low) - np.abs(u), v - low + 0.1 * np.abs(u))
        crown = np.maximum(crown, tier)
    lit = np.minimum(crown - 0.02, -u - 0.01)
    return [(_trunk(u, v, 0.2, 0.028), 1.0, 1), (crown, 0.92, 0), (lit, 1.15, 0)]


def _palm(u, v, key, bare):
    bend = (uniform(key, "bend") - 0.5) * np.float32(0.5)
    spine = bend * v * v
    trunk = np.minimum(0.022 * (1.5 - 0.6 * v) - np.abs(u - spine), np.minimum(0.82 - v, v + 0.01))
    top = bend * np.float32(0.66)
    du, dv = u - top, v - np.float32(0.82)
    fronds = np.full(np.broadcast_shapes(u.shape, v.shape), -1.0, np.float32)
    for reach, lift, drop in ((0.36, 0.10, 1.5), (0.30, 0.55, 1.9), (0.22, -0.55, 0.6)):
        t = np.abs(du) / reach
        arc = lift * np.abs(du) * 1.2 - drop * du * du
        leaf = np.minimum(0.036 * (1.25 - t) - np.abs(dv - arc), (1 - t) * 0.1)
        fronds = np.maximum(fronds, leaf)
    tuft = np.minimum(0.025 - np.abs(du - 0.3 * dv), np.minimum(dv, 0.17 - dv))
    nuts = _ball(u, v, top, 0.80, 0.035)
    return [(trunk, 1.25, 1), (np.maximum(fronds, tuft), 1.0, 0), (nuts, 0.8, 1)]


def _acacia(u, v, key, bare):
    fork = np.float32(0.03) - np.abs(np.abs(u) - 0.32 * np.maximum(v - 0.35, 0))
    trunk = np.minimum(fork, np.minimum(0.72 - v, v + 0.01))
    crown = np.maximum(_ball(u, v, 0.0, 0.76, 0.46, 0.24), _ball(u, v, 0.16, 0.84, 0.24, 0.32))
    crown = np.minimum(crown, v - 0.69)
    light = np.minimum(_ball(u, v, -0.08, 0.82, 0.32, 0.2), v - 0.76)
    return [(trunk, 1.0, 1), (crown, 0.9, 0), (light, 1.15, 0)]


def _cactus(u, v, key, bare):
    side = np.where(uniform(key, "side") < 0.5, -1, 1).astype(np.float32)
    w = u * side
    body = np.minimum(0.075 - np.abs(u), np.minimum(0.94 - v, v + 0.01))
    body = np.maximum(body, _ball(u, v, 0, 0.92, 0.075))
    for x, low, high in ((0.24, 0.38, 0.72), (-0.22, 0.50, 0.80)):
        arm = np.minimum(0.05 - np.abs(w - x), np.minimum(high - v, v - low))
        elbow = np.minimum(
            0.05 - np.abs(v - low - 0.04),
            np.minimum(abs(x) + 0.03 - w * np.sign(x), w * np.sign(x)),
        )
        body = np.maximum(body, np.maximum(arm, elbow))
    rib = np.minimum(0.012 - np.abs(u + 0.025), np.minimum(0.9 - v, v))
    return [(body, 1.0, 0), (rib, 1.3, 0)]


def _birch(u, v, key, bare):
    bare = bare[:, None, None]
    crown = np.maximum(_ball(u, v, 0.0, 0.62, 0.19, 1.7), _ball(u, v, 0.10, 0.48, 0.14, 1.2))
    crown = np.where(bare, -1.0, crown)
    light = np.where(bare, -1.0, _ball(u, v, -0.05, 0.70, 0.10, 1.7))
    up = v - 0.30 - np.floor((v - 0.30) * 5) / 5
    twigs = np.minimum(0.012 - np.abs(up - 0.6 * np.abs(u)), 0.26 * (1 - v) + 0.02 - np.abs(u))
    twigs = np.where(bare, np.minimum(twigs, np.minimum(v - 0.3, 0.95 - v)), -1.0)
    return [
        (twigs, 0.8, 1),
        (crown, 1.08, 0),
        (light, 1.28, 0),
        (_trunk(u, v, 0.86, 0.026), 1.0, 1),
    ]


def _cypress(u, v, key, bare):
    flame = 0.115 * np.sqrt(np.clip(4 * v * (1 - v) * (1.35 - 0.7 * v), 0, 2)) - np.abs(u)
    flame = np.minimum(flame, np.minimum(v - 0.03, 1.0 - v))
    return [
        (_trunk(u, v, 0.1), 1.0, 1),
        (flame, 0.95, 0),
        (np.minimum(flame - 0.02, -u - 0.015), 1.2, 0),
    ]


def _poplar(u, v, key, bare):
    crown = _ball(u, v, 0.0, 0.58, 0.14, 3.0)
    return [
        (_trunk(u, v, 0.4, 0.022), 1.0, 1),
        (crown, 0.95, 0),
        (_ball(u, v, -0.03, 0.62, 0.07, 3.6), 1.15, 0),
    ]


def _jungle(u, v, key, bare):
    crown = _ball(u, v, 0.0, 0.74, 0.34, 0.62)
    for j, (cx, cy, r) in enumerate(((-0.25, 0.66, 0.17), (0.26, 0.70, 0.18), (0.05, 0.88, 0.20))):
        crown = np.maximum(crown, _ball(u, v, cx + (uniform(key, "j", j) - 0.5) * 0.1, cy, r, 0.7))
    light = np.maximum(_ball(u, v, -0.10, 0.84, 0.18, 0.5), _ball(u, v, 0.2, 0.78, 0.12, 0.5))
    vine = np.minimum(0.008 - np.abs(np.abs(u + 0.02) - 0.17), np.minimum(0.66 - v, v - 0.24))
    root = np.minimum(
        0.05 + 0.12 * np.clip(0.16 - v, 0, 1) - np.abs(u), np.minimum(0.7 - v, v + 0.01)
    )
    return [(root, 1.1, 1), (vine, 0.8, 0), (crown, 0.88, 0), (light, 1.22, 0)]


def _olive(u, v, key, bare):
    crown = np.maximum(_ball(u, v, -0.13, 0.62, 0.22, 0.8), _ball(u, v, 0.15, 0.66, 0.23, 0.8))
    twist = np.minimum(0.055 - np.abs(u - 0.05 * np.sin(9 * v)), np.minimum(0.5 - v, v + 0.01))
    return [(twist, 1.1, 1), (crown, 0.95, 0), (_ball(u, v, 0.10, 0.74, 0.12, 0.8), 1.15, 0)]


def _pine(u, v, key, bare):
    crown = np.maximum(_ball(u, v, 0.0, 0.84, 0.33, 0.42), _ball(u, v, 0.14, 0.78, 0.24, 0.4))
    trunk = _trunk(u - 0.04 * v, v, 0.8, 0.03)
    return [(trunk, 1.35, 1), (crown, 0.9, 0), (_ball(u, v, -0.08, 0.90, 0.20, 0.35), 1.2, 0)]


def _bush(u, v, key, bare):
    heap = np.maximum(_ball(u, v, -0.22, 0.22, 0.30, 0.9), _ball(u, v, 0.24, 0.20, 0.27, 0.9))
    heap = np.minimum(np.maximum(heap, _ball(u, v, 0.02, 0.34, 0.30, 0.9)), v + 0.02)
    return [(heap, 0.92, 0), (_ball(u, v, -0.08, 0.42, 0.15, 0.7), 1.18, 0)]


PAINTERS = {
    "broadleaf": _broadleaf,
    "conifer": _conifer,
    "palm": _palm,
    "acacia": _acacia,
    "cactus": _cactus,
    "birch": _birch,
    "cypress": _cypress,
    "poplar": _poplar,
    "jungle": _jungle,
    "olive": _olive,
    "pine": _pine,
    "bush": _bush,
}
EXTENT = {name: (0.42, 1.04) for name in TREES}  # half width and height of a unit tree
EXTENT |= {
    "acacia": (0.50, 1.0),
    "palm": (0.62, 1.12),
    "cypress": (0.16, 1.02),
    "bush": (0.56, 0.66),
}
EXTENT |= {
    "poplar": (0.2, 1.04),
    "conifer": (0.29, 1.02),
    "birch": (0.28, 1.0),
    "jungle": (0.5, 1.08),
}
SCALE = {"bush": 0.45, "cactus": 0.75, "olive": 0.8, "jungle": 1.25, "conifer": 1.1, "palm": 1.1}
