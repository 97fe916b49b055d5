"""The sky: a wash from zenith to haze, sun or moon, stars, clouds as painters puff them."""

import numpy as np

from geoutils.photos.scenes.canvas import Canvas, patches
from geoutils.photos.scenes.concepts import concept_index
from geoutils.photos.scenes.noise import field
from geoutils.photos.scenes.random_numbers import between, uniform
from geoutils.photos.scenes.scene import Scenes

_SKY = concept_index("sky")
_CLOUDS = 4


def draw_sky(canvas: Canvas, scenes: Scenes) -> None:
    """Fill every picture with its sky, down to the bottom edge."""
    n, size = len(scenes), canvas.size
    axis = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    t = np.clip(axis[None, :] / scenes.horizon[:, None], 0, 1)
    t = (t * t * (1.6 - 0.6 * t))[:, :, None]
    low = np.clip(1 - np.abs(scenes.sun_deg - 3) / 12, 0, 1)
    across = axis[None, None, :] - scenes.sun_x[:, None, None]
    above = axis[None, :, None] - scenes.horizon[:, None, None]
    glow = np.float32(0.32) * low[:, None, None] / (1 + 9 * across * across + 22 * above * above)
    veil = _veil(scenes, axis)
    for channel, warm in enumerate((1.0, 0.78, 0.45)):
        zenith, haze = (c[:, channel, None, None] for c in (scenes.zenith, scenes.haze))
        plane = canvas.rgb[channel]
        np.multiply(t, haze - zenith, out=plane)
        plane += zenith
        plane += glow * (np.float32(warm) - plane)
        plane += veil * (np.minimum(haze * np.float32(1.06) + np.float32(0.02), 1) - plane)
    canvas.concept[:] = _SKY
    _draw_disc(canvas, scenes, np.arange(n))
    _draw_stars(canvas, scenes, np.flatnonzero(scenes.sun_deg < -7))
    for k in range(_CLOUDS):
        _draw_cloud(canvas, scenes, k)


def _veil(scenes: Scenes, axis: np.ndarray) -> np.ndarray:
    """High thin cloud, wide and flat, thicker under cloudy skies."""
    n = len(scenes)
    drift = uniform(scenes.seed, "veil drift")[:, None] * 8
    rows = np.broadcast_to(axis * 9, (n, len(axis))) + drift
    columns = np.broadcast_to(axis * 3.2, (n, len(axis))) + drift
    noise = field(scenes.seed, "veil", rows.astype(np.float32), columns.astype(np.float32), 8)
    noise += np.float32(0.5) * field(scenes.seed, "veil fine", rows * 2.1, columns * 2.3, 8)
    strength = np.clip(scenes.clouds - 0.25, 0, 0.5)[:, None, None] * np.float32(0.9)
    return np.clip(noise + np.float32(0.2), 0, 1) * strength


def _draw_disc(canvas: Canvas, scenes: Scenes, rows: np.ndarray) -> None:
    """Sun when low enough to be in the frame, moon in the night."""
    night = scenes.sun_deg < -7
    sun = (scenes.sun_deg > -1.5) & (scenes.sun_deg < 42)
    rows = rows[(night | sun) & (scenes.clouds < 0.62)]
    night = night[rows]
    height = np.clip(scenes.sun_deg[rows] * np.float32(0.0105), -0.01, 0.42)
    y = np.where(
        night, between(scenes.seed[rows], "moon", 0.08, 0.2), scenes.horizon[rows] - height - 0.03
    )
    x = scenes.sun_x[rows]
    radius = np.where(night, 0.035, 0.034 + 0.018 * np.clip(1 - scenes.sun_deg[rows] / 15, 0, 1))
    radius = radius.astype(np.float32)
    low = np.clip(scenes.sun_deg[rows] / 14, 0, 1)[:, None]
    bright = np.array([1.0, 0.62, 0.36]) + low * np.array([0.0, 0.33, 0.46])
    colour = np.where(night[:, None], [[0.95, 0.94, 0.86]], bright).astype(np.float32)
    for p in patches(canvas, rows, x - 2 * radius, x + 2 * radius, y - 2 * radius, y + 2 * radius):
        distance = np.sqrt((p.x - p.of(x)) ** 2 + (p.y - p.of(y)) ** 2)
        halo = np.clip(1 - distance / p.of(radius) / 2, 0, 1)
        p.paint(np.float32(0.5) * halo * halo, colour[p.item])
        p.paint(p.cover(p.of(radius) - distance), colour[p.item])


def _draw_stars(canvas: Canvas, scenes: Scenes, rows: np.ndarray) -> None:
    if not len(rows):
        return
    size = canvas.size
    axis = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size) * 31
    lines = np.broadcast_to(axis, (len(rows), size))
    star = field(scenes.seed[rows], "stars", lines, lines, 31)
    star = np.clip((star - np.float32(0.90)) * 11, 0, 0.85)
    for channel in range(3):
        plane = canvas.rgb[channel]
        plane[rows] += star * (np.float32(0.95) - plane[rows])


def _draw_cloud(canvas: Canvas, scenes: Scenes, k: int) -> None:
    """One heap of five round puffs on a flat base."""
    keys = scenes.seed
    present = uniform(keys, "cloud", k) < np.clip(1.5 * scenes.clouds - 0.12, 0.05, 0.9)
    rows = np.flatnonzero(present)
    keys = keys[rows]
    depth = uniform(keys, "cloud depth", k)
    width = (0.10 + 0.13 * uniform(keys, "cloud width", k)) * (1.25 - 0.75 * depth)
    x = between(keys, "cloud x", -0.05, 1.05, k)
    y = scenes.horizon[rows] * (0.14 + 0.58 * depth)
    white = np.clip((scenes.sun_deg[rows] + 10) / 18, 0.1, 1)
    lower = scenes.haze[rows]
    upper = np.clip(lower + (1.0 - lower) * np.float32(0.78) * white[:, None], 0, 1)
    dull = np.clip(1.25 - 0.55 * scenes.clouds[rows], 0.7, 1)[:, None].astype(np.float32)
    upper = upper * dull
    lower = (0.55 * lower + 0.45 * upper).astype(np.float32)
    flat = np.float32(0.5)
    for p in patches(
        canvas, rows, x - 1.15 * width, x + 1.15 * width, y - 0.85 * width, y + 0.1 * width
    ):
        u, v = (p.x - p.of(x)) / p.of(width), (p.y - p.of(y)) / p.of(width)
        heap, core = None, None
        for j in range(5):
            cx = (j - 2) * 0.36 + 0.14 * (uniform(keys, "puff x", 8 * k + j) - flat)
            r = 0.40 - 0.11 * abs(j - 2) + 0.12 * uniform(keys, "puff r", 8 * k + j)
            across = (u - p.of(cx)) ** 2
            d = p.of(r) - np.sqrt(across + (v + p.of(r) * flat) ** 2)
            inner = d - np.float32(0.10) - np.float32(0.16) * v
            heap = d if heap is None else np.maximum(heap, d)
            core = inner if core is None else np.maximum(core, inner)
        base = np.minimum(heap, np.float32(0.02) - v) * p.of(width)
        p.paint(np.float32(0.92) * p.cover(base), lower[p.item])
        light = np.minimum(core, np.float32(-0.08) - v) * p.of(width)
        p.paint(np.float32(0.95) * p.cover(light), upper[p.item])
