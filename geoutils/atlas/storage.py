"""Where the atlas's files lie, and how its arrays are packed."""

import lzma
from pathlib import Path

import numpy as np
from jaxtyping import Int, Shaped
from numpy import ndarray

from geoutils.files import replacing

DATA = Path(__file__).parent / "data"


def save_array(path: Path, array: Shaped[ndarray, "..."]) -> None:
    """Write an array as `.npy` inside an xz stream; the same array gives the same bytes."""
    with (
        replacing(path) as temporary,
        lzma.open(temporary, "wb", preset=9 | lzma.PRESET_EXTREME) as f,
    ):
        np.lib.format.write_array(f, np.ascontiguousarray(array), allow_pickle=False)


def load_array(name: str) -> Shaped[ndarray, "..."]:
    """Read an array of the atlas by its file name, e.g. `relief.npy.xz`."""
    with lzma.open(DATA / name, "rb") as f:
        return np.lib.format.read_array(f, allow_pickle=False)


def differences(grid: Int[ndarray, "h w"]) -> Int[ndarray, "h w"]:
    """Second mixed differences of a smooth integer grid: small numbers, which pack well.

    Sums wrap around in the grid's integer type, so the way back (`undo_differences`) is exact.
    """
    rows = np.diff(grid, axis=0, prepend=grid.dtype.type(0))
    return np.diff(rows, axis=1, prepend=grid.dtype.type(0))


def undo_differences(packed: Int[ndarray, "h w"]) -> Int[ndarray, "h w"]:
    """Inverse of `differences`.

    >>> grid = np.array([[3, 5], [4, 9]], dtype=np.int16)
    >>> undo_differences(differences(grid))
    array([[3, 5],
           [4, 9]], dtype=int16)
    """
    rows = np.cumsum(packed, axis=1, dtype=packed.dtype)
    return np.cumsum(rows, axis=0, dtype=packed.dtype, out=rows)
