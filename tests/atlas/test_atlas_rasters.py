import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoutils.atlas import CLIMATES, climate, elevation_m, ground_rgb, is_land, photo_density
from geoutils.atlas.rasters import _relief_m

LOOK_UPS = [climate, elevation_m, ground_rgb, is_land]


def at(*latlon):
    return np.array([latlon], dtype=float)


@pytest.mark.parametrize(
    ("latlon", "zone"),
    [
        ((23, 12), "BWh"),  # Sahara
        ((-3, -60), "Af"),  # Amazon
        ((48.85, 2.35), "Cfb"),  # Paris
        ((41.9, 12.5), "Csa"),  # Rome
        ((67.55, 133.4), "Dfd"),  # Verkhoyansk
        ((-90, 0), "EF"),  # South Pole
    ],
)
def test_known_climates(latlon, zone):
    assert CLIMATES[climate(at(*latlon))[0]] == zone


def test_there_are_the_31_zones_of_the_source():
    assert len(CLIMATES) == len(set(CLIMATES)) == 31
    assert climate(photo_density()).max() < 31


def test_known_elevations():
    assert elevation_m(at(27.99, 86.93))[0] > 5000  # around Everest
    assert elevation_m(at(31.5, 35.48))[0] < 0  # Dead Sea
    assert elevation_m(at(40, -30))[0] == 0  # the Atlantic has no depth here
    assert elevation_m(at(-90, 0))[0] == pytest.approx(2810, abs=100)  # South Pole, ice included


def test_no_land_lies_deeper_than_the_dead_sea():
    assert elevation_m(photo_density()).min() >= -430.01


def test_elevation_is_bilinear_between_the_four_nodes():
    rng = np.random.default_rng(0)
    locations = np.stack([rng.uniform(-90, 90, 200), rng.uniform(-180, 180, 200)], axis=1)
    grid = _relief_m()[:, :4320]
    for (latitude, longitude), found in zip(locations, elevation_m(locations), strict=True):
        y, x = (90 - latitude) * 12, (longitude + 180) * 12
        row, column = int(y), int(x)
        a, b = y - row, x - column
        corners = grid[np.ix_([row, min(row + 1, 2160)], [column % 4320, (column + 1) % 4320])]
        expected = np.array([1 - a, a]) @ corners @ np.array([1 - b, b])
        assert found == pytest.approx(expected, abs=0.05)


def test_land_and_sea():
    land = is_land(np.array([[45.76, 4.84], [45, -30], [-17.8, 178.0], [66.5, -175.0], [-90, 0]]))
    np.testing.assert_array_equal(land, [True, False, True, True, True])


def test_most_photos_are_taken_on_land():
    # GeoCLIP's positions include boats, bridges and beaches.
    assert 0.95 < is_land(photo_density()).mean() < 0.98


def test_ground_is_never_the_colour_of_the_sea():
    # Photos within 5 km of the sea: without filling, most would take its colour (2, 5, 20).
    coast = photo_density()[is_land(photo_density())]
    beside = [is_land(np.clip(coast + step, -89, 89)) for step in ([0.05, 0], [-0.05, 0])]
    coast = coast[~np.all(beside, axis=0)]
    red, _, blue = ground_rgb(coast).astype(int).T
    assert len(coast) > 3000
    dark = np.maximum(red, blue) < 170
    assert (blue > red + 10)[dark].mean() < 0.002
    middle_of_the_ocean = ground_rgb(at(0, -30)).astype(int)[0]
    assert middle_of_the_ocean[0] >= middle_of_the_ocean[2] - 10


def test_known_ground():
    sahara, greenland, amazon = ground_rgb(np.array([[25, 5], [72, -40], [-5, -63.0]])).astype(int)
    assert sahara[0] > sahara[2] + 50  # sand
    assert greenland.min() > 230  # ice
    assert amazon.argmax() == 1 and amazon.max() < 80  # forest


@pytest.mark.parametrize("look_up", LOOK_UPS)
def test_the_antimeridian_is_one_line_and_the_poles_are_points(look_up):
    latitudes = np.linspace(-89, 89, 50)
    east = look_up(np.stack([latitudes, np.full(50, 180.0)], axis=1))
    west = look_up(np.stack([latitudes, np.full(50, -180.0)], axis=1))
    np.testing.assert_array_equal(east, west)
    assert len(look_up(np.array([[90, 180], [-90, -180], [90, 0], [-90, 179.999]]))) == 4


@pytest.mark.parametrize("look_up", LOOK_UPS)
@pytest.mark.parametrize(
    ("latlon", "found"),
    [((np.nan, 0), "nan"), ((91, 0), "91"), ((0, 181), "181"), ((0, -np.inf), "-inf")],
)
def test_locations_off_the_globe_are_refused(look_up, latlon, found):
    with pytest.raises(ValueError, match=rf"latlon_deg: row 1 is .*{re.escape(found)}"):
        look_up(np.array([[1.0, 2.0], latlon]))


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_has_an_answer(latitude, longitude):
    location = at(latitude, longitude)
    assert climate(location)[0] < 31
    assert -430.01 <= elevation_m(location)[0] < 8849
    assert ground_rgb(location).shape == (1, 3)


def test_no_location_at_all():
    none = np.empty((0, 2))
    assert len(climate(none)) == len(elevation_m(none)) == len(ground_rgb(none)) == 0
