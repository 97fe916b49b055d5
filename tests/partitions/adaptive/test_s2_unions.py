import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils import s2
from geoutils.partitions import Hierarchy, Partition, S2Cells, S2Unions
from geoutils.partitions.cells import Cells


def random_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


def random_pieces(rng, n_splits):
    """Cells of mixed levels that cover the Earth."""
    cells = s2.FACES
    for _ in range(n_splits):
        at = rng.integers(len(cells))
        cells = np.concatenate([np.delete(cells, at), s2.children(cells[at : at + 1])[0]])
    return rng.permutation(cells)


def random_unions(rng, n_splits=30, n_classes=8):
    ids = random_pieces(rng, n_splits)
    owners = rng.permutation(np.r_[np.arange(n_classes), rng.integers(0, n_classes, len(ids))])
    owners = np.r_[np.arange(n_classes), owners[: len(ids) - n_classes]]
    return S2Unions(ids, owners)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_locations_belong_to_the_class_of_their_piece(seed):
    unions = random_unions(np.random.default_rng(seed))
    locations = random_locations(300, seed)
    piece = S2Cells(unions.ids).assign(locations)
    np.testing.assert_array_equal(unions.assign(locations), unions.owners[piece])
    np.testing.assert_allclose(unions.areas_km2().sum(), s2.areas_km2(s2.FACES).sum())
    assert len(set(unions.labels())) == len(unions) == 8


def leaf_cells(unions, owner, level):
    """All cells of a level inside one class."""
    ids = unions.ids[unions.owners == owner]
    found = []
    for cell in ids:
        cells = np.array([cell])
        while s2.levels(cells)[0] < level:
            cells = s2.children(cells).ravel()
        found += cells.tolist()
    return set(found)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_parents_contain_the_finer_class_whole(seed):
    # Two levels of splits at most, so that sets of all cells of level 3 tell who holds whom.
    rng = np.random.default_rng(seed)
    faces, quarters = s2.FACES, s2.children(s2.FACES).ravel()
    coarse = S2Unions(quarters, rng.permutation(np.r_[np.arange(4), rng.integers(0, 4, 20)]))
    mixed = np.r_[faces[:2], quarters[8:]]
    finer = S2Unions(mixed, rng.permutation(np.r_[np.arange(9), rng.integers(0, 9, 9)]))
    grounds = [leaf_cells(coarse, owner, 3) for owner in range(4)]
    for other in (finer, S2Cells(mixed)):
        if isinstance(other, S2Cells):
            parts = [leaf_cells(S2Unions(mixed, np.arange(18)), i, 3) for i in range(18)]
        else:
            parts = [leaf_cells(finer, owner, 3) for owner in range(9)]
        expected = [next((c for c in range(4) if p <= grounds[c]), -1) for p in parts]
        np.testing.assert_array_equal(coarse.parents_of(other), expected)
    np.testing.assert_array_equal(finer.parents_of(finer), np.arange(9))


def test_four_children_of_one_class_are_their_parent():
    ids = np.r_[s2.children(s2.FACES[:1])[0], s2.FACES[1:]]
    unions = S2Unions(ids, np.array([0, 0, 0, 0, 1, 2, 2, 3, 3]))
    assert unions.columns() == {"tokens": ["1", "3", "5 7", "9 b"]}
    assert unions.labels() == ["1", "3", "5+1", "9+1"]
    np.testing.assert_array_equal(unions.parents_of(S2Cells(s2.FACES)), [0, 1, 2, 2, 3, 3])


def test_outlines_hold_a_ring_for_every_piece():
    unions = S2Unions(s2.from_tokens(["47c", "44c", "3"]), np.array([1, 1, 0]))
    one, two = unions.boundaries()
    gaps = np.isnan(two).any(axis=1)
    assert gaps.sum() == 1
    single = S2Cells(s2.from_tokens(["44c", "47c"])).boundaries()
    at = int(gaps.argmax())
    np.testing.assert_array_equal(two[:at], single[0])
    np.testing.assert_array_equal(two[at + 1 :], single[1])
    np.testing.assert_array_equal(one, S2Cells(s2.from_tokens(["3"])).boundaries()[0])
    np.testing.assert_allclose(
        unions.areas_km2()[1], s2.areas_km2(s2.from_tokens(["44c", "47c"])).sum()
    )


def test_saved_partition_comes_back(tmp_path):
    unions = random_unions(np.random.default_rng(3))
    points = random_locations(8)
    partition = Partition("unions", unions, points, np.arange(8), unions.labels())
    partition.save(tmp_path / "unions.parquet")
    loaded = Partition.load(tmp_path / "unions.parquet")
    assert loaded.cells.kind == "s2_union"
    assert repr(loaded) == "<Partition unions: 8 s2_union cells, 28 photos>"
    locations = random_locations(500, 1)
    np.testing.assert_array_equal(loaded.assign(locations), partition.assign(locations))
    np.testing.assert_allclose(loaded.areas_km2(), partition.areas_km2())
    coarse = S2Unions(s2.FACES, np.array([0, 0, 0, 1, 1, 1]))
    level = Partition("halves", coarse, points[:2], np.ones(2, int), coarse.labels())
    hierarchy = Hierarchy.of([level, partition])
    assert hierarchy.parents[:, 1].tolist() == list(range(8))


def test_bad_unions_are_named():
    with pytest.raises(ValueError, match="owners: classes do not count from 0 without gaps"):
        S2Unions(s2.FACES, np.array([0, 0, 2, 2, 2, 2]))
    with pytest.raises(ValueError, match="owners: classes do not count from 0"):
        S2Unions(s2.FACES, np.array([-1, 0, 0, 0, 0, 0]))
    with pytest.raises(ValueError, match="owners: 2 for 6 pieces"):
        S2Unions(s2.FACES, np.array([0, 1]))
    with pytest.raises(ValueError, match="ids: cells 47 and 47c overlap"):
        S2Unions(s2.from_tokens(["47c", "47"]), np.array([0, 1]))
    with pytest.raises(ValueError, match="tokens: 'x' is no S2 cell"):
        S2Unions.from_columns(pd.DataFrame({"tokens": ["1 3", "x"]}))
    with pytest.raises(ValueError, match="beyond"):
        S2Unions(s2.FACES, np.zeros(6, int)).assign(np.array([[100.0, 0.0]]))
    with pytest.raises(ValueError, match="finer: cells of kind 'lattice' do not nest"):
        S2Unions(s2.FACES, np.zeros(6, int)).parents_of(Lattice())


class Lattice(Cells):
    """A kind that knows nothing of S2."""

    kind = "lattice"
    __len__ = assign = parents_of = boundaries = areas_km2 = labels = columns = None
    from_columns = None


def test_no_pieces_hold_nothing():
    empty = S2Unions(np.array([], dtype=np.uint64), np.array([], dtype=int))
    assert len(empty) == 0
    assert empty.assign(np.array([[1.0, 2.0]])).tolist() == [-1]
    assert empty.columns() == {"tokens": []}
