"""Fingerprints: whether a file on disk was made from exactly this data and these settings."""

import hashlib
import json
import os
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from geoutils.photos.live_pixels import LivePixels, Pixels

WHOLE_BYTES = 2**30  # larger arrays are sampled: reading them would take longer than it is worth
SAMPLED_ROWS = 4096
CODE = ("geoutils.models", "geoutils.training")  # what weights and features come out of

_of_maps: dict[tuple, str] = {}  # every training of a study asks for those of the same photos


def fingerprint(*parts: Any) -> str:
    """SHA-256 of settings (anything JSON can hold), whole arrays, and files (given as Path)."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            kind, contents = "file", _file_digest(part)
        elif isinstance(part, ndarray):
            kind = f"array {part.dtype.str} {part.shape}"
            contents = np.ascontiguousarray(part).tobytes()
        else:
            kind, contents = "settings", json.dumps(part, sort_keys=True).encode()
        digest.update(f"{kind} {len(contents)}\n".encode())
        digest.update(contents)
    return digest.hexdigest()


def pixels_fingerprint(pixels: Pixels) -> str:
    """Fingerprint of photos or features; of too many to read, shape and evenly spaced rows.

    Of photos that are decoded live it is that of their files.
    """
    if isinstance(pixels, LivePixels):
        return fingerprint(pixels.fingerprint)
    if pixels.nbytes <= WHOLE_BYTES:
        if not _is_whole_map(pixels):
            return fingerprint(np.asarray(pixels))
        known = _identity(pixels)
        if known not in _of_maps:
            _of_maps[known] = fingerprint(np.asarray(pixels))
        return _of_maps[known]
    rows = np.unique(np.linspace(0, len(pixels) - 1, min(SAMPLED_ROWS, len(pixels))).astype(int))
    return fingerprint(list(pixels.shape), np.asarray(pixels[rows]))


def _is_whole_map(array: ndarray) -> bool:
    """Whether an array is a file that was opened to be read, and no part or view of it."""
    is_map = isinstance(array, np.memmap) and array.mode == "r"
    return is_map and isinstance(array.base, mmap) and array.filename is not None


def _identity(array: np.memmap) -> tuple:
    """What tells the contents of one map from another's: its file as it is now, and its shape."""
    file = os.stat(array.filename)
    state = (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns)
    return (str(array.filename), *state, array.offset, array.dtype.str, array.shape, array.strides)


@cache
def code_fingerprint(*packages: str) -> str:
    """Fingerprint of the source of packages, with all that lies below them, zipped or not.

    What was made by other code is then known to be stale, as with other settings.
    """
    digest = hashlib.sha256()
    for package in packages:
        for name, source in _sources(files(package), package):
            digest.update(f"{name} {len(source)}\n".encode())
            digest.update(source)
    return digest.hexdigest()


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    """Names and contents of the Python files in a folder and those below it."""
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        below = f"{name}/{entry.name}"
        if entry.is_dir():
            found += _sources(entry, below)
        elif entry.name.endswith(".py"):
            found.append((below, entry.read_bytes()))
    return found


def _file_digest(path: Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
