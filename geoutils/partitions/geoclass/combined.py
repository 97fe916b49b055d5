"""Combinatorial partitioning: what the borders of several sets cut the Earth into, together."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from geoutils.partitions.geoclass.geoclass_cells import GeoclassCells
from geoutils.partitions.partition import Partition


def combine(partitions: Sequence[Partition], name: str = "combined") -> Partition:
    """Partition whose classes are the distinct tuples of classes that base cells have.

    Seo et al., 2018, sections 3.1 and 4.2. Geoclass sets must share their base cells; any other
    partition joins by where the base cells' points (spherical means of their images) lie, with -1
    in the tuple outside its cells. Classes are numbered in the order of their tuples; a class's
    point is the spherical mean of all images in it. The tuples stay in `cells.tuples`, with
    `cells.n_cells`, `n_nonempty` and `n_images` of each class as weights for scoring.

    ValueError without partitions or without a geoclass set among them, for sets of different base
    cells, and for two of one name.
    """
    names = [partition.name for partition in partitions]
    if not names or len(set(names)) != len(names):
        raise ValueError(f"partitions: got {names}, expected one or more of distinct names")
    unions = [part for part in partitions if isinstance(part.cells, GeoclassCells)]
    if not unions:
        raise ValueError(f"partitions: no geoclass set among {names}; its base cells are needed")
    base = unions[0].cells.base
    for part in unions:
        if not base.same_as(part.cells.base):
            first, other = unions[0].name, part.name
            raise ValueError(f"partitions: {first!r} and {other!r} differ in their base cells")
    columns = [
        part.cells.class_of_base
        if isinstance(part.cells, GeoclassCells)
        else part.assign(base.points_deg)
        for part in partitions
    ]
    class_of_base = _ranks(columns)
    first = np.unique(class_of_base, return_index=True)[1]
    tuples = np.stack([column[first] for column in columns], axis=1).astype(np.int64)
    sizes = tuple(len(part) for part in partitions)
    cells = GeoclassCells(base, class_of_base, tuples, tuple(names), sizes)
    return Partition(name, cells, cells.points_deg, cells.n_images, cells.labels())


def _ranks(columns: Sequence[Int[ndarray, " base"]]) -> Int[ndarray, " base"]:
    """Rank of each row's tuple among the distinct tuples, in lexicographic order."""
    ranks = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        width = int(column.max()) + 2  # -1 has a place too
        ranks = np.unique(ranks * width + (column + 1), return_inverse=True)[1]
    return ranks
