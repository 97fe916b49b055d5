import numpy as np
import pytest

from geoutils.atlas import elevation_m, horizon_deg, photo_density
from geoutils.atlas.horizon import DISTANCES_KM, EYE_M, REFRACTION
from geoutils.sphere import EARTH_RADIUS_KM, destination


def slow_horizon_deg(latitude, longitude, azimuth):
    """One line of sight, by plane geometry: a circle of enlarged radius, seen from one point."""
    radius_m = EARTH_RADIUS_KM * 1000 / (1 - REFRACTION)
    eye_m = float(elevation_m(np.array([[latitude, longitude]]))[0]) + EYE_M
    angles = []
    for distance_km in DISTANCES_KM:
        start = np.array([[latitude, longitude]])
        target = destination(start, np.array([azimuth]), np.array([distance_km]))
        turn = distance_km * 1000 / radius_m
        height_m = radius_m + float(elevation_m(target)[0])
        x, y = height_m * np.sin(turn), height_m * np.cos(turn)
        angles.append(np.degrees(np.arctan2(y - radius_m - eye_m, x)))
    return max(angles)


def test_matches_one_line_of_sight_at_a_time():
    rng = np.random.default_rng(0)
    cameras = photo_density()[rng.integers(0, 100_000, 30)]
    azimuths = rng.uniform(0, 360, (30, 3))
    slow = [
        [slow_horizon_deg(*camera, azimuth) for azimuth in row]
        for camera, row in zip(cameras, azimuths, strict=True)
    ]
    np.testing.assert_allclose(horizon_deg(cameras, azimuths), slow, atol=2e-3)


def test_open_sea_shows_the_dip_of_the_horizon():
    # Dip of the sea horizon: 1.76' sqrt(h in m), Bowditch's American Practical Navigator.
    dip = horizon_deg(np.array([[0.0, -30.0]]), np.array([[0.0, 90, 180, 270]]))
    np.testing.assert_allclose(dip, -1.76 / 60 * np.sqrt(EYE_M), rtol=0.1)


def test_turin_sees_the_alps_in_the_west_and_the_plain_in_the_east():
    turin = np.array([[45.07, 7.69]])
    west, east = horizon_deg(turin, np.array([[270.0, 90.0]]))[0]
    assert west > 1 and east < 0


def test_full_turns_change_nothing():
    cameras = photo_density()[:20]
    azimuths = np.tile([[10.0, 200.0]], (20, 1))
    np.testing.assert_allclose(
        horizon_deg(cameras, azimuths), horizon_deg(cameras, azimuths - 360), atol=1e-4
    )


def test_poles_and_antimeridian_have_a_horizon():
    edge = np.array([[90, 0], [-90, 0], [66, 180], [66, -180], [-16.8, 179.99]], dtype=float)
    assert np.isfinite(horizon_deg(edge, np.tile(np.arange(0, 360, 45.0), (5, 1)))).all()


def test_chunks_join_seamlessly():
    cameras = photo_density()[:3000]
    azimuths = np.tile(np.arange(0, 360, 22.5), (3000, 1))
    together = horizon_deg(cameras, azimuths)
    np.testing.assert_array_equal(together[2900:], horizon_deg(cameras[2900:], azimuths[2900:]))


def test_bad_azimuths_are_refused():
    with pytest.raises(ValueError, match="azimuths_deg: shape"):
        horizon_deg(np.zeros((2, 2)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="azimuths_deg: found NaN"):
        horizon_deg(np.zeros((1, 2)), np.array([[np.nan]]))
    assert horizon_deg(np.empty((0, 2)), np.empty((0, 8))).shape == (0, 8)
