"""Which photos to explain: a random sample for the table, and as many of each interval to test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from geoutils.explanation.influence_table import INTERVALS_KM

WITH_FAR_KM = (*INTERVALS_KM, (2500, np.inf))  # the paper's intervals, and what lies beyond


@dataclass(frozen=True, eq=False)
class ExplainedPhotos:
    """Photos chosen out of many: `rows` of those, ascending; what each is for stands beside it.

    `in_table`: drawn at random, whatever they show; `tested`: from every interval alike.
    """

    rows: Int[ndarray, " chosen"]
    in_table: Bool[ndarray, " chosen"]
    tested: Bool[ndarray, " chosen"]


def choose_photos(
    distances_km: Float[ndarray, " photos"],
    usable: Bool[ndarray, " photos"],
    n_photos: int,
    n_tested: int,
    seed: int = 0,
    intervals_km: Sequence[tuple[float | int, float | int]] = WITH_FAR_KM,
) -> ExplainedPhotos:
    """Choose `n_photos` at random, and for tests equally many `usable` ones of every interval.

    Photos that are in the table anyway are tested first. Where an interval has too few, all of its
    photos are taken; where no error is known at all, intervals do not matter. Raises ValueError for
    numbers below 1, or without photos.
    """
    if n_photos < 1 or n_tested < 1 or not len(distances_km):
        raise ValueError(
            f"n_photos, n_tested: {n_photos}, {n_tested} of {len(distances_km)} photos; "
            "expected 1 or more of each"
        )
    order = np.random.default_rng(seed).permutation(len(distances_km))
    in_table, tested = np.zeros((2, len(order)), dtype=bool)
    in_table[order[:n_photos]] = True
    if np.isnan(distances_km).all():
        tested[order[usable[order]][:n_tested]] = True
    for low_km, high_km in intervals_km:
        inside = usable & (distances_km >= low_km) & (distances_km < high_km)
        # The order starts with the photos of the table.
        tested[order[inside[order]][: -(-n_tested // len(intervals_km))]] = True
    rows = np.flatnonzero(in_table | tested)
    return ExplainedPhotos(rows, in_table[rows], tested[rows])
