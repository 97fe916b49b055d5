"""Fingerprints: whether a file on disk was made from exactly this data and these settings."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

WHOLE_BYTES = 2**30  # larger arrays are sampled: reading them would take longer than it is worth
SAMPLED_ROWS = 4096
CODE = ("geoutils.models", "geoutils.training")  # what weights and features come out of


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


def pixels_fingerprint(pixels: ndarray) -> str:
    """Fingerprint of photos or features; of too many to read, shape and evenly spaced rows."""
    if pixels.nbytes <= WHOLE_BYTES:
        return fingerprint(np.asarray(pixels))
    rows = np.unique(np.linspace(0, len(pixels) - 1, min(SAMPLED_ROWS, len(pixels))).astype(int))
    return fingerprint(list(pixels.shape), np.asarray(pixels[rows]))


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
