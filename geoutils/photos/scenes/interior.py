"""Interiors: pictures that say nothing about where they were taken."""

import numpy as np

from geoutils.photos.scenes.canvas import Canvas, pulses, whole
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.cultures import colours
from geoutils.photos.scenes.furniture import FURNITURE
from geoutils.photos.scenes.kinds import kind_index
from geoutils.photos.scenes.random_numbers import choice, uniform
from geoutils.photos.scenes.room import Room
from geoutils.photos.scenes.scene import Scenes

_WALLS = colours("e8dcc8 c8d4c8 d4c0b0 b8c4d0 e0c8a0 c09a88 a8b8a0 e4e0dc 8a9aa8 d8b0a0")
_FLOORS = colours("9a6a44 b88a5a 7a5238 c8b090 a8a09a 6a5a50")
ROOMS = ("kitchen", "living", "bedroom", "cafe", "museum", "bath")


def draw_rooms(canvas: Canvas, scenes: Scenes) -> None:
    """Paint the interiors, each with the furniture of its room."""
    rows = np.flatnonzero(np.isin(scenes.kind, kind_index("interior")))
    if not len(rows):
        return
    s = scenes[rows]
    room = choice(s.seed, "room", len(ROOMS))
    wall, floor = (
        _WALLS[choice(s.seed, "wall", len(_WALLS))],
        _FLOORS[choice(s.seed, "floor", len(_FLOORS))],
    )
    lamplight = np.array([1.0, 0.94, 0.84]) * (0.86 + 0.14 * uniform(s.seed, "lamplight")[:, None])
    wall, floor = (wall * lamplight).astype(np.float32), (floor * lamplight).astype(np.float32)
    tiled = np.isin(room, [ROOMS.index(n) for n in ("kitchen", "bath", "cafe")])
    edge = s.horizon
    for p in whole(canvas, rows, np.zeros(len(rows)), np.ones(len(rows))):
        k = p.item
        glow = 1.06 - 0.5 * ((p.x - 0.5) ** 2 + (p.y - 0.3) ** 2)
        paper = pulses(p.x * np.float32(14), np.float32(0.5), np.float32(p.pixel * 14))
        paper = 1 - np.float32(0.05) * paper * (uniform(s.seed, "paper")[k] < 0.4)[:, None, None]
        field = np.stack([wall[k, c, None, None] * glow * paper for c in range(3)])
        p.paint(np.ones_like(glow), field.astype(np.float32), concept_index("wall"))
        depth = np.maximum(p.y - edge[k, None, None], np.float32(1e-3)) + np.float32(0.12)
        plank = pulses(
            (p.x - 0.5) / depth * np.float32(1.3),
            np.float32(0.93),
            p.pixel / depth * np.float32(1.3),
        )
        rung = pulses(
            np.float32(0.5) / depth, np.float32(0.90), p.pixel * np.float32(0.5) / depth**2
        )
        joint = plank * np.where(tiled[k, None, None], rung, 1)
        tone = (np.float32(0.72) + np.float32(0.26) * joint) * (0.85 + 0.3 * depth)
        field = np.stack([floor[k, c, None, None] * tone for c in range(3)])
        p.paint(
            p.cover(p.y - edge[k, None, None]), field.astype(np.float32), concept_index("floor")
        )
        skirting = np.float32(0.012) - np.abs(p.y - edge[k, None, None])
        p.paint(p.cover(skirting), (wall * np.float32(0.8))[k])
    for name, furnish in FURNITURE.items():
        chosen = np.flatnonzero(room == ROOMS.index(name))
        if len(chosen):
            Room(canvas, s[chosen], rows[chosen], lamplight[chosen]).furnish(furnish)
