"""Time of concept influence for a photo of 224 × 224 with 30 concepts, beside a direct version.

The direct version does what the definition says, one concept after the other: sort the map, mark
the k strongest pixels, intersect them with the concept's mask. Both must agree. "batch of 32" is
the time of one photo among 32 that do not fit into the cache together. The exit status is 1 if a
photo takes longer than the aim, alone or in the batch.
Run: python benchmarks/concept_influence.py
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import ndimage

from geoutils.explanation import concept_influence, concept_influences

SIDE, N_CONCEPTS, K = 224, 30, 1000
AIM_MS = 15


def photo(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A smooth explanation map, and 30 concepts in patches of unlike size."""
    explanation = ndimage.gaussian_filter(rng.random((SIDE, SIDE)), 2) ** 4
    seeds = rng.integers(SIDE, size=(N_CONCEPTS, 2))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    distance = np.hypot(rows - seeds[:, 0, None, None], columns - seeds[:, 1, None, None])
    return explanation, (distance / rng.uniform(0.5, 3, (N_CONCEPTS, 1, 1))).argmin(axis=0) + 1


def direct(
    explanation: np.ndarray, segmentation: np.ndarray, k: int, min_size: float, dilation: int
) -> dict:
    """Concept by concept, straight from the definition (no shared places for ties)."""
    square = np.ones((3, 3), bool)
    influence = {}
    for concept in range(1, N_CONCEPTS + 1):
        mask = segmentation == concept
        if mask.mean() < min_size:
            continue
        if dilation:
            mask = ndimage.binary_dilation(mask, square, iterations=dilation)
        threshold = np.sort(explanation.ravel())[-k]
        top = explanation >= threshold
        influence[concept] = np.logical_and(mask, top).sum() / k / mask.mean()
    return influence


def milliseconds(call: Callable[[], object], repeats: int) -> float:
    """Median time of one call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times))


def main() -> int:
    explanation, segmentation = photo(np.random.default_rng(0))
    maps, segmentations = (np.repeat(one[None], 32, axis=0) for one in (explanation, segmentation))
    print(
        f"{SIDE} × {SIDE} px, {N_CONCEPTS} concepts, k = {K}, one core; aim ≤ {AIM_MS} ms a photo"
    )
    print(
        f"{'β':>2} {'min_size':>9} {'concepts':>9} {'direct':>9} {'one photo':>10} "
        f"{'batch of 32':>12} {'ratio':>7}"
    )
    slowest = 0.0
    for min_size, dilation in ((0.05, 0), (0.05, 3), (0.001, 0), (0.001, 3)):
        arguments = (K, min_size, dilation)
        ours = concept_influence(explanation, segmentation, *arguments)
        theirs = direct(explanation, segmentation, *arguments)
        np.testing.assert_allclose([ours[c] for c in theirs], list(theirs.values()), rtol=1e-9)
        slow = milliseconds(partial(direct, explanation, segmentation, *arguments), 5)
        one = milliseconds(partial(concept_influence, explanation, segmentation, *arguments), 20)
        batch = milliseconds(partial(concept_influences, maps, segmentations, *arguments), 5)
        batch /= len(maps)
        slowest = max(slowest, one, batch)
        print(
            f"{dilation:>2} {min_size:>9} {len(ours):>9} {slow:>6.1f} ms {one:>7.2f} ms "
            f"{batch:>9.2f} ms {slow / batch:>6.0f}×"
        )
    met = slowest <= AIM_MS
    print(
        f"slowest {slowest:.2f} ms a photo: the aim of {AIM_MS} ms is {'met' if met else 'missed'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
