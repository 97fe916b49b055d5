from dataclasses import replace

import numpy as np
import pytest

from geoutils import s2
from geoutils.partitions import Hierarchy, Partition, S2Cells, adaptive_partitions
from geoutils.partitions.adaptive.s2_unions import S2Unions


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


def test_levels_in_the_wrong_order_are_refused(hierarchy):
    coarse, middle, fine = hierarchy.levels
    astray = (coarse.cells.parents_of(fine.cells) >= 0) & ~np.isin(fine.cells.ids, coarse.cells.ids)
    message = (
        rf"levels: got \['fine', 'coarse'\], expected coarse to fine, but {astray.sum()} of "
        rf"{len(fine)} cells of 'fine' are finer than those of 'coarse', such as "
    )
    with pytest.raises(ValueError, match=message):
        Hierarchy.of([fine, coarse])
    with pytest.raises(ValueError, match="cells of 'fine' are finer than those of 'middle'"):
        Hierarchy.of([coarse, fine, middle])
    with pytest.raises(ValueError, match="cells of 'fine' are finer than those of 'middle'"):
        Hierarchy.of([coarse, fine], middle)  # as leaves


def test_equal_and_unrelated_cells_are_in_no_wrong_order():
    one, again = s2_partition("one", ["47c", "3"]), s2_partition("again", ["3", "47c"])
    assert Hierarchy.of([one, again]).parents.tolist() == [[1, 0], [0, 1]]
    far = s2_partition("far", ["884c", "0c4"])
    assert Hierarchy.of([one, far]).parents[:, 0].tolist() == [-1, -1]
    # One fine cell in a dropped coarse one's place, and a coarse one whose fine cells were dropped.
    assert Hierarchy.of([one, s2_partition("mixed", ["47c4", "884c"])]).parents.shape == (2, 2)
    with pytest.raises(ValueError, match=r"1 of 2 cells of 'mixed' are finer .* such as 47c4"):
        Hierarchy.of([s2_partition("mixed", ["47c4", "884c"]), one])


def test_unions_and_single_cells_are_in_order_or_refused():
    cells = S2Unions(s2.from_tokens(["47c", "44c", "3"]), np.array([1, 1, 0]))
    unions = Partition("unions", cells, np.zeros((2, 2)), np.ones(2, int), cells.labels())
    single = s2_partition("single", ["47c", "44c", "34"])
    assert Hierarchy.of([unions, single]).parents[:, 0].tolist() == [1, 1, 0]
    assert single.cells.parents_of(unions.cells).tolist() == [-1, -1]  # 1 lies in two, 0 in none
    whole = s2_partition("whole", ["5", "3"])
    assert whole.cells.parents_of(unions.cells).tolist() == [1, 0]
    halves = S2Unions(s2.from_tokens(["47c", "44c", "34"]), np.array([1, 1, 0]))
    assert whole.cells.parents_of(halves).tolist() == [1, 0]
    with pytest.raises(ValueError, match="cells of 'halves' are finer than those of 'whole'"):
        Hierarchy.of([replace(unions, name="halves", cells=halves), whole])


@pytest.mark.parametrize("name", ["a/b", "a\\b", "../up", ""])
def test_names_that_are_no_files_are_refused_before_anything_is_written(hierarchy, name, tmp_path):
    levels = [*hierarchy.levels[:2], replace(hierarchy.levels[2], name=name)]
    with pytest.raises(ValueError, match=r"name: .* cannot name a file; expected a text without"):
        Hierarchy.of(levels).save(tmp_path / "folder")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"hierarchy\.json is no JSON"),
        ('{"levels": [', r"hierarchy\.json is no JSON"),
        ("{}", r"hierarchy\.json is no list of levels; expected"),
        ("[]", r"hierarchy\.json is no list of levels; expected"),
        ('{"levels": []}', r"hierarchy\.json is no list of levels; expected"),
        ('{"levels": "fine"}', r"hierarchy\.json is no list of levels; expected"),
        ('{"levels": [3]}', r"hierarchy\.json is no list of levels \(name: 3 cannot name a file"),
        ('{"levels": ["../fine"]}', r"hierarchy\.json is no list of levels \(name: '\.\./fine'"),
        ('{"levels": ["fine"], "leaves": 1}', r"hierarchy\.json is no list of levels \(name: 1"),
    ],
)
def test_an_index_that_is_none_is_named(hierarchy, text, message, tmp_path):
    hierarchy.save(tmp_path)
    (tmp_path / "hierarchy.json").write_text(text)
    with pytest.raises(ValueError, match="folder: .*" + message):
        Hierarchy.load(tmp_path)
    (tmp_path / "hierarchy.json").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(ValueError, match=r"folder: .*hierarchy\.json is no JSON"):
        Hierarchy.load(tmp_path)
