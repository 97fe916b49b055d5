import numpy as np
import pytest

from geoutils import s2
from geoutils.partitions import Hierarchy, Partition, S2Cells, adaptive_partitions


def random_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


@pytest.fixture(scope="module")
def photos():
    return random_locations(3000)


@pytest.fixture(scope="module")
def hierarchy(photos):
    return Hierarchy.of(adaptive_partitions(photos, 5, {"coarse": 400, "middle": 90, "fine": 25}))


def s2_partition(name, tokens):
    ids = s2.from_tokens(tokens)
    return Partition(name, S2Cells(ids), s2.centers(ids), np.ones(len(ids), int), tokens)


def test_parents_are_the_classes_of_the_cells_photos(hierarchy, photos):
    classes = hierarchy.assign(photos)
    inside = classes[:, -1] >= 0
    assert 0.5 < inside.mean() < 1
    np.testing.assert_array_equal(hierarchy.parents[classes[inside, -1]], classes[inside])
    np.testing.assert_array_equal(hierarchy.parents[:, -1], np.arange(hierarchy.n_cells[-1]))
    assert hierarchy.level_names == ["coarse", "middle", "fine"]
    assert (hierarchy.parents >= 0).all()  # one t_min for all: no ancestor is ever dropped


def test_parents_are_found_whatever_the_order_and_missing_ones_are_told():
    fine = s2_partition("fine", ["47c", "0c4", "3", "884c"])
    coarse = s2_partition("coarse", ["9", "0c", "47c"])
    hierarchy = Hierarchy.of([coarse, fine])
    # 47c is its own parent, 3 lies in a cell that was dropped, 884c far down in face 9.
    np.testing.assert_array_equal(hierarchy.parents, [[2, 0], [1, 1], [-1, 2], [0, 3]])


def test_leaves_are_the_finest_level_unless_given(hierarchy):
    assert hierarchy.leaves is hierarchy.levels[-1]
    leaves = s2_partition("leaves", ["47c", "0c", "3"])
    coarse, fine = s2_partition("coarse", ["44", "0c"]), s2_partition("fine", ["47c"])
    tree = Hierarchy.of([coarse, fine], leaves)
    assert tree.leaves is leaves
    # 0c ends at the coarse level, 3 lies in a cell that was dropped.
    np.testing.assert_array_equal(tree.parents, [[0, 0], [1, -1], [-1, -1]])


def test_saved_hierarchy_comes_back(hierarchy, photos, tmp_path):
    hierarchy.save(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["coarse.parquet", "fine.parquet", "hierarchy.json", "middle.parquet"]
    loaded = Hierarchy.load(tmp_path)
    assert repr(loaded) == repr(hierarchy)
    np.testing.assert_array_equal(loaded.parents, hierarchy.parents)
    np.testing.assert_array_equal(loaded.assign(photos), hierarchy.assign(photos))


def test_bad_hierarchies_are_named(hierarchy, tmp_path):
    with pytest.raises(ValueError, match=r"folder: no hierarchy\.json in"):
        Hierarchy.load(tmp_path)
    with pytest.raises(ValueError, match=r"levels: got \['fine', 'fine'\]"):
        Hierarchy.of([hierarchy.levels[2]] * 2)
    with pytest.raises(ValueError, match=r"levels: got \[\]"):
        Hierarchy.of([])
    with pytest.raises(ValueError, match="levels: none"):
        Hierarchy((), hierarchy.parents[:, :0])
    with pytest.raises(ValueError, match=r"parents: 7 rows for .* cells of 'fine'"):
        Hierarchy(hierarchy.levels, hierarchy.parents[:7])
    with pytest.raises(ValueError, match=r"levels: got \['coarse', 'fine', 'fine'\]"):
        Hierarchy.of(hierarchy.levels[::2], hierarchy.leaves)
    with pytest.raises(ValueError, match="parents: 2 columns for 3 levels"):
        Hierarchy(hierarchy.levels, hierarchy.parents[:, :2])
    with pytest.raises(ValueError, match="at level 'coarse', which has cells 0"):
        Hierarchy(hierarchy.levels, hierarchy.parents + 1000)
