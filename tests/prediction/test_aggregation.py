import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from geoutils.prediction.aggregation import densest_neighbour, largest_cluster
from geoutils.sphere import EARTH_RADIUS_KM, destination, great_circle_km


def dbscan(points, epsilon_km):
    """Ester et al., 1996, with one sample as enough: grow a cluster from each new point."""
    label, n_clusters = {}, 0
    for start in range(len(points)):
        if start in label:
            continue
        todo = [start]
        while todo:
            here = todo.pop()
            if here in label:
                continue
            label[here] = n_clusters
            apart = great_circle_km(np.tile(points[here], (len(points), 1)), points)
            todo += np.flatnonzero(apart <= epsilon_km).tolist()
        n_clusters += 1
    return [label[i] for i in range(len(points))]


def largest_slowly(points, epsilon_km):
    labels = dbscan(points, epsilon_km)
    largest = max(sorted(set(labels)), key=labels.count)  # max keeps the first of equals
    return [label == largest for label in labels]


def around(center, n, seed, spread_km):
    rng = np.random.default_rng(seed)
    starts = np.tile(center, (n, 1))
    return destination(starts, rng.uniform(0, 360, n), rng.uniform(0, spread_km, n))


@settings(max_examples=150, deadline=None)
@given(
    center=st.tuples(st.floats(-90, 90), st.floats(-180, 179.9)),
    n=st.integers(1, 12),
    seed=st.integers(0, 999),
    spread_km=st.floats(0.01, 6),
)
def test_clusters_equal_dbscan_and_single_linkage_anywhere_on_earth(center, n, seed, spread_km):
    points = around(np.array(center), n, seed, spread_km)
    members = largest_cluster(points[None], np.ones((1, n), dtype=bool))[0]
    assert members.tolist() == largest_slowly(points, 1.0)
    if n > 1:
        a, b = np.triu_indices(n, 1)
        joined = linkage(great_circle_km(points[a], points[b]), "single")
        labels = fcluster(joined, 1.0, "distance")
        assert members.sum() == np.bincount(labels).max() and len(set(labels[members])) == 1


def test_a_chain_is_one_cluster_and_epsilon_itself_is_included():
    degree_km = EARTH_RADIUS_KM * np.pi / 180
    steps = np.arange(6) / degree_km * 0.999
    chain = np.stack([steps, np.zeros(6)], axis=1)[[5, 0, 4, 1, 3, 2]]
    everyone = np.ones((1, 6), dtype=bool)
    assert largest_cluster(chain[None], everyone).all()
    two = np.array([[[0.0, 0.0], [0.0, 1.0]]])
    apart = float(great_circle_km(two[0, :1], two[0, 1:])[0])
    both = np.ones((1, 2), dtype=bool)
    assert largest_cluster(two, both, apart).all()
    assert largest_cluster(two, both, np.nextafter(apart, 0)).tolist() == [[True, False]]


def test_of_equal_clusters_the_one_with_the_best_neighbour_wins():
    far, near = [10.0, 10.0], [20.0, 20.0]
    points = np.array([[far, near, near, far], [near, far, far, near], [far, near, near, near]])
    members = largest_cluster(points, np.ones((3, 4), dtype=bool))
    assert members.tolist() == [
        [True, False, False, True],
        [True, False, False, True],
        [False, True, True, True],
    ]


def test_absent_neighbours_play_no_part():
    points = np.array([[[1.0, 1.0], [5.0, 5.0], [5.0, 5.0], [5.0, 5.0]]])
    present = np.array([[True, True, False, False]])
    assert largest_cluster(points, present).tolist() == [[True, False, False, False]]
    assert densest_neighbour(points, present).tolist() == [[True, False, False, False]]
    nobody = np.zeros((1, 4), dtype=bool)
    assert not largest_cluster(points, nobody).any() and not densest_neighbour(points, nobody).any()


def test_density_equals_its_definition():
    for seed in range(20):
        points = around(np.array([48.0, 179.99]), 9, seed, 8.0)
        for sigma_km in (0.3, 1, 4):
            density = [
                sum(
                    np.exp(-(great_circle_km(p[None], q[None])[0] ** 2) / (2 * sigma_km**2))
                    for q in points
                )
                for p in points
            ]
            chosen = densest_neighbour(points[None], np.ones((1, 9), dtype=bool), sigma_km)[0]
            assert np.flatnonzero(chosen).tolist() == [int(np.argmax(density))]


def test_results_do_not_depend_on_chunks(monkeypatch):
    points = np.stack([around(np.array([0.0, 0.0]), 7, seed, 4.0) for seed in range(50)])
    present = np.random.default_rng(0).random((50, 7)) < 0.8
    whole = largest_cluster(points, present), densest_neighbour(points, present)
    monkeypatch.setattr("geoutils.prediction.aggregation.CHUNK", 3 * 49)
    np.testing.assert_array_equal(largest_cluster(points, present), whole[0])
    np.testing.assert_array_equal(densest_neighbour(points, present), whole[1])


def test_widths_out_of_range_are_refused():
    points, present = np.zeros((1, 2, 2)), np.ones((1, 2), dtype=bool)
    with pytest.raises(ValueError, match="epsilon_km: -1; expected 0 or more"):
        largest_cluster(points, present, -1)
    with pytest.raises(ValueError, match="sigma_km: 0; expected more than 0"):
        densest_neighbour(points, present, 0)
