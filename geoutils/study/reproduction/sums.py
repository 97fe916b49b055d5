"""Many numbers told by a few: what changes them changes these, and rounding hardly does."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy import ndarray

from geoutils.files import replacing

RELATIVE = 1e-6  # of the largest number: what another order of additions may change
DIGITS = 10

Sums = list[int | float]


def sums(values: ndarray) -> Sums:
    """How many numbers, how many finite, least, greatest, mean, and a mean that minds their order.

    >>> sums(np.array([1.0, 3.0]))[:5]
    [2, 2, 1.0, 3.0, 2.0]
    """
    flat = np.asarray(np.ma.filled(np.ma.asarray(values), 0), dtype=float).ravel()
    finite = flat[np.isfinite(flat)]
    if not len(finite):
        return [len(flat), 0]
    mixed = float((finite * np.cos(np.arange(len(finite)))).mean())
    parts = (float(finite.min()), float(finite.max()), float(finite.mean()), mixed)
    return [len(flat), len(finite), *(float(f"{part:.{DIGITS}g}") for part in parts)]


def text_sum(texts: list[str]) -> Sums:
    """How many texts, and a checksum of them in their order."""
    return [len(texts), zlib.crc32("\n".join(texts).encode())]


def differs(before: Sums, after: Sums) -> bool:
    """Whether two sums are of different numbers, and not only rounded otherwise."""
    if len(before) != len(after) or before[:2] != after[:2]:
        return True
    scale = max(map(abs, [*before[2:4], *after[2:4]]), default=0)
    return not np.allclose(before[2:], after[2:], rtol=0, atol=RELATIVE * scale)


def write_sums(found: Mapping[str, Mapping[str, Sums]], path: Path) -> None:
    """Write the sums of several figures or files as JSON, a line for each."""
    rows = [f"{json.dumps(name)}: {json.dumps(part)}" for name, part in found.items()]
    with replacing(path) as temporary:
        temporary.write_text("{\n" + ",\n".join(rows) + "\n}\n")
