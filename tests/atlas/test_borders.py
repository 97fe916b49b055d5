import numpy as np
import pytest
import shapely

from geoutils.atlas import admin1, admin1_of, continent_of, countries, country_of, photo_density
from geoutils.atlas.borders import (
    OPEN_SEA,
    UNDECIDED,
    _containing,
    _region_grid,
    _segmentized,
)


@pytest.mark.parametrize(
    ("latlon", "code"),
    [
        ((48.85, 2.35), "FR"),
        ((-16.85, 179.99), "FJ"),  # Taveuni, on either side of the antimeridian
        ((-16.85, -179.99), "FJ"),
        ((66.0, 179.95), "RU"),  # Chukotka, likewise
        ((66.0, 180.0), "RU"),
        ((66.0, -179.95), "RU"),
        ((-90, 0), "AQ"),
        ((90, 0), ""),
        ((0, -30), ""),
        ((-21.1, 55.5), "RE"),  # overseas departments have codes of their own
        ((35.3, 33.4), "CY"),
        ((42.66, 21.16), "XK"),
        ((-29.6, 28.2), "LS"),  # inside South Africa
        ((1.29, 103.85), "SG"),
    ],
)
def test_known_countries(latlon, code):
    assert country_of(np.array([latlon], dtype=float))[0] == code


def test_paris_lies_in_its_region():
    row = admin1_of(np.array([[48.85, 2.35]]))[0]
    assert admin1().name[row] == "Île-de-France" and admin1().country[row] == "FR"


def test_grid_and_outlines_agree_wherever_photos_are():
    photos = photo_density()
    fast, slow = admin1_of(photos), _containing(photos)
    np.testing.assert_array_equal(fast[slow >= 0], slow[slow >= 0])
    at_sea = fast[slow < 0]  # what remains is offshore: nearly all of it near a shore
    assert (at_sea >= 0).mean() > 0.95


def test_grid_and_outlines_agree_anywhere():
    rng = np.random.default_rng(0)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000)))
    locations = np.stack([latitude, rng.uniform(-180, 180, 20_000)], axis=1)
    fast, slow = admin1_of(locations), _containing(locations)
    np.testing.assert_array_equal(fast[slow >= 0], slow[slow >= 0])
    assert 0.27 < (slow >= 0).mean() < 0.30  # the share of land


def test_containing_matches_a_loop_over_outlines():
    rng = np.random.default_rng(1)
    photos = photo_density()[rng.integers(0, 100_000, 40)]
    outlines = admin1().geometry.to_numpy()
    for photo, found in zip(photos, _containing(photos), strict=True):
        hits = np.flatnonzero(shapely.intersects_xy(outlines, photo[1], photo[0]))
        assert found == (hits[0] if len(hits) else -1)


def test_shores_are_divided_as_shapely_divides_lines():
    ends = np.random.default_rng(0).uniform(-1, 1, (200, 4))
    edges = np.concatenate([ends, [[0, 0, 0.06, 0], [0, 0, 0.02, 0], [1, 1, 1, 1.0001]]])
    points, edge = _segmentized(edges, 0.02)
    lines = shapely.segmentize(shapely.linestrings(edges.reshape(-1, 2, 2)), 0.02)
    expected, owner = shapely.get_coordinates(lines, return_index=True)
    np.testing.assert_array_equal(points, expected)
    np.testing.assert_array_equal(edge, owner)


def test_shores_reach_12_nautical_miles_and_no_further():
    # Off Cabo da Roca, the westernmost point of the continent: 38.780 N, 9.499 W.
    offshore_km = np.array([5, 15, 20, 26, 60])
    longitude = -9.499 - offshore_km / 111.195 / np.cos(np.radians(38.78))
    locations = np.stack([np.full(5, 38.78), longitude], axis=1)
    np.testing.assert_array_equal(country_of(locations), ["PT", "PT", "PT", "", ""])


def test_most_of_the_grid_decides_at_once():
    grid = _region_grid()
    assert (grid == UNDECIDED).mean() < 0.08
    assert 0.6 < (grid == OPEN_SEA).mean() < 0.65


def test_country_facts():
    table = countries()
    assert table.name["FR"] == "France" and table.continent["FJ"] == "Oceania"
    assert table.area_km2["FR"] == 547_030 and table.population["FR"] > 6e7
    outlines = table.geometry.to_numpy()
    lonlat = shapely.get_coordinates(shapely.envelope(outlines))
    assert np.abs(lonlat[:, 0]).max() <= 180 and np.abs(lonlat[:, 1]).max() <= 90


def test_continents():
    codes = np.array(["FR", "", "AQ", "US", "FJ", "KE", "JP", "BR"])
    expected = ["Europe", "", "Antarctica", "North America", "Oceania", "Africa", "Asia"]
    np.testing.assert_array_equal(continent_of(codes), [*expected, "South America"])
    assert len(continent_of(np.array([], dtype=str))) == 0
    with pytest.raises(ValueError, match=r"country_codes: found .'XX'."):
        continent_of(np.array(["FR", "XX"]))


def test_locations_off_the_globe_are_refused():
    with pytest.raises(ValueError, match="latlon_deg"):
        country_of(np.array([[np.nan, 0.0]]))
    assert len(country_of(np.empty((0, 2)))) == 0
