from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.spatial import SphericalVoronoi

from geoutils import s2
from geoutils.partitions.geoclass.base_cells import base_graph
from geoutils.partitions.geoclass.sets import (
    GEOCLASS_SETS,
    GeoclassParameters,
    feature_subspace,
    geoclass_set,
    sample_parameters,
)
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.partition import Partition
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, spherical_mean, unit_vectors

LEVEL = 8
EARTH_KM2 = 4 * np.pi * EARTH_RADIUS_KM**2
GEOGRAPHIC = GEOCLASS_SETS[1]


def photos_around_spots(n, seed=0):
    """Most photos around a few spots, several in one place, some anywhere."""
    rng = np.random.default_rng(seed)
    spots = np.c_[rng.uniform(-70, 70, 6), rng.uniform(-179, 179, 6)]
    spread = rng.choice([0, 0.02, 0.5, 4], (n, 1))
    crowd = spots[rng.integers(0, 6, n)] + spread * rng.standard_normal((n, 2))
    wide = np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]
    photos = np.where(rng.random((n, 1)) < 0.8, crowd, wide)
    return np.c_[photos[:, 0].clip(-90, 90), np.mod(photos[:, 1] + 180, 360) - 180]


def naive_neighbours(ids):
    """Pairs of cells whose Voronoi regions share a border."""
    diagram = SphericalVoronoi(unit_vectors(s2.centers(ids)))
    diagram.sort_vertices_of_regions()
    sides = {}
    for site, corners in enumerate(diagram.regions):
        for a, b in zip(corners, np.roll(corners, -1), strict=True):
            sides.setdefault(frozenset((a, b)), []).append(site)
    return {frozenset(pair) for pair in sides.values()}


def naive_geoclasses(photos, n_classes, alpha, beta, features, n_cells):
    """Class of each base cell: the paper's greedy step word for word, on plain sets of photos."""
    ids, of_photo = np.unique(s2.cell_ids(photos, LEVEL), return_inverse=True)
    pairs = naive_neighbours(ids)
    nodes = {base: {base} for base in range(len(ids))}
    scores = {
        base: alpha[0] * (of_photo == base).sum() + alpha[1] + alpha[2] * n_cells[base]
        for base in nodes
    }

    def rows(node):
        return np.isin(of_photo, list(nodes[node]))

    def visual(a, b):
        if beta[0] == 0:
            return 0.0
        mean_a, mean_b = features[rows(a)].mean(axis=0), features[rows(b)].mean(axis=0)
        return 1 - mean_a @ mean_b / np.linalg.norm(mean_a) / np.linalg.norm(mean_b)

    def geographic(a, b):
        return great_circle_km(spherical_mean(photos[rows(a)]), spherical_mean(photos[rows(b)]))[0]

    units = [np.median([f(*pair) for pair in pairs]) or 1 for f in (visual, geographic)]

    def edge_weight(a, b):
        return beta[0] * visual(a, b) / units[0] + beta[1] * geographic(a, b) / units[1]

    while len(nodes) > n_classes:
        lowest = min(nodes, key=lambda node: (scores[node], node))
        touching = {
            other
            for other in nodes
            if other != lowest
            and any(frozenset((a, b)) in pairs for a in nodes[lowest] for b in nodes[other])
        }
        nearest = min(touching, key=lambda node: (edge_weight(lowest, node), node))
        kept, dropped = sorted((lowest, nearest))
        nodes[kept] |= nodes.pop(dropped)
        scores[kept] += scores.pop(dropped)
    classes = np.empty(len(ids), dtype=np.int64)
    for number, node in enumerate(sorted(nodes)):
        classes[list(nodes[node])] = number
    return classes


@pytest.fixture(scope="module")
def photos():
    return photos_around_spots(400)


@pytest.fixture(scope="module")
def graph(photos):
    features = np.random.default_rng(0).normal(size=(len(photos), 32)).astype(np.float32)
    return base_graph(photos, LEVEL, features)


