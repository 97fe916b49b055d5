import numpy as np
import pytest

from geoutils import s2
from geoutils.partitions.adaptive.threshold import adaptive_partition
from geoutils.partitions.geoclass.base_cells import base_graph
from geoutils.partitions.geoclass.combined import combine
from geoutils.partitions.geoclass.sets import GEOCLASS_SETS, GeoclassParameters, geoclass_set
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.partition import Partition
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, spherical_mean

LEVEL = 8
BY_CELLS = GeoclassParameters(9, 0, (0.2, 0.8, 0.0), (0.0, 1.0))


@pytest.fixture(scope="module")
def photos():
    rng = np.random.default_rng(0)
    spots = np.c_[rng.uniform(-70, 70, 6), rng.uniform(-175, 175, 6)]
    spread = rng.choice([0, 0.02, 0.5, 4], (400, 1))
    return spots[rng.integers(0, 6, 400)] + spread * rng.uniform(-1, 1, (400, 2))


@pytest.fixture(scope="module")
def sets(photos):
    graph = base_graph(photos, LEVEL)
    one = geoclass_set(graph, 12, GEOCLASS_SETS[1], name="images")
    return [one, geoclass_set(graph, 9, BY_CELLS, name="cells")]


@pytest.fixture(scope="module")
def combined(sets):
    return combine(sets)


def test_classes_are_the_distinct_tuples(photos, sets, combined):
    labels = np.stack([part.assign(photos) for part in sets], axis=1)
    expected = np.unique(labels, axis=0)  # every class has photos, and rows come out in order
    np.testing.assert_array_equal(combined.cells.tuples, expected)
    np.testing.assert_array_equal(combined.cells.tuples[combined.assign(photos)], labels)
    assert combined.cells.set_names == ("images", "cells") and combined.cells.set_sizes == (12, 9)
    assert max(map(len, sets)) < len(combined) < len(sets[0]) * len(sets[1])


def test_points_and_weights_belong_to_all_images_of_a_tuple(photos, combined):
    classes = combined.assign(photos)
    np.testing.assert_array_equal(np.bincount(classes), combined.counts)
    for number in range(len(combined)):
        mean = spherical_mean(photos[classes == number])
        assert great_circle_km(combined.centers_deg[[number]], mean)[0] < 1e-4
    earth = 4 * np.pi * EARTH_RADIUS_KM**2
    np.testing.assert_allclose(combined.areas_km2().sum(), earth, rtol=1e-12)


def test_weights_of_a_set_are_those_of_its_own_classes(sets, combined):
    cells = combined.cells
    for column, part in enumerate(sets):
        for weight in ("n_cells", "n_nonempty", "n_images"):
            found = cells.weights_of_set(column, getattr(cells, weight))
            np.testing.assert_allclose(found, getattr(part.cells, weight), rtol=1e-12)


def test_normalised_score_from_the_kept_data_matches_all_base_cells(sets, combined):
    # Equation 3 on every base cell, against a gather-and-add over tuples.
    rng = np.random.default_rng(1)
    scores = [rng.dirichlet(np.ones(len(part))) for part in sets]
    base = sets[0].cells.base
    by_base = sum(
        s[part.cells.class_of_base] / (s[part.cells.class_of_base] * base.n_cells).sum()
        for s, part in zip(scores, sets, strict=True)
    )
    cells = combined.cells
    by_tuple = sum(
        s[cells.tuples[:, k]] / (s @ cells.weights_of_set(k, cells.n_cells))
        for k, s in enumerate(scores)
    )
    np.testing.assert_allclose(by_tuple[cells.class_of_base], by_base, rtol=1e-12)


def test_sets_are_parents_of_their_combination(sets, combined, tmp_path):
    hierarchy = Hierarchy.of([*sets, combined])
    np.testing.assert_array_equal(hierarchy.parents[:, :2], combined.cells.tuples)
    hierarchy.save(tmp_path)
    np.testing.assert_array_equal(Hierarchy.load(tmp_path).parents, hierarchy.parents)


def test_other_partitions_join_by_the_points_of_base_cells(photos, sets):
    adaptive = adaptive_partition(photos, 20, 60, "adaptive")
    combined = combine([adaptive, *sets])
    cells = combined.cells
    np.testing.assert_array_equal(
        cells.tuples[cells.class_of_base, 0], adaptive.assign(cells.base.points_deg)
    )
    assert (cells.tuples[:, 0] == -1).any()  # sparse cells were dropped
    assert cells.set_sizes == (len(adaptive), 12, 9)
    kept = adaptive.assign(cells.base.points_deg) >= 0
    weights = cells.weights_of_set(0, cells.n_images)
    assert len(weights) == len(adaptive) and weights.sum() == cells.base.n_images[kept].sum()


def test_finer_partitions_join_by_the_photos_not_the_centres_of_base_cells(photos, sets):
    finer = adaptive_partition(photos, 1, 2, "finer")
    cells = combine([finer, *sets]).cells
    by_photos = finer.assign(cells.base.points_deg)
    by_centres = finer.assign(s2.centers(cells.base.ids))
    assert (by_photos != by_centres).any()
    np.testing.assert_array_equal(cells.tuples[cells.class_of_base, 0], by_photos)


def test_combinations_can_be_combined(photos, sets, combined):
    again = combine([combined, adaptive_partition(photos, 20, 60, "adaptive")])
    np.testing.assert_array_equal(
        again.cells.tuples[again.assign(photos), 0], combined.assign(photos)
    )


def test_one_set_alone_is_itself(photos, sets):
    alone = combine(sets[:1])
    np.testing.assert_array_equal(alone.assign(photos), sets[0].assign(photos))
    np.testing.assert_array_equal(alone.cells.tuples, np.arange(12)[:, None])


def test_saved_combination_comes_back(photos, combined, tmp_path):
    combined.save(tmp_path / "combined.parquet")
    again = Partition.load(tmp_path / "combined.parquet")
    np.testing.assert_array_equal(again.cells.tuples, combined.cells.tuples)
    np.testing.assert_array_equal(again.assign(photos), combined.assign(photos))
    assert again.cells.set_names == combined.cells.set_names
    assert again.cells.set_sizes == combined.cells.set_sizes
    assert again.names == combined.names and len(set(combined.names)) == len(combined)


def test_what_cannot_be_combined_is_refused(photos, sets):
    adaptive = adaptive_partition(photos, 20, 60, "adaptive")
    with pytest.raises(ValueError, match=r"partitions: got \[\], expected one or more"):
        combine([])
    with pytest.raises(ValueError, match="of distinct names"):
        combine([sets[0], sets[0]])
    with pytest.raises(ValueError, match="partitions: no geoclass set among"):
        combine([adaptive])
    other = geoclass_set(base_graph(photos[:300], LEVEL), 5, GEOCLASS_SETS[1], name="other")
    with pytest.raises(ValueError, match="'images' and 'other' differ in their base cells"):
        combine([adaptive, sets[0], other])
