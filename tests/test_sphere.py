import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoutils.sphere import (
    EARTH_RADIUS_KM,
    checked_latlon,
    destination,
    great_circle_km,
    great_circle_path,
    latlon_of,
    spherical_mean,
    unit_vectors,
    wrap_longitude,
)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180, exclude_max=True)
locations = st.tuples(latitudes, longitudes)


def random_locations(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


def test_great_circle_matches_published_value():
    # Angle between Lyon and Paris in radians, from h3-py's test_length_area.py.
    lyon, paris = np.array([[45.7597, 4.8422]]), np.array([[48.8567, 2.3508]])
    angle = great_circle_km(lyon, paris) / EARTH_RADIUS_KM
    np.testing.assert_allclose(angle, 0.0615628186794217, rtol=1e-12)


@given(locations, locations)
def test_great_circle_matches_angle_of_vectors(a, b):
    a_deg, b_deg = np.array([a]), np.array([b])
    x, y = unit_vectors(a_deg)[0], unit_vectors(b_deg)[0]
    expected = math.atan2(np.linalg.norm(np.cross(x, y)), x @ y)
    np.testing.assert_allclose(great_circle_km(a_deg, b_deg, radius_km=1.0), expected, atol=2e-15)


def test_great_circle_keeps_digits_when_near_and_when_antipodal():
    tiny = np.array([1e-9, 1e-5, 1e-3])
    a, b = np.zeros((3, 2)), np.c_[tiny, np.zeros(3)]
    expected = np.radians(tiny) * EARTH_RADIUS_KM
    np.testing.assert_allclose(great_circle_km(a, b), expected, rtol=1e-14)
    almost = np.c_[tiny, np.full(3, 180.0)]  # short of the antipode by the tiny angle
    half = math.pi * EARTH_RADIUS_KM
    np.testing.assert_allclose(half - great_circle_km(a, almost), expected, atol=1e-11)


def test_great_circle_gives_nan_for_nan():
    a = np.array([[np.nan, 0.0], [0.0, 0.0]])
    distances = great_circle_km(a, np.zeros((2, 2)))
    assert np.isnan(distances[0])
    assert distances[1] == 0


@given(locations)
def test_vectors_and_locations_are_inverse(location):
    there = np.array([location])
    back = latlon_of(unit_vectors(there))
    assert great_circle_km(there, back, radius_km=1.0)[0] < 1e-15
    assert -180 <= back[0, 1] < 180


def test_no_longitude_comes_of_an_infinite_one():
    found = wrap_longitude(np.array([np.inf, -np.inf, np.nan, 370.0]))
    np.testing.assert_array_equal(found, [np.nan, np.nan, np.nan, 10.0])


def test_wrap_longitude_at_the_seam():
    longitudes = np.array([180.0, -180.0, 540.0, -180.0 - 1e-14, 359.0, 0.1])
    np.testing.assert_array_equal(
        wrap_longitude(longitudes), [-180.0, -180.0, -180.0, -180.0, -1.0, 0.1]
    )


def test_spherical_mean_crosses_the_antimeridian():
    mean = spherical_mean(np.array([[10.0, 178.0], [10.0, -178.0]]))
    assert mean[0, 1] == -180
    assert 10 < mean[0, 0] < 10.01  # the great circle bows towards the pole


def test_spherical_mean_of_groups_matches_brute_force():
    photos, groups = random_locations(500), np.random.default_rng(1).integers(-1, 7, 500)
    means = spherical_mean(photos, groups, n_groups=9)
    for group in range(7):
        total = unit_vectors(photos[groups == group]).sum(axis=0, keepdims=True)
        np.testing.assert_allclose(means[group], latlon_of(total)[0], rtol=1e-12)
    assert np.isnan(means[7:]).all()  # no photos, no mean


def test_spherical_mean_of_antipodes_is_nan():
    assert np.isnan(spherical_mean(np.array([[30.0, 10.0], [-30.0, -170.0]]))).all()


def test_spherical_mean_names_a_bad_group():
    with pytest.raises(ValueError, match=r"groups: found 5, expected -1 … 2"):
        spherical_mean(random_locations(2), np.array([0, 5]), n_groups=3)


@given(locations, st.floats(0, 360), st.floats(0, 20_000))
def test_destination_lies_at_the_distance(start, bearing, distance):
    start_deg, distance_km = np.array([start]), np.array([distance])
    end = destination(start_deg, np.array([bearing]), distance_km)
    np.testing.assert_allclose(great_circle_km(start_deg, end), distance_km, atol=1e-8)


def test_destination_follows_the_bearing():
    start = np.array([[50.0, 8.0]] * 4)
    end = destination(start, np.array([0.0, 90.0, 180.0, 270.0]), np.full(4, 100.0))
    north, east, south, west = np.sign((end - start).round(1))
    assert north.tolist() == [1, 0]
    assert south.tolist() == [-1, 0]
    assert east[1] == 1
    assert west[1] == -1


def test_great_circle_path_is_evenly_spaced_even_between_antipodes():
    a, b = random_locations(50), random_locations(50, seed=1)
    b[0] = [-a[0, 0], wrap_longitude(a[0, 1:] + 180)[0]]
    b[1] = a[1]
    paths = great_circle_path(a, b, 11)
    whole = great_circle_km(a, b)
    for k in range(10):
        step = great_circle_km(paths[:, k], paths[:, k + 1])
        np.testing.assert_allclose(step, whole / 10, atol=1e-6)
    assert great_circle_km(paths[:, -1], b).max() < 1e-6


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((91.0, 0.0), r"row 1 is \(91, 0\), beyond ±90, ±180; are the columns \(lat, lon\)\?"),
        ((0.0, 180.5), r"row 1 is \(0, 180.5\), beyond"),
        ((np.nan, 0.0), "row 1 is .*; locations must be finite numbers"),
        ((0.0, np.inf), r"row 1 is \(0, inf\); locations must be finite numbers"),
    ],
)
def test_checked_latlon_names_the_row(row, message):
    with pytest.raises(ValueError, match=r"points_deg: " + message):
        checked_latlon(np.array([(0.0, 0.0), row]), "points_deg")


def test_locations_of_another_shape_are_refused():
    # In a process of its own: in this one the shapes of annotations are checked first.
    code = "from geoutils.sphere import checked_latlon; checked_latlon([48.85, 2.35])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ValueError: latlon_deg: shape (2,), expected (n, 2)" in done.stderr
