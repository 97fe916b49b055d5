"""Time of concept influence for a photo of 224 × 224 with 30 concepts, beside a direct version.

The direct version does what the definition says, one concept after the other: sort the map, mark
the k strongest pixels, intersect them with the concept's mask. Both must agree. "batch of 32" is
the time of one photo among 32 that do not fit into the cache together. Neither alone nor in the
batch may a photo take longer than the limit.
Run: python benchmarks/concept_influence.py
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
from functools import partial

import numpy as np
import scipy
from comparison import compared, report, timed
from scipy import ndimage

from geoutils.explanation import concept_influence, concept_influences

SIDE, N_CONCEPTS, K = 224, 30, 1000
LIMIT_MS, ROUNDS = 15, 7


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


def main() -> int:
    explanation, segmentation = photo(np.random.default_rng(0))
    maps, segmentations = (np.repeat(one[None], 32, axis=0) for one in (explanation, segmentation))
    print(f"{SIDE} × {SIDE} px, {N_CONCEPTS} concepts, k = {K}, one core")
    rows = []
    for min_size, dilation in ((0.05, 0), (0.05, 3), (0.001, 0), (0.001, 3)):
        arguments = (K, min_size, dilation)
        ours = concept_influence(explanation, segmentation, *arguments)
        theirs = direct(explanation, segmentation, *arguments)
        np.testing.assert_allclose([ours[c] for c in theirs], list(theirs.values()), rtol=1e-9)
        slow = partial(direct, explanation, segmentation, *arguments)
        one = partial(concept_influence, explanation, segmentation, *arguments)
        batch = partial(concept_influences, maps, segmentations, *arguments)
        turns = [
            (timed(slow)[0], timed(one)[0], timed(batch)[0] / len(maps)) for _ in range(ROUNDS)
        ]
        directly, alone, among = np.transpose(turns)
        details = f"β = {dilation}, concepts from {min_size:g} of the photo"
        for task, own in {"a photo": alone, "a photo of 32": among}.items():
            rows.append(
                compared(
                    f"{task}: {details}",
                    own,
                    directly,
                    "concept by concept",
                    f"scipy {scipy.__version__}",
                    limit=LIMIT_MS / 1000,
                )
            )
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
