"""Smooth random fields, keyed to a photo or a place, that look alike at every picture size."""

import numpy as np
from jaxtyping import Float32, UInt64
from numpy import ndarray

from geoutils.photos.scenes.random_numbers import uniform


def profile(
    keys: UInt64[ndarray, " n"],
    stream: str,
    position: Float32[ndarray, "n w"],
    period: ndarray | np.floating | float,
    octaves: int = 4,
    roughness: float = 0.5,
) -> Float32[ndarray, "n w"]:
    """Fractal value noise along a line, about in [−1, 1]; equal keys see equal hills."""
    total, weight = 0.0, 1.0
    for octave in range(octaves):
        u = position / period * 2**octave
        cell = np.floor(u).astype(np.int64)
        t = (u - cell).astype(np.float32)
        t = t * t * (3 - 2 * t)
        first = cell.min(axis=1, keepdims=True)
        cell -= first
        knots = uniform(keys[:, None], f"{stream}{octave}", first + np.arange(cell.max() + 2))
        a = np.take_along_axis(knots, cell, axis=1)
        b = np.take_along_axis(knots, cell + 1, axis=1)
        total = total + weight * (2 * (a + t * (b - a)) - 1)
        weight *= roughness
    return total.astype(np.float32)


def field(
    keys: UInt64[ndarray, " n"],
    stream: str,
    rows: Float32[ndarray, "n h"],
    columns: Float32[ndarray, "n w"],
    cells: int,
) -> Float32[ndarray, "n h w"]:
    """Value noise in [−1, 1] on a periodic `cells` × `cells` lattice, interpolated smoothly.

    `rows` and `columns` are lattice coordinates, so stretching them stretches the field: clouds are
    wide, waves get closer towards the horizon.
    """
    lattice = 2 * uniform(keys[:, None], stream, np.arange(cells * cells)) - 1
    lattice = lattice.reshape(-1, cells, cells)
    each = np.arange(len(keys))[:, None]
    low, high, t = _neighbours(columns, cells)
    lattice = lattice.swapaxes(1, 2)  # interpolate columns first: few lattice rows, cheap
    wide = lattice[each, low] + t[:, :, None] * (lattice[each, high] - lattice[each, low])
    wide = np.ascontiguousarray(wide.swapaxes(1, 2))
    low, high, t = _neighbours(rows, cells)
    start = wide[each, low]
    step = wide[each, high]
    step -= start
    step *= t[:, :, None]
    start += step
    return start


def _neighbours(position: ndarray, cells: int) -> tuple[ndarray, ndarray, ndarray]:
    low = np.floor(position)
    t = (position - low).astype(np.float32)
    low = low.astype(np.int64) % cells
    return low, (low + 1) % cells, t * t * (3 - 2 * t)
