from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils import atlas
from geoutils.evaluation.gazetteer import (
    cities_meeting,
    gini_by_number_of_cities,
    largest_cities,
    photos_per_city,
    read_gazetteer,
)
from geoutils.evaluation.inequality import (
    MEETING_PLACES,
    PUBLISHED_GINI,
    SIMPLEMAPS_GINI,
    SIMPLEMAPS_PLACES,
    gini,
)
from geoutils.photos import read_table
from geoutils.sphere import great_circle_km

DATA = Path(__file__).parents[3] / "shared" / "data"
SIMPLEMAPS = DATA / "gazetteer" / "simplemaps_worldcities_44691.csv"
LISTS = {"Im2GPS3k": "im2gps3k_places365.csv", "YFCC26k": "yfcc25600_places365.csv"}
CONTENTS = """city;city_ascii;lat;lng;iso2;population
Tōkyō;Tokyo;35.69;139.69;JP;37732000
Nowhere;Nowhere;-10;20;ZZ;
Paris;Paris;48.86;2.35;FR;11060000
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "places.csv"
    path.write_text(CONTENTS, encoding="utf-8")
    return path


def needed(path):
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand: other people's lists are no part of the study")
    return path


@pytest.fixture(scope="module")
def simplemaps():
    return read_gazetteer(needed(SIMPLEMAPS))


@pytest.fixture(scope="module", params=LISTS)
def real_list(request):
    photos, _ = read_table(needed(DATA / "benchmarks" / LISTS[request.param]))
    return request.param, photos[["latitude", "longitude"]].to_numpy()


def test_all_places_of_simplemaps_give_what_is_stated(simplemaps, real_list):
    name, latlon_deg = real_list
    assert len(simplemaps) == SIMPLEMAPS_PLACES
    assert gini(photos_per_city(latlon_deg, simplemaps)) == pytest.approx(
        SIMPLEMAPS_GINI[name], abs=0.0005
    )


def test_what_the_paper_prints_needs_its_largest_three_thousand(simplemaps, real_list):
    name, latlon_deg = real_list
    numbers = [1000, MEETING_PLACES, 10_000, SIMPLEMAPS_PLACES]
    curve = gini_by_number_of_cities(latlon_deg, numbers, simplemaps)
    assert (np.diff(curve["gini"]) < 0).all()
    at_three_thousand = curve.set_index("cities").loc[MEETING_PLACES, "gini"]
    assert at_three_thousand == pytest.approx(PUBLISHED_GINI[name], abs=0.005)
    assert cities_meeting(curve, PUBLISHED_GINI[name]) == pytest.approx(MEETING_PLACES, rel=0.15)


def test_a_list_of_places_is_read(file):
    table = read_gazetteer(file)
    assert table["name"].tolist() == ["Tokyo", "Nowhere", "Paris"]
    assert table["country"].tolist() == ["JP", "ZZ", "FR"]
    assert table["population"].tolist() == [37_732_000, 0, 11_060_000]
    assert largest_cities(2, table)["name"].tolist() == ["Tokyo", "Paris"]
    commas = file.with_name("commas.csv")
    commas.write_text(
        '"city","lat","lng","iso2","population"\n"Bonn, the old","50.7","7.1","DE",""\n'
    )
    assert read_gazetteer(commas)["name"].tolist() == ["Bonn, the old"]


def test_unusable_lists_of_places_are_refused(file):
    def refused(contents, message):
        file.write_text(contents, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            read_gazetteer(file)

    refused(CONTENTS.replace("population", "people"), "no column for the population")
    refused(CONTENTS.replace("48.86", "148.86"), "row 2 has no position on the Earth")
    refused(CONTENTS.replace("48.86", "north"), "row 2 has no position on the Earth")
    refused(CONTENTS.splitlines()[0], "no place")
    with pytest.raises(ValueError, match="no file"):
        read_gazetteer(file.with_name("absent.csv"))


def test_the_largest_places_come_first():
    cities = largest_cities(500)
    assert (np.diff(cities["population"]) <= 0).all() and len(cities) == 500
    rest = atlas.places().drop(cities.index)["population"]
    assert rest.max() <= cities["population"].min()
    assert len(largest_cities(10**6)) == len(atlas.places())
    with pytest.raises(ValueError, match="n_cities: 0"):
        largest_cities(0)


def test_every_photo_counts_for_its_nearest_city():
    cities = largest_cities(60)
    rng = np.random.default_rng(0)
    photos = np.column_stack([rng.uniform(-60, 70, 200), rng.uniform(-180, 180, 200)])
    towns = cities[["latitude", "longitude"]].to_numpy()
    nearest = [great_circle_km(np.tile(photo, (60, 1)), towns).argmin() for photo in photos]
    expected = np.unique(nearest, return_counts=True)[1]
    np.testing.assert_array_equal(photos_per_city(photos, cities), expected)


def test_more_cities_divide_the_crowd():
    curve = gini_by_number_of_cities(atlas.photo_density()[:20_000], [30_000, 300, 3000, 10**7])
    assert curve["cities"].tolist() == [300, 3000, 30_000, len(atlas.places())]
    assert (np.diff(curve["gini"]) < 0).all() and (np.diff(curve["least_population"]) < 0).all()
    assert (curve["with_photos"] <= curve["cities"]).all()


def test_a_curve_meets_a_value_between_its_points():
    curve = pd.DataFrame({"cities": [100, 1000, 10_000], "gini": [0.8, 0.7, 0.5]})
    assert cities_meeting(curve, 0.75) == pytest.approx(100 * 10**0.5)
    assert cities_meeting(curve, 0.5) == pytest.approx(10_000)
    assert cities_meeting(curve, 0.8) == pytest.approx(100)
    assert np.isnan(cities_meeting(curve, 0.9))
    flat = pd.DataFrame({"cities": [100, 1000], "gini": [0.6, 0.6]})
    assert cities_meeting(flat, 0.6) == pytest.approx(1000)
