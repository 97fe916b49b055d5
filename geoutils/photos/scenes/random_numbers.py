"""Random numbers that belong to a photo, not to the batch it happens to be drawn in.

Every number is a hash of (key, stream, index): a photo's own seed, or the key of a place, gives the
same numbers in any order, in any batch, and whether or not another cue is drawn.
"""

from functools import cache
from zlib import crc32

import numpy as np
from jaxtyping import Float32, Int, UInt64
from numpy import ndarray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mix(bits: UInt64[ndarray, "*shape"]) -> UInt64[ndarray, "*shape"]:
    """Finalizer of SplitMix64, a bijection of 64 bits (Steele, Lea, Flood, OOPSLA 2014)."""
    bits = bits ^ (bits >> np.uint64(30))
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return bits


@cache
def _stream_number(stream: str) -> int:
    return crc32(stream.encode()) * 0x9E3779B97F4A7C15 % 2**64


def uniform(
    keys: UInt64[ndarray, "*shape"], stream: str, index: int | Int[ndarray, "*index"] = 0
) -> Float32[ndarray, "*out"]:
    """Uniform numbers in [0, 1), one per broadcast pair of key and index (arrays, not scalars).

    >>> bool((uniform(np.uint64([7]), "sky") == uniform(np.uint64([7, 8]), "sky")[:1]).all())
    True
    """
    if isinstance(index, ndarray):
        start = index.astype(np.uint64) * _GOLDEN
        start = start + (keys + np.uint64(_stream_number(stream)))
    else:
        start = keys + np.uint64((_stream_number(stream) + index * int(_GOLDEN)) % 2**64)
    return (mix(start) >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)


def between(
    keys: UInt64[ndarray, "*shape"],
    stream: str,
    low: float | int,
    high: float | int,
    index: int | Int[ndarray, "*index"] = 0,
) -> Float32[ndarray, "*out"]:
    """Uniform numbers in [low, high)."""
    return np.float32(low) + np.float32(high - low) * uniform(keys, stream, index)


def choice(
    keys: UInt64[ndarray, "*shape"], stream: str, n: int, index: int | Int[ndarray, "*index"] = 0
) -> Int[ndarray, "*out"]:
    """Uniform integers in 0 … n − 1."""
    return np.minimum((uniform(keys, stream, index) * n).astype(np.int64), n - 1)


def key_of(*parts: ndarray) -> UInt64[ndarray, " n"]:
    """One 64-bit key per row of integer or text columns: equal rows, equal keys, in every study."""
    key = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        part = np.asarray(part)
        if part.dtype.kind in "OUST" or str(part.dtype).startswith("str"):
            names, inverse = np.unique(part.astype(str), return_inverse=True)
            hashes = np.array([crc32(name.encode()) for name in names], dtype=np.uint64)
            part = hashes[inverse]
        else:
            part = part.astype(np.int64).astype(np.uint64)
        key = mix(key * np.uint64(31) + part + _GOLDEN)
    return key
