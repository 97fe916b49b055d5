import numpy as np
import pytest

from geoutils.atlas import country_of
from geoutils.partitions import (
    Hierarchy,
    adaptive_partitions,
    adaptive_tree,
    base_graph,
    fullest_partition,
    geoclass_set,
)
from geoutils.partitions.geoclass import GEOCLASS_SETS
from geoutils.training.recipes.targets import Targets, read_targets

TOWNS = np.array([[48.85, 2.35], [51.5, -0.12], [40.7, -74.0], [35.7, 139.7], [-33.9, 18.4]])


@pytest.fixture(scope="module")
def photos():
    rng = np.random.default_rng(0)
    positions = np.repeat(TOWNS, 40, axis=0) + rng.normal(0, 0.3, (200, 2))
    return positions, rng.random(200) < 0.8


@pytest.fixture(scope="module")
def folder(photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("partitions")
    positions, is_train = photos
    train = positions[is_train]
    Hierarchy.of(adaptive_partitions(train, 2, {"coarse": 60, "fine": 12})).save(folder)
    adaptive_tree(train, 2, 20).save(folder / "tree")
    fullest_partition(train, 12).save(folder / "fullest" / "fullest.parquet")
    graph = base_graph(train, level=8)
    for number, n_cells in ((1, 8), (2, 6)):
        cells = geoclass_set(graph, n_cells, GEOCLASS_SETS[1], name=f"set_{number}")
        cells.save(folder / "cplanet" / f"{cells.name}.parquet")
    return folder


def test_a_hierarchy_has_a_column_for_each_level(folder, photos):
    targets = read_targets("s2", folder, *photos)
    hierarchy = Hierarchy.load(folder)
    assert targets.level_names == ["coarse", "fine"] and targets.n_cells == hierarchy.n_cells
    np.testing.assert_array_equal(targets.cells, hierarchy.assign(photos[0]))
    np.testing.assert_array_equal(targets.parents, hierarchy.parents)
    np.testing.assert_array_equal(targets.centers_deg[1], hierarchy.levels[1].centers_deg)
    assert targets.finest.level_names == ["fine"]
    np.testing.assert_array_equal(targets.finest.cells[:, 0], targets.cells[:, 1])
    np.testing.assert_array_equal(targets.finest.parents, targets.parents)


def test_a_tree_asks_for_its_leaves(folder, photos):
    targets = read_targets("tree", folder, *photos)
    tree = Hierarchy.load(folder / "tree")
    assert targets.level_names == ["leaves"] and targets.n_cells == [len(tree.leaves)]
    np.testing.assert_array_equal(targets.cells[:, 0], tree.leaves.assign(photos[0]))
    np.testing.assert_array_equal(targets.parents, tree.parents)


def test_countries_are_those_with_training_photos(folder, photos):
    positions, is_train = photos
    unseen = is_train & (positions[:, 0] > 0)  # nothing from the south is learned from
    targets = read_targets("countries", folder, positions, unseen)
    codes = country_of(positions)
    known = sorted(set(codes[unseen]) - {""})
    expected = [known.index(code) if code in known else -1 for code in codes]
    assert targets.cells[:, 0].tolist() == expected and -1 in expected
    assert targets.n_cells == [len(known)] and targets.centers_deg[0].shape == (len(known), 2)
    assert targets.parents is None


def test_geoclass_sets_are_levels_that_do_not_nest(folder, photos):
    targets = read_targets("cplanet", folder, *photos)
    assert targets.level_names == ["set_1", "set_2"] and targets.n_cells == [8, 6]
    assert targets.parents is None and (targets.cells >= 0).all()


def test_joined_partitions_lie_side_by_side(folder, photos):
    targets = read_targets("countries+s2+fullest", folder, *photos)
    assert targets.level_names == ["countries", "s2_coarse", "s2_fine", "fullest"]
    alone = [read_targets(name, folder, *photos) for name in ("countries", "s2", "fullest")]
    np.testing.assert_array_equal(targets.cells, np.hstack([part.cells for part in alone]))
    assert targets.n_cells == [n for part in alone for n in part.n_cells]


def test_a_photo_without_position_is_outside(folder, photos):
    positions = np.vstack([photos[0], [np.nan, np.nan]])
    is_train = np.append(photos[1], False)
    for name in ("s2", "countries", "tree"):
        targets = read_targets(name, folder, positions, is_train)
        assert (targets.cells[-1] == -1).all() and len(targets.cells) == len(positions)


def test_examples_are_the_chosen_rows(folder, photos):
    targets, rows = read_targets("s2", folder, *photos), np.array([7, 3])
    inputs, scenes = np.zeros((200, 4), np.float32), np.arange(200)
    examples = targets.examples(inputs, photos[0], rows, scenes)
    assert examples.rows.tolist() == [7, 3] and examples.scenes.tolist() == [7, 3]
    np.testing.assert_array_equal(examples.cells, targets.cells[[7, 3]])
    np.testing.assert_array_equal(examples.latlon_deg, photos[0][[7, 3]])
    assert targets.examples(inputs, photos[0], rows).scenes.tolist() == [-1, -1]


def test_bad_names_and_missing_files_are_told(folder, photos, tmp_path):
    with pytest.raises(ValueError, match=r"partition: 'semantics'; .* similar: semantic"):
        read_targets("s2+semantics", folder, *photos)
    for name in ("s2", "seven", "cplanet", "fullest"):
        with pytest.raises(ValueError, match="notebook 02"):
            read_targets(name, tmp_path, *photos)
    with pytest.raises(ValueError, match="n_cells: 2 for 1 levels"):
        Targets("x", ["a"], [2, 3], np.zeros((1, 1), int), [np.zeros((2, 2))])
