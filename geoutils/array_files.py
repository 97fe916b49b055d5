"""Arrays larger than memory in .npy files, made in pieces, in any order."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike

PIECE_BYTES = 2**26  # of an array, in memory at a time


def create_array(path: str | Path, dtype: DTypeLike, shape: Sequence[int]) -> None:
    """Make a .npy file of zeros, which takes no room on disk until something is written."""
    np.lib.format.open_memmap(path, "w+", dtype=dtype, shape=tuple(shape))


def write_rows(path: str | Path, start: int, rows: ndarray) -> None:
    """Put rows into a .npy file from row `start` on; they are safe on disk when this returns.

    They are written as bytes, not through a memory map: a full disk is then an OSError that can be
    told and survived, and not the end of the process.
    """
    whole = np.load(path, mmap_mode="r")
    row_bytes = whole.itemsize * int(np.prod(whole.shape[1:]))
    with open(path, "r+b") as file:
        file.seek(whole.offset + start * row_bytes)
        file.write(np.ascontiguousarray(rows, dtype=whole.dtype).data)
        file.flush()
        os.fsync(file.fileno())


def drop_rows(path: str | Path, rows: Sequence[int]) -> None:
    """Take rows out of a .npy file where it lies, which is then shorter; not to be interrupted."""
    whole = np.load(path, mmap_mode="r")
    kept = np.setdiff1d(np.arange(len(whole)), rows)
    row_bytes = whole.itemsize * int(np.prod(whole.shape[1:]))
    step = max(1, PIECE_BYTES // row_bytes)
    for start in range(min(rows, default=len(whole)), len(kept), step):
        write_rows(path, start, whole[kept[start : start + step]])
    header = io.BytesIO()  # as long as before: numpy leaves room for any number of rows
    told = {"descr": np.lib.format.dtype_to_descr(whole.dtype), "fortran_order": False}
    np.lib.format.write_array_header_1_0(header, told | {"shape": (len(kept), *whole.shape[1:])})
    with open(path, "r+b") as file:
        file.write(header.getbuffer())
        file.truncate(whole.offset + len(kept) * row_bytes)
        file.flush()
        os.fsync(file.fileno())
