import numpy as np
import pytest

from geoutils import atlas
from geoutils.evaluation.coverage import (
    UNITS,
    cells_of_land,
    cities_without_photos,
    country_coverage,
    coverage_table,
    geographic_units,
    unit_numbers,
    units_that_exist,
)
from geoutils.evaluation.equal_area_cells import EqualAreaCells
from geoutils.evaluation.gazetteer import largest_cities
from geoutils.evaluation.inequality import gini
from geoutils.evaluation.resampled_inequality import bootstrap_spread
from geoutils.evaluation.resamples import Resamples

# Three in and around Paris, one in Lyon, one in Tokyo, one in the middle of the Atlantic.
PHOTOS = np.array(
    [[48.86, 2.35], [48.85, 2.30], [48.80, 2.13], [45.76, 4.84], [35.68, 139.76], [30, -40]]
)
CITIES, CELLS = largest_cities(300), EqualAreaCells.of_side(500)


@pytest.fixture(scope="module")
def units():
    return geographic_units(PHOTOS, CITIES, CELLS)


@pytest.fixture(scope="module")
def land(units):
    return cells_of_land(units["cell"].to_numpy(), CELLS)


def spreads_of(units):
    numbers = unit_numbers(units)
    drawn = Resamples.draw(len(units), None, 20)
    return {k: bootstrap_spread(n, drawn) for k, n in numbers.items() if (n >= 0).any()}


def test_every_photo_finds_its_units(units):
    names = CITIES["name"].loc[units["city"]]
    assert names.iloc[:3].tolist() == ["Paris"] * 3 and names.iloc[4] != "Paris"
    assert units["country"].tolist() == ["FR", "FR", "FR", "FR", "JP", ""]
    assert units["continent"].tolist() == ["Europe"] * 4 + ["Asia", ""]
    assert (units["region"] >= 0).tolist() == [True] * 5 + [False]
    np.testing.assert_array_equal(units["cell"], CELLS.cell_of(PHOTOS))


def test_units_are_numbered_and_the_sea_is_none(units):
    numbers = unit_numbers(units)
    assert list(numbers) == list(UNITS)
    assert numbers["country"].tolist() == [0, 0, 0, 0, 1, -1]
    assert numbers["region"][-1] == numbers["continent"][-1] == -1
    assert (numbers["city"] >= 0).all() and (numbers["cell"] >= 0).all()
    assert len({*numbers["region"].tolist()}) == 1 + units["region"][:5].nunique()


def test_the_table_says_how_many_exist_and_how_even_they_are(units, land):
    table = coverage_table(units_that_exist(CITIES, land), spreads_of(units))
    assert table.index.tolist() == list(UNITS)
    assert table.loc["country", ["exist", "with_photos", "hold_half"]].tolist() == [250, 2, 1]
    assert table.loc["country", "gini"] == pytest.approx(gini(np.array([4, 1])))
    assert table.loc["country", "top_share"] == pytest.approx(0.8)
    assert table.loc["continent", "exist"] == 7 and table.loc["city", "exist"] == 300
    assert (table["gini_low"] <= table["gini"]).all() and (
        table["gini"] <= table["gini_high"]
    ).all()


def test_photos_at_sea_alone_leave_nothing_to_share(land):
    units = geographic_units(PHOTOS[-1:], CITIES, CELLS)
    table = coverage_table(units_that_exist(CITIES, land), spreads_of(units))
    assert table.loc["country", "with_photos"] == 0 and np.isnan(table.loc["country", "gini"])
    assert table.loc["city", "gini"] == 0


def test_every_country_is_there_with_or_without_photos():
    world = country_coverage(np.array(["FR", "FR", "JP", ""]))
    assert len(world) == 250 and world["photos"].sum() == 3
    assert world.loc["FR", "per_million"] == pytest.approx(2e6 / world.loc["FR", "population"])
    assert world.loc["FR", "per_1000_km2"] == pytest.approx(2e3 / 547_030)
    assert np.isnan(world.loc["AQ", "per_million"])  # nobody lives there


def test_cells_of_land_hold_the_land_and_every_photo(units, land):
    whole = land["land_share"].sum() * CELLS.area_km2
    assert whole == pytest.approx(149e6, rel=0.03)  # km² of land on the Earth
    assert land["photos"].sum() == len(PHOTOS)
    at_sea = land[land["cell"] == units["cell"].iloc[-1]].iloc[0]
    assert at_sea["land_share"] == 0 and at_sea["photos"] == 1 and at_sea["continent"] == ""
    inland = land[land["cell"] == CELLS.cell_of(np.array([[-25.0, 134.0]]))[0]].iloc[0]
    assert inland["land_share"] == 1 and inland["continent"] == "Oceania"


def test_cities_without_photos_are_named_largest_first(units):
    missing = cities_without_photos(units, CITIES)
    assert len(missing) == len(CITIES) - units["city"].nunique()
    assert "Paris" not in set(missing["name"]) and (np.diff(missing["population"]) <= 0).all()
    assert set(missing["country"]) <= set(atlas.countries()["name"])
    own = CITIES.assign(country="Atlantis")
    assert cities_without_photos(units, own)["country"].unique().tolist() == ["Atlantis"]
