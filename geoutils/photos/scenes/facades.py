"""One wall with windows, shutters, shops and lamplight: what all buildings are painted with."""

import numpy as np
from numpy import ndarray

from geoutils.photos.scenes.canvas import Patch, pulses
from geoutils.photos.scenes.random_numbers import uniform
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.style import Style, night_windows

_GLASS = np.array([0.24, 0.31, 0.38], np.float32)
_LAMP = np.array([1.0, 0.82, 0.45], np.float32)


def paint_wall(
    p: Patch,
    rows: ndarray,
    scenes: Scenes,
    style: Style,
    cover: ndarray,
    number: ndarray,
    bay: tuple[ndarray, ndarray],
    storey: tuple[ndarray, ndarray],
    top: ndarray,
    concept: int,
    tone: ndarray | np.floating | float = 1.0,
    haze: float = 0.0,
    shops: bool = True,
) -> None:
    """Paint walls: `number` tells buildings apart, `bay` and `storey` are (coordinate, pixel size).

    Windows stand in the middle of each unit bay of each unit storey below `top`; the ground floor
    has shops under awnings, if any.
    """
    u, du = bay
    v, dv = storey
    seed = style.key[rows, None, None]
    pick = np.minimum((uniform(seed, "house colour", number) * 3).astype(np.int64), 2)
    shade = np.float32(0.90) + np.float32(0.16) * uniform(seed, "house tone", number)
    walls = style.facades[rows[:, None, None], pick]  # (k, 1, w, 3)
    width = style.window[rows, 0][:, None, None]
    height = style.window[rows, 1][:, None, None]
    upper = np.clip((v - np.where(shops, 1.0, 0.0)) / dv + 0.5, 0, 1)
    upper = upper * np.clip((top - v) / dv + 0.5, 0, 1)
    columns, lines = pulses(u, width, du), pulses(v, height, dv) * upper
    frame = pulses(u, width + np.float32(0.14), du) * pulses(v, height + np.float32(0.13), dv)
    frame = frame * upper * np.float32(0.75)
    glass = columns * lines
    shutter = pulses(u, np.minimum(1.8 * width, np.float32(0.95)), du)
    shutter = np.clip(shutter - columns, 0, 1) * lines * style.shutters[rows, None, None]
    seam = np.float32(0.16) * pulses(v + np.float32(0.5), np.float32(0.12), dv)
    dark = night_windows(scenes)[rows][:, None, None]
    on = _lamps(scenes, rows, u, v, number) * dark if dark.any() else np.float32(0)
    rail = pulses(v - np.float32(0.42), np.float32(0.16), dv) * pulses(u, np.float32(0.9), du)
    balcony = rail * upper * style.balconies[rows, None, None] * np.float32(0.85)
    sign = (
        pulses(u * np.float32(0.25), np.float32(0.10), du * np.float32(0.25))
        * style.signs[rows, None, None]
    )
    sign = sign * upper * np.clip((np.minimum(top, 4) - np.float32(0.3) - v) / dv + 0.5, 0, 1)
    letters = pulses(v * 3, np.float32(0.45), dv * 3) * np.float32(0.7)
    light, fog = scenes.light[rows], scenes.haze[rows]
    mixed = []
    for c in range(3):
        lamp = light[:, c, None, None]
        value = walls[..., c] * shade * tone * lamp * (1 - seam)
        value = value + shutter * (style.second[rows, c, None, None] * lamp - value)
        value = value + frame * (style.frame[rows, c, None, None] * lamp - value)
        pane = _GLASS[c] * lamp * np.float32(0.9) + np.float32(0.12) * fog[:, c, None, None]
        pane = pane + on * (_LAMP[c] - pane)
        value = value + glass * (pane - value)
        value = value + balcony * (style.accent[rows, c, None, None] * lamp * 0.8 - value)
        board = style.second[rows, c, None, None] * np.maximum(lamp, 0.75 * dark)
        value = value + sign * (board + letters * (np.float32(0.95) - board) - value)
        if shops:
            value = _shop(value, c, u, du, v, dv, lamp, style, rows, dark)
        mixed.append(value + np.float32(haze) * (fog[:, c, None, None] - value))
    p.paint(cover, np.stack(np.broadcast_arrays(*mixed)).astype(np.float32), concept)


def _lamps(scenes: Scenes, rows: ndarray, u: ndarray, v: ndarray, number: ndarray) -> ndarray:
    """Which windows have a light on."""
    window = np.floor(u).astype(np.int64) + 64 * np.floor(v).astype(np.int64) + 4096 * number
    return uniform(scenes.seed[rows, None, None], "lamp on", window) < np.float32(0.6)


def _shop(value, c, u, du, v, dv, lamp, style: Style, rows, dark):
    """Ground floor: a shop window or an arch, and a striped awning above it."""
    ground = np.clip((1 - v) / dv + 0.5, 0, 1)
    opening = pulses(u * 0.5, np.float32(0.72), du * 0.5) * np.clip(
        (np.float32(0.68) - v) / dv + 0.5, 0, 1
    )
    inside = np.float32((0.20, 0.19, 0.20)[c]) * lamp
    inside = inside + 0.8 * dark * (_LAMP[c] - inside)
    value = value + opening * (inside - value)
    awning = ground * np.clip((v - np.float32(0.66)) / dv + 0.5, 0, 1)
    awning = awning * pulses(u * 0.5, np.float32(0.86), du * 0.5)
    stripe = pulses(u * 3, np.float32(0.5), du * 3)
    cloth = style.accent[rows, c, None, None] * (1 - stripe) + np.float32(0.93) * stripe
    return value + awning * (cloth * lamp - value)
