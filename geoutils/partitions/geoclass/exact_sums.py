"""Sums per group that do not depend on the order of their terms."""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

_MANTISSA_BITS = 52
_BLOCK_VALUES = 1 << 22  # numbers held at a time


def sums_by_group(
    values_of: Callable[[Int[ndarray, " rows"]], Float[ndarray, "rows columns"]],
    n_columns: int,
    groups: Int[ndarray, " n"],
    largest: float,
) -> Iterator[tuple[int, Float[ndarray, "_ columns"]]]:
    """Sum the values of each group 0 … k - 1, some groups at a time: yields (first group, sums).

    `values_of(rows)` gives the values of some rows, none above `largest` in size. Every group has
    a row. Values are first rounded to so many binary digits that additions are exact (a step of
    2^-52 × `largest` × photos of the fullest group, about): so the sums of shuffled rows are
    equal to the last bit, where plain sums of floats would differ and break ties differently.
    """
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups)
    ends = np.cumsum(counts)
    size_bits = np.frexp(max(largest, np.finfo(np.float32).tiny))[1]
    step = np.ldexp(1.0, int(size_bits + np.frexp(counts.max())[1]) - _MANTISSA_BITS)
    rows_at_once = max(1, _BLOCK_VALUES // n_columns)
    first = 0
    while first < len(counts):
        begin = ends[first] - counts[first]
        last = max(first + 1, int(np.searchsorted(ends, begin + rows_at_once, side="right")))
        rows = order[begin : ends[last - 1]]
        starts = ends[first:last] - counts[first:last] - begin
        sums = np.zeros((last - first, n_columns))
        # A group of very many rows is itself cut into pieces.
        for piece in range(0, len(rows), rows_at_once):
            values = np.rint(values_of(rows[piece : piece + rows_at_once]) / step) * step
            inside = np.clip(starts - piece, 0, len(values))
            lengths = np.diff(inside, append=len(values))
            taking = np.flatnonzero(lengths)
            sums[taking] += np.add.reduceat(values, inside[taking], axis=0)
        yield first, sums
        first = last
