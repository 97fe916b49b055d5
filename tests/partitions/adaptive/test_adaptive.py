import numpy as np
import pytest
import s2sphere
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils import s2
from geoutils.partitions import (
    GEODECODER_T_MAX,
    Hierarchy,
    adaptive_cells,
    adaptive_classes,
    adaptive_partition,
    adaptive_partitions,
    photos_per_cell,
    scaled_t_max,
    split_full_cells,
)
from geoutils.sphere import spherical_mean


def clustered_locations(n, seed=0):
    """Half of the photos around a few spots, as in real collections; some at the same point."""
    rng = np.random.default_rng(seed)
    spots = np.c_[rng.uniform(-80, 80, 5), rng.uniform(-175, 175, 5)]
    spread = rng.choice([0, 0.001, 0.1, 3], (n, 1))
    crowd = spots[rng.integers(0, 5, n)] + spread * rng.standard_normal((n, 2))
    wide = np.c_[rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)]
    return np.where(rng.random((n, 1)) < 0.5, crowd, wide).clip([-90, -180], [90, 180])


def recursive_cells(photos, t_min, t_max):
    """The definition, cell by cell: {id: rows of its photos}."""
    point = s2sphere.LatLng.from_degrees
    leaves = [s2sphere.CellId.from_lat_lng(point(*row)) for row in photos.tolist()]

    def grow(cell, rows):
        if len(rows) <= t_max or cell.level() == 30:
            return {cell.id(): rows} if len(rows) >= t_min else {}
        grown = {}
        for child in cell.children():
            grown |= grow(child, [row for row in rows if child.contains(leaves[row])])
        return grown

    faces = [s2sphere.CellId.from_face_pos_level(face, 0, 0) for face in range(6)]
    found = {}
    for face in faces:
        found |= grow(face, [row for row, leaf in enumerate(leaves) if face.contains(leaf)])
    return found


@pytest.mark.parametrize(("t_min", "t_max"), [(1, 10), (5, 20), (20, 20), (3, 200), (1, 1)])
def test_cells_match_the_recursive_definition(t_min, t_max):
    photos = clustered_locations(400)
    expected = recursive_cells(photos, t_min, t_max)
    partition = adaptive_partition(photos, t_min, t_max)
    assert partition.cells.ids.tolist() == sorted(expected)
    labels = partition.assign(photos)
    for cell, key in enumerate(sorted(expected)):
        rows = expected[key]
        assert np.flatnonzero(labels == cell).tolist() == rows
        assert partition.counts[cell] == len(rows)
        mean = spherical_mean(photos[rows])[0]
        np.testing.assert_allclose(partition.centers_deg[cell], mean, rtol=1e-12)
    kept = sum(len(rows) for rows in expected.values())
    assert (labels == -1).sum() == len(photos) - kept


def test_growing_step_by_step_ends_at_the_same_cells():
    photos = clustered_locations(400)
    leaves = np.sort(s2.cell_ids(photos))
    cells = s2.FACES
    for _ in range(30):
        cells = split_full_cells(cells, leaves, 20)
        assert photos_per_cell(cells, leaves).sum() == len(photos)
    kept = cells[photos_per_cell(cells, leaves) >= 5]
    np.testing.assert_array_equal(kept, adaptive_partition(photos, 5, 20).cells.ids)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=40),
    st.integers(1, 10),
)
def test_without_a_minimum_every_photo_has_a_class(rows, t_max):
    photos = np.array(rows)
    partition = adaptive_partition(photos, 1, t_max)
    labels = partition.assign(photos)
    assert labels.min() >= 0
    np.testing.assert_array_equal(np.bincount(labels, minlength=len(partition)), partition.counts)
    full = partition.counts > t_max
    assert (s2.levels(partition.cells.ids[full]) == 30).all()


def test_classes_do_not_depend_on_the_order_of_photos():
    photos = clustered_locations(2000)
    shuffled = photos[np.random.default_rng(1).permutation(len(photos))]
    a, b = adaptive_partition(photos, 5, 50), adaptive_partition(shuffled, 5, 50)
    np.testing.assert_array_equal(a.cells.ids, b.cells.ids)
    np.testing.assert_array_equal(a.counts, b.counts)
    assert (np.diff(a.cells.ids.astype(object)) > 0).all()  # numbered along the Hilbert curve
    np.testing.assert_allclose(a.centers_deg, b.centers_deg, rtol=1e-12)


def test_several_thresholds_at_once_give_the_same_as_one_by_one():
    photos = clustered_locations(1000)
    together = adaptive_partitions(photos, 5, {"coarse": 200, "fine": 30})
    for partition, t_max in zip(together, (200, 30), strict=True):
        alone = adaptive_partition(photos, 5, t_max, partition.name)
        np.testing.assert_array_equal(partition.cells.ids, alone.cells.ids)
        np.testing.assert_array_equal(partition.centers_deg, alone.centers_deg)
    assert [partition.name for partition in together] == ["coarse", "fine"]