@pytest.fixture(scope="module")
def partition(graph):
    return geoclass_set(graph, 20, GEOGRAPHIC, name="geographic")


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("seed", [0, 1])
def test_geoclasses_match_the_naive_definition(number, seed):
    parameters, photos = GEOCLASS_SETS[number], photos_around_spots(120, seed)
    features = np.random.default_rng(seed).random((120, 40))
    graph = base_graph(photos, LEVEL, features)
    chosen = feature_subspace(parameters, 40, seed)
    expected = naive_geoclasses(
        photos, 12, parameters.alpha, parameters.beta, features[:, chosen], graph.cells.n_cells
    )
    found = geoclass_set(graph, 12, parameters, seed).cells.class_of_base
    np.testing.assert_array_equal(found, expected)


def test_equal_scores_and_distances_go_by_the_s2_curve():
    # One photo in the middle of each face of the cube: every score and distance is the same.
    graph = base_graph(s2.centers(s2.FACES), level=0)
    classes = [geoclass_set(graph, n, GEOGRAPHIC).cells.class_of_base.tolist() for n in (5, 4)]
    # Cell 0 joins 1, the first of its four neighbours (opposite faces do not touch). Then 2 comes
    # first, the north; the middle of 0 and 1 is on the equator too, so all four are as far again.
    assert classes == [[0, 0, 1, 2, 3, 4], [0, 0, 0, 1, 2, 3]]


def test_classes_are_balanced_in_what_the_score_counts(graph, partition):
    def spread(values):
        return values.max() / values.min()

    by_area = geoclass_set(graph, 20, GeoclassParameters(9, 0, (0.0, 0.0, 1.0), (0.0, 1.0)))
    assert spread(by_area.areas_km2()) < spread(partition.areas_km2()) / 4
    assert spread(partition.counts) < spread(by_area.counts) / 2


def test_photos_in_any_order_give_the_same_classes(photos):
    features = np.random.default_rng(0).random((400, 8))
    order = np.random.default_rng(1).permutation(400)
    one, other = (
        geoclass_set(base_graph(photos[rows], LEVEL, features[rows]), 15, GEOCLASS_SETS[2], seed=3)
        for rows in (np.arange(400), order)
    )
    np.testing.assert_array_equal(one.assign(photos), other.assign(photos))
    np.testing.assert_array_equal(one.centers_deg, other.centers_deg)
    assert one.names == other.names


