"""Partitions of published size without any photos: as many cells, and trees of the same shape."""

from math import log

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.atlas import countries
from geoutils.partitions.published_settings import (
    GEODECODER_CELLS,
    ISN_CELLS,
    KORDOPATIS_CELLS,
)
from geoutils.training.recipes.targets import Targets, check_partition, joined_targets

CPLANET_CELLS = {f"set_{i}": n for i, n in enumerate((9969, 9969, 12977, 12333, 11262), 1)}
THESIS_LEAVES = 72  # Loria 2021, section 6.5
# Theiner et al. 2022, Table 1: unique classes of {50, 75, 100} and of {100, 125, 150}, by their
# finest threshold; and the thresholds of the model that was compared with others.
SEMANTIC_UNIQUE = {50: 34_049, 100: 14_877}
SEMANTIC_TAU = {"coarse": 250, "middle": 125, "fine": 100}
NESTED = ("s2", "seven", "semantic")


def published_targets(name: str, n_photos: int, seed: int = 0) -> Targets:
    """Cells of photos in a partition as large as its paper's; the photos of a pair share theirs.

    Several partitions joined by "+" stand side by side. Points of cells are spread evenly over the
    Earth. Levels of SemP are as large as we estimate (`semantic_cells`), since its paper prints
    none of them.
    Raises ValueError for an unknown partition.
    """
    if "+" in name:
        return joined_targets([published_targets(part, n_photos) for part in name.split("+")])
    sizes = _sizes(check_partition(name))
    rng = np.random.default_rng(seed)
    if name == "tree":
        parents = thesis_tree(rng, THESIS_LEAVES)
    elif name in NESTED:
        parents = _nested(list(sizes.values()))
    else:
        parents = None
    pairs = np.arange(n_photos) // 2
    if name in NESTED:
        cells = parents[rng.choice(len(parents), n_photos)[pairs]]
    else:
        cells = np.stack([rng.choice(n, n_photos)[pairs] for n in sizes.values()], axis=1)
    return Targets(
        name=name,
        level_names=list(sizes),
        n_cells=list(sizes.values()),
        cells=cells,
        centers_deg=[_even_points(n) for n in sizes.values()],
        parents=parents,
    )


def semantic_cells(tau: int) -> int:
    """Estimated number of SemP's classes of at least `tau` photos on MP-16 (Theiner et al. 2022).

    The paper prints how many classes are unique among three partitions together. Nearly all of them
    are classes of the finest one: between {100, 125, 150}, {100, 125, 250} and {100, 150, 250} the
    number goes from 14,877 to 15,016 and 15,127 only. So 14,877 bounds the classes of τ = 100 and
    34,049 those of τ = 50, both closely; a power law through the two gives other thresholds.

    >>> semantic_cells(100)
    14877
    """
    (low, many), (high, few) = SEMANTIC_UNIQUE.items()
    return round(few * (high / tau) ** (log(many / few) / log(high / low)))


def _sizes(name: str) -> dict[str, int]:
    """Cells of each level, coarse → fine."""
    return {
        "countries": {"countries": len(countries())},
        "s2": dict(ISN_CELLS),
        "seven": dict(GEODECODER_CELLS),
        "tree": {"leaves": THESIS_LEAVES},
        "semantic": {level: semantic_cells(tau) for level, tau in SEMANTIC_TAU.items()},
        "fullest": {"fullest": KORDOPATIS_CELLS},
        "cplanet": CPLANET_CELLS,
    }[name]


def _nested(n_cells: list[int]) -> Int[ndarray, "leaves levels"]:
    """Parents of cells numbered along one line, of which every cell is a stretch."""
    columns = [np.arange(n_cells[-1])]
    for fine, coarse in zip(n_cells[:0:-1], n_cells[-2::-1], strict=True):
        columns.append(columns[-1] * coarse // fine)
    return np.stack(columns[::-1], axis=1)


def thesis_tree(
    rng: np.random.Generator, n_leaves: int, max_depth: int = 30
) -> Int[ndarray, "leaves levels"]:
    """Parents in a tree as the thesis's: six faces, and random leaves split into four.

    It has at least `n_leaves` leaves, of unlike depths up to `max_depth` levels; −1 below a leaf.
    """
    branches = [(face,) for face in range(6)]
    while len(branches) < n_leaves:
        shallow = [i for i, branch in enumerate(branches) if len(branch) < max_depth]
        branch = branches.pop(int(rng.choice(shallow)))
        branches += [(*branch, child) for child in range(4)]
    depth = max(map(len, branches))
    parents = np.full((len(branches), depth), -1)
    for level in range(depth):
        stems = sorted({branch[: level + 1] for branch in branches if len(branch) > level})
        numbers = {stem: number for number, stem in enumerate(stems)}
        for leaf, branch in enumerate(branches):
            if len(branch) > level:
                parents[leaf, level] = numbers[branch[: level + 1]]
    return parents


def _even_points(n: int) -> Float[ndarray, "cells 2"]:
    """Points on a spiral from pole to pole, each for the same area (a Fibonacci lattice)."""
    steps = np.arange(n) + 0.5
    lat = np.degrees(np.arcsin(1 - 2 * steps / n))
    lon = (steps * 180 * (3 - np.sqrt(5)) + 180) % 360 - 180
    return np.stack([lat, lon], axis=1)
