"""What a photo looks like in 160 numbers, before any network is trained: colours and edges.

Stands in for the CNN features with which CPlaNet compares photos (Seo et al., 2018, section
3.3); ours, after the colour layout and edge histogram descriptors of MPEG-7 (Manjunath et al.,
2001, "Color and texture descriptors").
"""

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8
from numpy import ndarray

from geoutils.photos.live_pixels import Pixels

SIDE = 32  # photos are averaged down to this many blocks each way first
GRID = 4  # then every quantity is averaged over a grid of this many fields each way
_BATCH = 512  # photos at a time: what is computed in between stays in the cache

N_COLOURS = 6  # mean and spread of red, green, blue
N_DIRECTIONS = 4  # |differences| across, down and along both diagonals
N_DIMS = GRID * GRID * (N_COLOURS + N_DIRECTIONS)


def image_descriptors(
    pixels: UInt8[Pixels, "all h w 3"], rows: Int[ndarray, " photos"] | None = None
) -> Float32[ndarray, "photos _"]:
    """Colour and edge layout of photos (some rows, or all): 160 numbers each, to compare by cosine.

    On a 4 × 4 grid: mean (-1 … 1, mid-grey is 0) and standard deviation of each colour, and the
    mean size of brightness differences in four directions, which tells upright from level and
    slanted edges. Photos of any size are averaged to 32 × 32 first, so a photo enlarged by a whole
    number keeps its descriptor. Weights are such that colours and edges count about alike on
    photos. ValueError for photos of fewer than 32 pixels each way and for values that are not
    uint8.
    """
    if pixels.dtype != np.uint8:
        raise ValueError(f"pixels: values of {pixels.dtype}, expected uint8, 0 … 255")
    rows = np.arange(len(pixels)) if rows is None else rows
    height, width = pixels.shape[1:3]
    if min(height, width) < SIDE:
        raise ValueError(f"pixels: photos of {height} × {width}, expected {SIDE} × {SIDE} or more")
    descriptors = np.empty((len(rows), N_DIMS), dtype=np.float32)
    for first in range(0, len(rows), _BATCH):
        batch = descriptors[first : first + _BATCH]
        colours = pixels[rows[first : first + _BATCH]].astype(np.float32) / 255
        batch[:] = _described(_averaged(colours, SIDE))
    return descriptors


def thumbnails(
    pixels: UInt8[Pixels, "all h w 3"], rows: Int[ndarray, " photos"], side: int = 16
) -> Float32[ndarray, "photos _"]:
    """Some photos shrunk to `side` pixels a side, less their mean brightness, as vectors."""
    block = pixels.shape[1] // side
    vectors = np.empty((len(rows), side * side * 3), dtype=np.float32)
    for first in range(0, len(rows), _BATCH):
        photos = pixels[rows[first : first + _BATCH], : side * block, : side * block]
        blocks = photos.reshape(len(photos), side, block, side, block, 3)
        flat = blocks.mean(axis=(2, 4), dtype=np.float32).reshape(len(photos), -1)
        vectors[first : first + _BATCH] = flat - flat.mean(axis=1, keepdims=True)
    return vectors


def _averaged(
    values: Float[ndarray, "photos h w k"], side: int
) -> Float32[ndarray, "photos {side} {side} k"]:
    """Means over side × side blocks that share out rows and columns as evenly as can be."""
    n, height, width, k = values.shape
    rows, columns = _averaging(height, side), _averaging(width, side)
    across = np.matmul(rows, values.reshape(n, height, width * k))
    return np.matmul(columns, across.reshape(n, side, width, k))


def _averaging(size: int, side: int) -> Float32[ndarray, "side size"]:
    """Matrix that takes the means of blocks of a row."""
    block = np.arange(size) * side // size
    chosen = block == np.arange(side)[:, None]
    return (chosen / chosen.sum(axis=1, keepdims=True)).astype(np.float32)


def _described(photos: Float[ndarray, "photos 32 32 3"]) -> Float32[ndarray, "photos _"]:
    means = _averaged(photos, GRID)
    variances = _averaged(photos**2, GRID) - means**2
    light = photos @ np.array([0.299, 0.587, 0.114], dtype=np.float32)  # luma, ITU-R BT.601
    here, right = light[:, :-1, :-1], light[:, :-1, 1:]
    below, across = light[:, 1:, :-1], light[:, 1:, 1:]
    diagonal = np.float32(np.sqrt(0.5))  # its pixels are that much further apart
    sizes = np.zeros((*light.shape, N_DIRECTIONS), dtype=np.float32)
    edges = sizes[:, :-1, :-1]  # the last row and column have no difference
    np.abs(right - here, out=edges[..., 0])
    np.abs(below - here, out=edges[..., 1])
    np.abs((across - here) * diagonal, out=edges[..., 2])
    np.abs((below - right) * diagonal, out=edges[..., 3])
    spreads = np.sqrt(np.maximum(variances, 0))
    fields = np.concatenate([2 * means - 1, 2 * spreads, 5 * _averaged(sizes, GRID)], axis=-1)
    return fields.reshape(len(photos), -1)