def test_the_seed_draws_the_feature_dimensions(graph):
    by_seed = [
        geoclass_set(graph, 15, GEOCLASS_SETS[3], seed).cells.class_of_base for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(by_seed[0], by_seed[1])
    assert (by_seed[0] != by_seed[2]).any()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_features", [160, 2048])
def test_published_sets_see_dimensions_of_their_own(n_features, seed):
    drawn = [feature_subspace(entry, n_features, seed) for entry in GEOCLASS_SETS]
    np.testing.assert_array_equal(drawn[0], np.arange(n_features))  # set 1 sees all of them
    for dims, entry in zip(drawn[2:], GEOCLASS_SETS[2:], strict=True):
        assert len(dims) == round(n_features * entry.n_dims / 2048)
        assert len(set(dims.tolist())) == len(dims) and 0 <= dims.min() <= dims.max() < n_features
    for a, b in permutations(drawn[2:], 2):
        # As many of a's dimensions are in b as chance has it: not all, where one lies in the other.
        assert abs(np.isin(a, b).mean() - len(b) / n_features) < 0.15


def test_subspaces_depend_on_the_seed_and_on_what_tells_sets_apart():
    third = GEOCLASS_SETS[2]
    dims = feature_subspace(third, 2048, 4)
    for same in (third, third.scaled(20_000, 700), replace(third, alpha=(1.0, 0.0, 0.0))):
        np.testing.assert_array_equal(feature_subspace(same, 2048, 4), dims)
    for other, seed in ((third, 5), (replace(third, beta=(0.422, 0.578)), 4)):
        assert (feature_subspace(other, 2048, seed) != dims).any()


def test_equal_features_leave_the_choice_to_geography(photos, graph):
    alike = base_graph(photos, LEVEL, np.ones((400, 4)))
    both = GeoclassParameters(9, 2048, (1.0, 0.0, 0.0), (0.5, 0.5))
    found = geoclass_set(alike, 15, both).cells.class_of_base
    np.testing.assert_array_equal(found, geoclass_set(graph, 15, GEOGRAPHIC).cells.class_of_base)


def test_features_of_length_zero_have_a_distance_too(photos):
    features = np.zeros((400, 4))
    features[::2, 0] = 1
    partition = geoclass_set(base_graph(photos, LEVEL, features), 10, GEOCLASS_SETS[0])
    assert len(partition) == 10 and partition.counts.sum() == 400


def test_points_counts_and_weights_belong_to_the_images(photos, partition):
    classes = partition.assign(photos)
    np.testing.assert_array_equal(np.bincount(classes), partition.counts)
    np.testing.assert_array_equal(partition.cells.n_images, partition.counts)
    for number in range(len(partition)):
        own = photos[classes == number]
        assert great_circle_km(partition.centers_deg[[number]], spherical_mean(own))[0] < 1e-4
        assert partition.cells.n_nonempty[number] == len(np.unique(s2.cell_ids(own, LEVEL)))
    np.testing.assert_allclose(partition.cells.n_cells.sum(), 6 * 4**LEVEL, rtol=1e-12)
    np.testing.assert_allclose(partition.areas_km2().sum(), EARTH_KM2, rtol=1e-12)


def test_every_location_of_one_s2_cell_has_one_class(partition):
    cells = s2.cell_ids(photos_around_spots(50, seed=9), LEVEL)
    grandchildren = s2.children(s2.children(cells).ravel()).ravel()
    classes = partition.assign(s2.centers(grandchildren)).reshape(len(cells), 16)
    assert (classes == classes[:, :1]).all()
    assert (classes >= 0).all()


def test_saved_geoclasses_come_back(partition, photos, tmp_path):
    partition.save(tmp_path / "set.parquet")
    again = Partition.load(tmp_path / "set.parquet")
    assert (again.name, again.names) == (partition.name, partition.names)
    np.testing.assert_array_equal(again.assign(photos), partition.assign(photos))
    np.testing.assert_array_equal(again.areas_km2(), partition.areas_km2())
    assert again.cells.base.same_as(partition.cells.base)
    np.testing.assert_array_equal(again.cells.base.vector_sums, partition.cells.base.vector_sums)
    assert len(again.boundaries()) == len(partition)


def test_fewer_classes_of_the_same_parameters_are_parents(graph, photos, tmp_path):
    # Merging goes on from where it stopped, so sets of one kind nest.
    levels = [geoclass_set(graph, n, GEOGRAPHIC, name=f"{n}") for n in (3, 20, 60)]
    hierarchy = Hierarchy.of(levels)
    assert (hierarchy.parents >= 0).all()
    classes = hierarchy.assign(photos)
    np.testing.assert_array_equal(hierarchy.parents[classes[:, 2]], classes)
    hierarchy.save(tmp_path)
    np.testing.assert_array_equal(Hierarchy.load(tmp_path).parents, hierarchy.parents)


def test_a_class_across_two_others_has_no_parent(graph, photos):
    coarse = geoclass_set(graph, 2, GEOGRAPHIC)
    fine = geoclass_set(graph, 20, GEOCLASS_SETS[0])
    parents = coarse.cells.parents_of(fine.cells)
    pairs = np.unique(np.c_[fine.assign(photos), coarse.assign(photos)], axis=0)
    for number, parent in enumerate(parents):
        inside = pairs[pairs[:, 0] == number, 1]
        assert parent == (inside[0] if len(inside) == 1 else -1)


def test_parents_need_the_same_base_cells(partition, photos):
    other = geoclass_set(base_graph(photos[:300], LEVEL), 5, GEOGRAPHIC)
    with pytest.raises(ValueError, match="finer: 'geoclass' cells that are not unions of the same"):
        partition.cells.parents_of(other.cells)


def test_labels_are_distinct_tokens(partition):
    assert len(set(partition.names)) == len(partition)
    sizes = [int(name.partition("+")[2] or 0) + 1 for name in partition.names]
    assert sizes == partition.cells.n_nonempty.tolist()


def test_images_that_cancel_out_leave_a_point():
    graph = base_graph(np.array([[0.0, 0.0], [0.0, -180.0], [0.0, -180.0], [0.0, 0.0]]), 0)
    partition = geoclass_set(graph, 1, GEOGRAPHIC)
    np.testing.assert_allclose(partition.centers_deg, [[0.0, 0.0]], atol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_few_base_cells_merge_down_to_one(n):
    photos = s2.centers(s2.children(s2.FACES[:1]).ravel())[:n]
    graph = base_graph(photos, level=1)
    for n_classes in range(1, n + 1):
        partition = geoclass_set(graph, n_classes, GEOGRAPHIC)
        assert len(partition) == n_classes and partition.counts.sum() == n
        np.testing.assert_allclose(partition.areas_km2().sum(), EARTH_KM2, rtol=1e-9)


def test_wrong_numbers_of_classes_are_refused(graph):
    for n_classes in (0, len(graph) + 1):
        with pytest.raises(ValueError, match=rf"n_classes: got {n_classes}, expected 1 … "):
            geoclass_set(graph, n_classes, GEOGRAPHIC)


def test_visual_distance_needs_features(photos):
    with pytest.raises(ValueError, match="graph: no features, but beta"):
        geoclass_set(base_graph(photos, LEVEL), 5, GEOCLASS_SETS[0])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_classes": 0}, "n_classes: got 0"),
        ({"n_dims": 2049}, "n_dims: got 2049"),
        ({"n_dims": 0}, "n_dims: 0, but beta"),
        ({"alpha": (0.0, 0.0, 0.0)}, "alpha: got"),
        ({"beta": (-0.1, 1.0)}, "beta: got"),
        ({"beta": (float("nan"), 1.0)}, "beta: got"),
    ],
)
def test_senseless_parameters_are_refused(changed, message):
    good = {"n_classes": 9, "n_dims": 4, "alpha": (1.0, 0.0, 0.0), "beta": (0.5, 0.5)}
    with pytest.raises(ValueError, match=message):
        GeoclassParameters(**good | changed)


