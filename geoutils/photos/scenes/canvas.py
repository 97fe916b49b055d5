"""A stack of small pictures painted together: antialiased coverage, compositing, concept maps.

Coordinates are fractions of the picture: x to the right, y downwards, both in [0, 1], whatever its
size in pixels. A shape is a signed distance (positive inside, same unit), so one description serves
every size. Objects are painted back to front; the concept of a pixel is the last object that
covered more than half of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, UInt8
from numpy import ndarray

Values = ndarray | np.floating | float  # broadcastable against each other


@dataclass(frozen=True)
class Canvas:
    """Pictures being painted; `tilt` is the slope of the horizon (a camera not held level)."""

    rgb: Float32[ndarray, "3 photos size size"]
    concept: UInt8[ndarray, "photos size size"]
    tilt: Float32[ndarray, " photos"]

    @classmethod
    def blank(cls, tilt: Float32[ndarray, " photos"], size: int) -> "Canvas":
        """Black pictures of `size` × `size` pixels without any concept."""
        shape = (len(tilt), size, size)
        return cls(np.zeros((3, *shape), np.float32), np.zeros(shape, np.uint8), tilt)

    @property
    def size(self) -> int:
        """Pixels along a side."""
        return self.rgb.shape[-1]


@dataclass(frozen=True)
class Patch:
    """Equal rectangles cut from several pictures, to paint one object into each at once.

    `item` tells which of the caller's objects each rectangle belongs to; `x` (k, 1, w) and
    `y` (k, h, w) are pixel centres, `y` corrected for the tilt.
    """

    item: Int[ndarray, " k"]
    x: Float32[ndarray, "k 1 w"]
    y: Float32[ndarray, "k h w"]
    rgb: Float32[ndarray, "3 k h w"]
    concept: UInt8[ndarray, "k h w"]
    pixel: float

    def cover(self, distance: Float32[ndarray, "*shape"]) -> Float32[ndarray, "*shape"]:
        """Share of each pixel inside a shape, from the signed distance to its outline."""
        scaled = distance * np.float32(1 / self.pixel)
        scaled += np.float32(0.5)
        return np.clip(scaled, 0, 1, out=scaled)

    def paint(
        self,
        coverage: Float32[ndarray, "#k #h #w"],
        colour: Float32[ndarray, "..."],
        concept: int | np.integer | ndarray = 0,
    ) -> None:
        """Lay a colour (k, 3) or field (3, k, ·, ·) over the patch; concept 0 keeps the old one."""
        for channel in range(3):
            value = colour[:, channel, None, None] if colour.ndim == 2 else colour[channel]
            target = self.rgb[channel]
            target += coverage * (value - target)
        if np.ndim(concept) or concept:
            concept = np.asarray(concept, np.uint8)
            concept = concept[:, None, None] if concept.ndim == 1 else concept
            np.copyto(self.concept, concept, where=coverage > 0.5)

    def shade(self, factor: ndarray) -> None:
        """Multiply what is painted so far by a factor (k, ·, ·): shadows and glints."""
        for channel in range(3):
            self.rgb[channel] *= factor

    def of(self, values: ndarray) -> ndarray:
        """One value per object, shaped to broadcast against `x` and `y`."""
        values = values[self.item][:, None, None]
        return values.astype(np.float32) if values.dtype == np.float64 else values


def patches(
    canvas: Canvas, photos: Int[ndarray, " n"], x0: ndarray, x1: ndarray, y0: ndarray, y1: ndarray
) -> Iterator[Patch]:
    """Cut the box [x0, x1] × [y0, y1] of one object per photo, and write it back afterwards.

    A photo may appear only once; boxes outside the picture are skipped.
    """
    size = canvas.size
    tilt = canvas.tilt[photos]
    x0, x1 = (np.broadcast_to(np.asarray(v, np.float32), tilt.shape) for v in (x0, x1))
    left, right = tilt * (np.clip(x0, 0, 1) - 0.5), tilt * (np.clip(x1, 0, 1) - 0.5)
    columns = _pixel_range(x0, x1, size)
    rows = _pixel_range(y0 + np.minimum(left, right), y1 + np.maximum(left, right), size)
    extent = np.maximum(columns[1], rows[1])
    visible = (columns[1] > 0) & (rows[1] > 0)
    group = np.where(visible, np.ceil(np.log2(np.maximum(extent, 1)) * 1.5), -1)
    for g in np.unique(group[visible]):
        item = np.flatnonzero(group == g)
        height, width = int(rows[1][item].max()), int(columns[1][item].max())
        row0 = np.minimum(rows[0][item], size - height)
        column0 = np.minimum(columns[0][item], size - width)
        yield from _cut(canvas, photos[item], item, row0, column0, height, width)


def whole(canvas: Canvas, photos: Int[ndarray, " n"], y0: ndarray, y1: ndarray) -> Iterator[Patch]:
    """Cut bands across the full width between heights y0 and y1 of each photo."""
    zero = np.zeros(len(photos), np.float32)
    yield from patches(canvas, photos, zero, zero + 1, zero + y0, zero + y1)


def _pixel_range(low: ndarray, high: ndarray, size: int) -> tuple[ndarray, ndarray]:
    first = np.floor(np.clip(low, -1, 2) * size).astype(np.int64) - 1
    last = np.ceil(np.clip(high, -1, 2) * size).astype(np.int64) + 1
    first, last = np.clip(first, 0, size), np.clip(last, 0, size)
    return first, last - first


def _cut(canvas, photos, item, row0, column0, height, width) -> Iterator[Patch]:
    size, n = canvas.size, len(photos)
    rows = row0[:, None] + np.arange(height)
    columns = column0[:, None] + np.arange(width)
    x = ((columns + 0.5) / size).astype(np.float32)[:, None, :]
    y = ((rows + 0.5) / size).astype(np.float32)[:, :, None]
    y = y - canvas.tilt[photos][:, None, None] * (x - np.float32(0.5))
    lines = photos[:, None] * size + rows
    if width == size:
        where, concept_flat = lines.reshape(-1), canvas.concept.reshape(-1, size)
        planes = [plane.reshape(-1, size) for plane in canvas.rgb]
    else:
        where = (lines[:, :, None] * size + columns[:, None, :]).reshape(-1)
        concept_flat = canvas.concept.reshape(-1)
        planes = [plane.reshape(-1) for plane in canvas.rgb]
    rgb = np.empty((3, n, height, width), np.float32)
    for channel in range(3):
        rgb[channel] = planes[channel][where].reshape(n, height, width)
    concept = concept_flat[where].reshape(n, height, width)
    patch = Patch(item, x, y, rgb, concept, 1 / size)
    yield patch
    tail = (size,) if width == size else ()
    for channel in range(3):
        planes[channel][where] = rgb[channel].reshape(-1, *tail)
    concept_flat[where] = concept.reshape(-1, *tail)


def pulses(u: Values, duty: Values, pixel: Values) -> ndarray:
    """Coverage by bars of width `duty` centred in each unit period of u, box-filtered over `pixel`.

    Exact at any frequency: bars thinner than a pixel fade to their average instead of flickering.
    """

    def filled(v: ndarray) -> ndarray:
        whole = np.floor(v)
        return whole * duty + np.clip(v - whole - (1 - duty) / 2, 0, duty)

    half = np.maximum(pixel, np.float32(1e-4)) * np.float32(0.5)
    return (filled(u + half) - filled(u - half)) / (2 * half)
