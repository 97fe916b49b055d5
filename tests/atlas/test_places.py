import numpy as np
import pandas as pd
import pytest

from geoutils.atlas import describe, nearest_place, photo_density, places
from geoutils.sphere import great_circle_km


def test_the_hierarchy_of_a_city():
    lyon = places().query("name == 'Lyon' and country == 'FR'").iloc[0]
    assert lyon.admin1 == "Auvergne-Rhône-Alpes" and lyon.admin2 == "Rhône"
    assert lyon.population > 500_000
    np.testing.assert_allclose([lyon.latitude, lyon.longitude], [45.75, 4.85], atol=0.02)


def test_most_places_have_regions_and_people():
    table = places()
    assert (table.admin1 != "").mean() > 0.99
    assert (table.admin2 != "").mean() > 0.8
    assert (table.population > 0).mean() > 0.9
    assert table.country.nunique() > 240
    assert not table.isna().any().any()


@pytest.mark.parametrize("across", ["anywhere", "antimeridian", "pole"])
def test_nearest_place_matches_brute_force(across):
    rng = np.random.default_rng(0)
    latitude = rng.uniform(-80, 80, 60) if across != "pole" else rng.uniform(80, 90, 60)
    longitude = rng.uniform(-180, 180, 60)
    if across == "antimeridian":
        longitude = np.where(longitude < 0, -180 + longitude / 1e3, 180 - longitude / 1e3)
        longitude = np.clip(longitude, -180, 180)
    locations = np.stack([latitude, longitude], axis=1)
    some = places().iloc[rng.permutation(len(places()))[:3000]]
    coordinates = some[["latitude", "longitude"]].to_numpy()
    slow_km = [great_circle_km(np.tile(p, (3000, 1)), coordinates).min() for p in locations]
    rows, distance_km = nearest_place(locations, some)
    np.testing.assert_allclose(distance_km, slow_km, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(great_circle_km(locations, coordinates[rows]), distance_km)


def test_all_places_are_the_default():
    rows, distance_km = nearest_place(photo_density()[:2000])
    assert rows.max() < len(places())
    assert np.median(distance_km) < 10  # photos are taken near towns


def test_without_a_place_there_is_none_nearest():
    with pytest.raises(ValueError, match="places: found an empty table"):
        nearest_place(np.zeros((1, 2)), places().iloc[:0])
    with pytest.raises(ValueError, match=r"places: row .* beyond ±90, ±180"):
        nearest_place(np.zeros((1, 2)), pd.DataFrame({"latitude": [99.0], "longitude": [0.0]}))


def test_descriptions_in_words():
    locations = np.array(
        [[45.76, 4.84], [48.86, 2.3], [48.8, 2.13], [1.29, 103.85], [-90, 0], [30, -40]]
    )
    assert describe(locations) == [
        "Lyon, Auvergne-Rhône-Alpes, France",
        "Paris, Île-de-France, France",  # not one of its quarters
        "Versailles, Île-de-France, France",
        "Singapore",
        "Antarctica",
        "open sea",
    ]


def test_a_town_far_away_or_abroad_is_not_named():
    assert describe(np.array([[27.0, 20.0]])) == ["Al Kufrah, Libya"]
