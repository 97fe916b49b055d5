"""Made-up photos, and cells counted slowly, for the partitions that leave no photo out."""

import numpy as np
import pytest

from geoutils import s2


def _random_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


def _clustered_locations(n, seed=0, wide_share=0.3):
    rng = np.random.default_rng(seed)
    spots = np.c_[rng.uniform(-80, 80, 5), rng.uniform(-175, 175, 5)]
    crowd = spots[rng.integers(0, 5, n)] + rng.choice([0, 0.1, 3], (n, 1)) * rng.normal(size=(n, 2))
    wide = _random_locations(n, seed + 1)
    return np.where(rng.random((n, 1)) < wide_share, wide, crowd).clip([-90, -180], [90, 180])


def _classes_by_ground(partition):
    """Each class as the set of its pieces' ids, in the order of the classes."""
    return [set(s2.from_tokens(t.split()).tolist()) for t in partition.cells.columns()["tokens"]]


class Ground:
    """Photos of cells, counted one cell after the other."""

    def __init__(self, photos):
        self.leaves = s2.cell_ids(photos)

    def count(self, cell):
        first, last = s2.id_ranges(np.array([cell], dtype=np.uint64))
        return int(((self.leaves >= first) & (self.leaves <= last)).sum())

    def size(self, cells):
        return sum(map(self.count, cells))

    @staticmethod
    def children(cell):
        return s2.children(np.array([cell], dtype=np.uint64))[0].tolist()

    @staticmethod
    def level(cell):
        return int(s2.levels(np.array([cell], dtype=np.uint64))[0])

    @staticmethod
    def center(cell):
        return s2.centers(np.array([cell], dtype=np.uint64))

    def merged(self, pieces):
        """The same ground with the fewest cells."""
        pieces = set(pieces)
        for at in range(30, 0, -1):
            above = {
                int(s2.parents(np.array([c], dtype=np.uint64), at - 1)[0])
                for c in pieces
                if self.level(c) == at
            }
            for cell in above:
                if pieces >= set(self.children(cell)):
                    pieces = pieces - set(self.children(cell)) | {cell}
        return pieces


@pytest.fixture(scope="session")
def random_locations():
    """A function (n, seed) -> locations anywhere on Earth."""
    return _random_locations


@pytest.fixture(scope="session")
def clustered_locations():
    """A function (n, seed, wide_share) -> locations, most of them at five spots."""
    return _clustered_locations


@pytest.fixture(scope="session")
def classes_by_ground():
    """A function (partition) -> each class as the set of its pieces' ids."""
    return _classes_by_ground


@pytest.fixture(scope="session")
def ground_of():
    """A function (photos) -> `Ground`."""
    return Ground
