"""Fingerprints: whether a file on disk was made from exactly this data and these settings."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

SAMPLED_ROWS = 256  # of large arrays: enough to notice photos that were drawn anew


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
    """Fingerprint of photos that may be too many to read: their shape and evenly spaced rows."""
    rows = np.unique(np.linspace(0, len(pixels) - 1, min(SAMPLED_ROWS, len(pixels))).astype(int))
    return fingerprint(list(pixels.shape), np.asarray(pixels[rows]))


def _file_digest(path: Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