def test_published_parameters_are_those_of_table_1():
    assert [entry.n_classes for entry in GEOCLASS_SETS] == [9969, 9969, 12977, 12333, 11262]
    assert [entry.n_dims for entry in GEOCLASS_SETS] == [2048, 0, 1187, 1113, 1498]
    for entry in GEOCLASS_SETS:
        np.testing.assert_allclose([sum(entry.alpha), sum(entry.beta)], [1, 1])


def test_dimensions_scale_with_the_features():
    third = GEOCLASS_SETS[2]
    assert third.scaled_dims(2048) == 1187 and third.scaled_dims(512) == 297
    assert GEOCLASS_SETS[4].scaled_dims(1) == 1


def test_parameters_scale_with_photos_and_classes():
    third = GEOCLASS_SETS[2]
    same = third.scaled(30_300_000, 9_969)
    assert replace(same, alpha=third.alpha) == third
    np.testing.assert_allclose(same.alpha, third.alpha)
    small = third.scaled(303_000, 100, level=12)  # a hundredth of both, cells of 16 times the size
    np.testing.assert_allclose(small.alpha, [0.501, 0.490, 0.009 * 0.16])
    assert (small.n_classes, small.n_dims, small.beta) == (130, third.n_dims, third.beta)
    assert [entry.scaled(1000, 700).n_classes for entry in GEOCLASS_SETS] == [
        700,
        700,
        911,
        866,
        791,
    ]
    shrunk = GeoclassParameters(10, 0, (1.0, 0.0, 0.0), (0.0, 1.0)).scaled(1, 1)
    assert shrunk.n_classes == 1
    with pytest.raises(ValueError, match="n_photos: got 0, expected 1 or more"):
        third.scaled(0, 5)
    with pytest.raises(ValueError, match="n_classes: got -1, expected 1 or more"):
        third.scaled(5, -1)


def test_sampled_parameters_resemble_the_published_draws():
    draws = [sample_parameters(seed) for seed in range(200)]
    assert draws[0] == sample_parameters(0) and len({draw.n_classes for draw in draws}) > 100
    for draw in draws:
        assert 10_000 <= draw.n_classes <= 13_000 and 1024 <= draw.n_dims <= 2048
        assert draw.alpha[2] <= 0.01 and draw.beta[0] > 0
        np.testing.assert_allclose([sum(draw.alpha), sum(draw.beta)], [1, 1])
