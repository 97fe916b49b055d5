"""Gini coefficient of 43,000 cities: one sorted sum beside the double sum of its definition.

Run `python benchmarks/gini.py` (some seconds on one core). Beside ours the double sum, in
blocks of numpy rows, which is the definition; and the double sum by a matrix, on 2,000 cities, as
it is often written, scaled up by the square. All must agree to ten digits. Leaves with an error if
ours takes a millisecond or more.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time

import numpy as np
from comparison import compared, report

from geoutils.evaluation import gini

N_CITIES, FEWER, ROUNDS, BLOCK = 43_000, 2_000, 200, 200
AIM_MS = 1.0


def double_sum(counts: np.ndarray) -> float:
    """Sum of |x_i - x_j| over all pairs, over 2 n² times the mean; some rows at a time."""
    x = counts.astype(float)
    pairs = (np.abs(x[i : i + BLOCK, None] - x).sum() for i in range(0, len(x), BLOCK))
    return sum(pairs) / (2 * len(x) ** 2 * x.mean())


def by_matrix(counts: np.ndarray) -> float:
    """The same with all differences in memory at once."""
    x = counts.astype(float)
    return np.abs(np.subtract.outer(x, x)).mean() / (2 * x.mean())


def milliseconds(work, rounds: int) -> tuple[np.ndarray, float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        found = work()
        times.append(1e3 * (time.perf_counter() - start))
    return np.array(times), found


def main() -> int:
    counts = np.random.default_rng(0).zipf(1.8, N_CITIES).clip(max=100_000)
    ours, found = milliseconds(lambda: gini(counts), ROUNDS)
    slow, expected = milliseconds(lambda: double_sum(counts), 1)
    few, few_expected = milliseconds(lambda: by_matrix(counts[:FEWER]), 5)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    np.testing.assert_allclose(gini(counts[:FEWER]), few_expected, rtol=1e-10)
    print(f"Gini of {N_CITIES:,} cities: {found:.6f}, the same by all three")
    task, numpy = f"{N_CITIES:,} cities", f"numpy {np.__version__}"
    scaled = few * (N_CITIES / FEWER) ** 2
    return report(
        [
            compared(task, ours / 1e3, theirs / 1e3, peer, numpy, limit=AIM_MS / 1e3)
            for peer, theirs in {
                "double sum in blocks": slow,
                "double sum by a matrix": np.median(scaled, keepdims=True),
            }.items()
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
