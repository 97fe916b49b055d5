import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils import s2
from geoutils.partitions import adaptive_partition, fullest_partition
from geoutils.sphere import spherical_mean


def clustered_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    spots = np.c_[rng.uniform(-80, 80, 5), rng.uniform(-175, 175, 5)]
    crowd = spots[rng.integers(0, 5, n)] + rng.choice([0, 0.01, 3], (n, 1)) * rng.normal(
        size=(n, 2)
    )
    return crowd.clip([-90, -180], [90, 180])


def grown_one_by_one(photos, n_cells, t_min):
    """The definition: pick the fullest cell, replace it by its children, count again."""
    leaves = s2.cell_ids(photos)

    def count(cell):
        first, last = s2.id_ranges(np.array([cell], dtype=np.uint64))
        return int(((leaves >= first) & (leaves <= last)).sum())

    def level(cell):
        return int(s2.levels(np.array([cell], dtype=np.uint64))[0])

    cells = {cell: count(cell) for cell in s2.FACES.tolist()}
    while sum(n >= t_min for n in cells.values()) < n_cells:
        divisible = [cell for cell in cells if level(cell) < 30]
        cell = min(divisible, key=lambda cell: (-cells[cell], level(cell), cell))
        del cells[cell]
        children = s2.children(np.array([cell], dtype=np.uint64))[0].tolist()
        cells |= {child: count(child) for child in children}
    return sorted(cell for cell, n in cells.items() if n >= t_min)


@pytest.mark.parametrize(("n_cells", "t_min"), [(1, 1), (7, 1), (40, 1), (20, 4), (5, 15)])
def test_equals_splitting_one_by_one(n_cells, t_min):
    photos = clustered_locations(400)
    partition = fullest_partition(photos, n_cells, t_min)
    assert partition.cells.ids.tolist() == grown_one_by_one(photos, n_cells, t_min)
    assert partition.counts.min() >= t_min
    labels = partition.assign(photos)
    for cell in range(len(partition)):
        rows = labels == cell
        assert rows.sum() == partition.counts[cell]
        np.testing.assert_allclose(
            partition.centers_deg[cell], spherical_mean(photos[rows])[0], rtol=1e-12
        )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(7, 60))
def test_ties_are_broken_alike_in_any_order_of_photos(seed, n_cells):
    # Every photo three times on a coarse lattice: most cells are as full as others.
    rng = np.random.default_rng(seed)
    photos = np.repeat(10.0 * rng.integers(-8, 9, (60, 2)), 3, axis=0)
    if len(np.unique(photos, axis=0)) < n_cells:
        return
    partition = fullest_partition(photos, n_cells)
    shuffled = fullest_partition(rng.permutation(photos), n_cells)
    assert partition.cells.ids.tolist() == grown_one_by_one(photos, n_cells, 1)
    np.testing.assert_array_equal(shuffled.cells.ids, partition.cells.ids)
    np.testing.assert_array_equal(shuffled.counts, partition.counts)
    assert (np.diff(partition.cells.ids.astype(object)) > 0).all()


@pytest.mark.parametrize("n_cells", [10, 100, 1000, 3000])
def test_the_wanted_number_is_reached_and_hardly_passed(n_cells):
    rng = np.random.default_rng(1)
    photos = np.c_[rng.normal(40, 9, 20_000), rng.normal(10, 20, 20_000)]
    partition = fullest_partition(photos, n_cells)
    assert n_cells <= len(partition) <= n_cells + 2
    # No cell that stayed is fuller than one that was split: the same as growth by some t_max
    # but for cells as full as the last one.
    most = int(partition.counts.max())
    assert len(adaptive_partition(photos, 1, most)) <= len(partition)


def test_photos_at_one_point_are_passed_over():
    photos = np.concatenate([np.tile([[48.8584, 2.2945]], (50, 1)), clustered_locations(20)])
    partition = fullest_partition(photos, 14)
    assert partition.cells.ids.tolist() == grown_one_by_one(photos, 14, 1)
    assert s2.levels(partition.cells.ids[partition.counts == 50]).tolist() == [30]


def test_few_classes_are_the_faces():
    partition = fullest_partition(np.array([[0.0, 0.0], [0.0, 90.0], [80.0, 0.0]]), 2)
    assert partition.names == ["1", "3", "5"]
    assert fullest_partition(np.array([[45.0, 5.0]]), 1).names == ["5"]


@pytest.mark.parametrize(
    ("photos", "n_cells", "t_min", "message"),
    [
        (np.empty((0, 2)), 3, 1, "latlon_deg: no photos"),
        (np.zeros((3, 2)), 0, 1, "n_cells: got 0, expected a whole number from 1 on"),
        (np.zeros((3, 2)), 1, 0, "t_min: got 0, expected a whole number from 1 on"),
        (np.zeros((3, 2)), 2, 1, "n_cells: 2 wanted, but 3 photos make at most 1 cells of 1"),
        (np.zeros((3, 2)), 1, 4, "n_cells: 1 wanted, but 3 photos make at most 0 cells of 4"),
        (np.array([[0, np.nan]]), 1, 1, r"latlon_deg: row 0 is \(0, nan\)"),
        (np.array([[0, 200.0]]), 1, 1, r"row 0 is \(0, 200\), beyond"),
    ],
)
def test_bad_input_is_named(photos, n_cells, t_min, message):
    with pytest.raises(ValueError, match=message):
        fullest_partition(photos, n_cells, t_min)
