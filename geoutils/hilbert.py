"""The Hilbert curve on a cube face: positions along the curve from cell coordinates, and back.

A face is a grid of 2^30 x 2^30 leaf cells (i, j). The curve visits them in an order in which
neighbours in number are neighbours on the ground; S2 numbers its cells by it. The curve is
self-similar, so six of the thirty levels are looked up at a time in a table of 2^14 entries.
"""

import numpy as np
from jaxtyping import Int
from numpy import ndarray

MAX_LEVEL = 30

# The four ways the curve runs through a square, and which way each quarter then continues.
# Numbers from S2's definition (S2CellId, Google, Apache 2.0); 1 swaps i and j, 2 inverts both.
_QUARTERS = np.array([[0, 1, 3, 2], [0, 2, 3, 1], [3, 2, 0, 1], [3, 1, 0, 2]])
_TURNS = np.array([1, 0, 0, 3])
_SWAP = 1

_BITS = 6  # levels per look-up: both tables stay small enough for the first-level cache
_STEPS = MAX_LEVEL // _BITS
_MASK = (1 << _BITS) - 1


def _tables() -> tuple[Int[ndarray, " keys"], Int[ndarray, " keys"]]:
    """Return (i, j, orientation) -> (position, orientation) and its inverse, as packed integers."""
    start, position = np.meshgrid(np.arange(4), np.arange(1 << 2 * _BITS), indexing="ij")
    i, j, orientation = np.zeros_like(start), np.zeros_like(start), start
    for level in reversed(range(_BITS)):
        digit = position >> 2 * level & 3
        quarter = _QUARTERS[orientation, digit]
        i, j = i << 1 | quarter >> 1, j << 1 | quarter & 1
        orientation = orientation ^ _TURNS[digit]
    cell, place = i << _BITS + 2 | j << 2, position << 2
    to_position, to_cell = np.zeros(start.size, np.int64), np.zeros(start.size, np.int64)
    to_position[(cell | start).ravel()] = (place | orientation).ravel()
    to_cell[(place | start).ravel()] = (cell | orientation).ravel()
    return to_position, to_cell


_TO_POSITION, _TO_CELL = _tables()


def curve_position(
    face: Int[ndarray, " n"], i: Int[ndarray, " n"], j: Int[ndarray, " n"]
) -> Int[ndarray, " n"]:
    """Position (60 bits) of leaf cell (i, j) along the curve of its face."""
    position = np.zeros_like(i)
    orientation = face & _SWAP
    i, j = i << _BITS + 2, j << 2  # their places in the tables' keys
    for step in reversed(range(_STEPS)):
        shift = step * _BITS
        key = i >> shift & _MASK << _BITS + 2 | j >> shift & _MASK << 2 | orientation
        found = _TO_POSITION[key]
        position = position << 2 * _BITS | found >> 2
        orientation = found & 3
    return position


def curve_cell(
    face: Int[ndarray, " n"], position: Int[ndarray, " n"]
) -> tuple[Int[ndarray, " n"], Int[ndarray, " n"]]:
    """Coordinates i and j of the leaf cell at a position along the curve of its face."""
    i, j = np.zeros_like(position), np.zeros_like(position)
    orientation = face & _SWAP
    for step in reversed(range(_STEPS)):
        digits = position >> 2 * step * _BITS & (1 << 2 * _BITS) - 1
        found = _TO_CELL[digits << 2 | orientation]
        i, j = i << _BITS | found >> _BITS + 2, j << _BITS | found >> 2 & _MASK
        orientation = found & 3
    return i, j
