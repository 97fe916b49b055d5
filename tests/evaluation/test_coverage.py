import numpy as np
import pytest

from geoutils.atlas import photo_density, places
from geoutils.evaluation.coverage import (
    country_coverage,
    coverage_table,
    geographic_units,
    gini_by_city_size,
    photos_per_unit,
)
from geoutils.evaluation.inequality import gini

# Three in and around Paris, one in Lyon, one in Tokyo, one in the middle of the Atlantic.
PHOTOS = np.array(
    [[48.86, 2.35], [48.85, 2.30], [48.80, 2.13], [45.76, 4.84], [35.68, 139.76], [30, -40]]
)


def test_every_photo_finds_its_units():
    units = geographic_units(PHOTOS, 1_000_000)
    names = places().name.loc[units["city"]]
    assert names.iloc[:3].tolist() == ["Paris"] * 3
    assert units["country"].tolist() == ["FR", "FR", "FR", "FR", "JP", ""]
    assert units["continent"].tolist() == ["Europe"] * 4 + ["Asia", ""]
    assert (units["region"] >= 0).tolist() == [True] * 5 + [False]


def test_photos_are_counted_per_unit():
    counts = photos_per_unit(geographic_units(PHOTOS, 1_000_000))
    assert sorted(counts["country"]) == [1, 4] and sorted(counts["continent"]) == [1, 4]
    assert counts["region"].sum() == 5
    assert counts["city"].sum() == 6  # the photo at sea has a nearest city too


def test_the_table_says_how_many_exist_and_how_even_they_are():
    table = coverage_table(geographic_units(PHOTOS, 1_000_000), 1_000_000)
    assert table.loc["country", ["exist", "with_photos", "hold_half"]].tolist() == [250, 2, 1]
    assert table.loc["country", "gini"] == pytest.approx(gini(np.array([4, 1])))
    assert table.loc["country", "top_share"] == pytest.approx(0.8)
    assert table.loc["continent", "exist"] == 7
    assert table.loc["city", "exist"] == (places().population >= 1_000_000).sum()


def test_photos_at_sea_alone_leave_nothing_to_share():
    table = coverage_table(geographic_units(PHOTOS[-1:], 100_000), 100_000)
    assert table.loc["country", "with_photos"] == 0 and np.isnan(table.loc["country", "gini"])
    assert table.loc["city", "gini"] == 0


def test_every_country_is_there_with_or_without_photos():
    world = country_coverage(np.array(["FR", "FR", "JP", ""]))
    assert len(world) == 250 and world["photos"].sum() == 3
    assert world.loc["FR", "per_million"] == pytest.approx(2e6 / world.loc["FR", "population"])
    assert world.loc["FR", "per_1000_km2"] == pytest.approx(2e3 / 547_030)
    assert np.isnan(world.loc["AQ", "per_million"])  # nobody lives there


def test_larger_cities_gather_more_of_the_crowd():
    table = gini_by_city_size(photo_density()[:20_000], [1000, 100_000, 1_000_000])
    assert (np.diff(table["gini"]) > 0).all() and (np.diff(table["cities"]) < 0).all()
    assert (table["with_photos"] <= table["cities"]).all()


def test_a_city_larger_than_any_is_refused():
    with pytest.raises(ValueError, match="min_population: no city has 100,000,000 inhabitants"):
        geographic_units(PHOTOS, 100_000_000)
