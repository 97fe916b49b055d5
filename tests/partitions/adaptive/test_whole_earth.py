"""What remainders and binary splits have in common: every photo has a class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils import s2
from geoutils.partitions import (
    Partition,
    binary_partition,
    remainder_partition,
)
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, spherical_mean

EARTH_KM2 = 4 * np.pi * EARTH_RADIUS_KM**2
BOTH = pytest.mark.parametrize("make", [remainder_partition, binary_partition])


@BOTH
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 600),
    t_min=st.integers(1, 40),
    more=st.integers(0, 100),
    wide_share=st.floats(0, 1),
)
def test_the_whole_earth_is_covered_and_no_class_is_sparse(
    clustered_locations, random_locations, make, seed, n, t_min, more, wide_share
):
    t_min, t_max = min(t_min, n), min(t_min, n) + more
    photos = clustered_locations(n, seed, wide_share)
    partition = make(photos, t_min, t_max)
    np.testing.assert_allclose(partition.areas_km2().sum(), EARTH_KM2, rtol=1e-9)
    assert (partition.assign(random_locations(300, seed + 2)) >= 0).all()
    assert partition.counts.min() >= t_min
    assert partition.counts.sum() == n
    classes = partition.assign(photos)
    np.testing.assert_array_equal(np.bincount(classes, minlength=len(partition)), partition.counts)
    means = spherical_mean(photos, classes, len(partition))
    usual = np.isfinite(means).all(axis=1)
    assert great_circle_km(partition.centers_deg[usual], means[usual]).max(initial=0) < 1e-3
    if make is remainder_partition:
        most = max(t_max + t_min - 1, 6 * t_min - 6)
    else:
        most = max(t_max, 3 * t_min - 3)
    one_point = partition.cells.owners[s2.levels(partition.cells.ids) == 30]
    assert (np.delete(partition.counts, one_point) <= most).all()
    shuffled = make(np.random.default_rng(seed).permutation(photos), t_min, t_max)
    assert shuffled.names == partition.names
    np.testing.assert_array_equal(shuffled.cells.ids, partition.cells.ids)
    np.testing.assert_array_equal(shuffled.cells.owners, partition.cells.owners)


@BOTH
def test_classes_count_along_the_curve_and_are_saved(
    clustered_locations, classes_by_ground, make, tmp_path
):
    photos = clustered_locations(2000, 7)
    partition = make(photos, 10, 60, "whole")
    first = [
        min(s2.id_ranges(np.array([*p], dtype=np.uint64))[0]) for p in classes_by_ground(partition)
    ]
    assert first == sorted(first)
    partition.save(tmp_path / "whole.parquet")
    loaded = Partition.load(tmp_path / "whole.parquet")
    assert repr(loaded) == repr(partition)
    np.testing.assert_array_equal(loaded.assign(photos), partition.assign(photos))


@BOTH
def test_photos_on_one_face_give_their_classes_the_empty_ones(make):
    rng = np.random.default_rng(0)
    photos = np.c_[rng.uniform(-30, 30, 500), rng.uniform(-30, 30, 500)]
    partition = make(photos, 10, 60)
    assert partition.counts.min() >= 10
    np.testing.assert_allclose(partition.areas_km2().sum(), EARTH_KM2)
    far = partition.assign(np.array([[0.0, 179.0], [89.0, 0.0], [-89.0, 0.0]]))
    assert (far >= 0).all()


@BOTH
def test_photos_at_one_point_or_antipodes_have_a_class(make):
    point = np.tile([[48.8584, 2.2945]], (9, 1))
    partition = make(point, 5, 6)
    assert partition.counts.tolist() == [9]  # nothing but a point to cut: all the Earth is one
    np.testing.assert_allclose(partition.centers_deg, [[48.8584, 2.2945]])
    np.testing.assert_allclose(partition.areas_km2(), [EARTH_KM2])
    assert make(point[:1], 1, 6).counts.tolist() == [1]
    antipodes = make(np.array([[0.0, 0.0], [0.0, -180.0]]), 2, 2)  # their mean would be anywhere
    np.testing.assert_allclose(antipodes.centers_deg, [[0.0, 0.0]], atol=1e-9)


@BOTH
@pytest.mark.parametrize(
    ("photos", "t_min", "t_max", "message"),
    [
        (np.empty((0, 2)), 1, 5, "latlon_deg: no photos"),
        (np.zeros((3, 2)), 4, 5, "t_min: got 4 with only 3 photos: not one class"),
        (np.zeros((3, 2)), 6, 5, "t_min: got 6 with t_max 5, expected 1 <= t_min <= t_max"),
        (np.zeros((3, 2)), 0, 5, "t_min: got 0, expected a whole number from 1 on"),
        (np.array([[np.nan, 0]]), 1, 5, r"latlon_deg: row 0 is \(nan, 0\)"),
        (np.array([[0, -181.0]]), 1, 5, r"row 0 is \(0, -181\), beyond"),
    ],
)
def test_bad_input_is_named(make, photos, t_min, t_max, message):
    with pytest.raises(ValueError, match=message):
        make(photos, t_min, t_max)