def test_classes_and_cells_are_those_of_the_partitions():
    photos, t_max = clustered_locations(1500), {"a": 300, "b": 300, "c": 40, "d": 6}
    leaves = s2.cell_ids(photos)
    cells = adaptive_cells(leaves, 5, t_max)
    for known in (None, leaves):
        partitions, classes = adaptive_classes(photos, 5, t_max, known)
        assert classes.shape == (1500, 4)
        for partition, column in zip(partitions, classes.T, strict=True):
            np.testing.assert_array_equal(column, partition.assign(photos))
            ids, counts = cells[partition.name]
            np.testing.assert_array_equal(ids, partition.cells.ids)
            np.testing.assert_array_equal(counts, partition.counts)
    assert (classes[:, 2:] == -1).any(axis=0).all()  # both dropped some cells


def test_seven_thresholds_make_one_hierarchy():
    photos = clustered_locations(5000)
    t_max, factor = scaled_t_max(GEODECODER_T_MAX, len(photos), t_min=3)
    hierarchy = Hierarchy.of(adaptive_partitions(photos, 3, t_max))
    assert factor == 5000 / 4_720_000
    assert list(t_max.values()) == [26, 11, 5, 3, 3, 3, 3]
    assert len(hierarchy.levels) == 7
    assert (hierarchy.parents >= 0).all()
    classes = hierarchy.assign(photos)
    inside = classes[:, -1] >= 0
    np.testing.assert_array_equal(hierarchy.parents[classes[inside, -1]], classes[inside])


def test_points_keep_full_precision_among_many_photos():
    # A few photos after many: differences of one running sum would lose four digits.
    crowd = np.tile([[10.0, 10.0]], (300_000, 1)) + np.linspace(0, 0.01, 300_000)[:, None]
    few = np.array([[-60.123456789, -100.0], [-60.123456789, -100.0]])
    partition = adaptive_partition(np.concatenate([crowd, few]), 1, 400_000)
    np.testing.assert_allclose(partition.centers_deg[partition.counts == 2], few[:1], rtol=1e-14)


def test_one_photo_makes_one_face():
    partition = adaptive_partition(np.array([[45.0, 5.0]]), 1, 10)
    assert partition.names == ["5"]  # the face around the north pole
    np.testing.assert_allclose(partition.centers_deg, [[45, 5]])


def test_photos_at_one_point_end_in_one_leaf_cell():
    photos = np.tile([[48.8584, 2.2945]], (100, 1))
    partition = adaptive_partition(photos, 50, 60)
    assert len(partition) == 1
    assert s2.levels(partition.cells.ids).tolist() == [30]
    assert partition.counts.tolist() == [100]


def test_a_cell_of_exactly_t_max_stays_and_of_exactly_t_min_is_kept():
    photos = np.concatenate([np.tile([[10.0, 10.0]], (5, 1)), np.tile([[-40.0, 100.0]], (3, 1))])
    assert adaptive_partition(photos, 3, 5).counts.tolist() == [5, 3]
    assert adaptive_partition(photos, 4, 5).counts.tolist() == [5]


@pytest.mark.parametrize(
    ("photos", "t_min", "t_max", "message"),
    [
        (np.empty((0, 2)), 1, 5, "latlon_deg: no photos"),
        (np.zeros((3, 2)), 4, 5, "t_min: no cell holds 4 of the 3 photos"),
        (np.zeros((3, 2)), 6, 5, "t_min: got 6 with t_max 5, expected 1 <= t_min <= t_max"),
        (np.zeros((3, 2)), 0, 5, "t_min: got 0, expected a whole number from 1 on"),
        (np.array([[0, 0], [np.nan, 0]]), 1, 5, r"latlon_deg: row 1 is \(nan, 0\)"),
        (np.array([[0, 0], [100.0, 0]]), 1, 5, r"row 1 is \(100, 0\), beyond"),
    ],
)
def test_bad_input_is_named(photos, t_min, t_max, message):
    with pytest.raises(ValueError, match=message):
        adaptive_partition(photos, t_min, t_max)


def test_bad_input_of_several_thresholds_is_named():
    photos = np.zeros((3, 2))
    with pytest.raises(ValueError, match="t_max: no thresholds"):
        adaptive_partitions(photos, 1, {})
    with pytest.raises(ValueError, match="t_min: got 2 with t_max 1"):
        adaptive_partitions(photos, 2, {"coarse": 5, "fine": 1})
    with pytest.raises(ValueError, match="leaves: no photos"):
        adaptive_cells(np.array([], dtype=np.uint64), 1, {"a": 5})
    with pytest.raises(ValueError, match="leaves: 2 for 3 photos"):
        adaptive_classes(photos, 1, {"a": 5}, s2.cell_ids(photos[:2]))
    with pytest.raises(ValueError, match=r"latlon_deg: row 0 is \(nan, nan\)"):
        adaptive_classes(np.full((1, 2), np.nan), 1, {"a": 5}, s2.FACES[:1])
