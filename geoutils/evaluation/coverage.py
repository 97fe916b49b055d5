"""Which cities, regions, countries, continents and equal areas have photos, and which have none."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils import atlas
from geoutils.evaluation.equal_area_cells import EqualAreaCells
from geoutils.evaluation.inequality import units_holding
from geoutils.evaluation.resampled_inequality import Spread

UNITS = ("city", "region", "country", "continent", "cell")
COLUMNS = ["exist", "with_photos", "covered", "gini", "gini_low", "gini_high", "hold_half"]
COLUMNS += ["top_share"]


def geographic_units(
    latlon_deg: Real[ndarray, "photos 2"], cities: pd.DataFrame, cells: EqualAreaCells
) -> pd.DataFrame:
    """City, region, country, continent and equal-area cell of each photo, one row per photo.

    The city is the index in `cities` (columns latitude, longitude) of the nearest one, however far
    (GeoDecoder, supplementary section 8.2). The region is the row in `atlas.admin1()`, -1 beyond
    12 nautical miles offshore, where country (ISO 3166 alpha-2) and continent are "".
    """
    nearest, _ = atlas.nearest_place(latlon_deg, cities)
    countries = atlas.country_of(latlon_deg)
    return pd.DataFrame(
        {
            "city": cities.index.to_numpy()[nearest],
            "region": atlas.admin1_of(latlon_deg),
            "country": countries,
            "continent": atlas.continent_of(countries),
            "cell": cells.cell_of(latlon_deg),
        }
    )


def unit_numbers(units: pd.DataFrame) -> dict[str, Int[ndarray, " photos"]]:
    """Number of each photo's city, region, country, continent and cell, -1 at sea.

    Each kind of unit is numbered on its own, in order of appearance. At sea, too, a photo has a
    nearest city and a cell.
    """
    at_sea = units["country"] == ""
    numbers = {}
    for name in UNITS:
        column = units[name]
        if name not in ("city", "cell"):
            column = column.mask(at_sea)
        numbers[name] = pd.factorize(column)[0].astype(np.int64)  # -1 for those masked
    return numbers


def units_that_exist(cities: pd.DataFrame, land: pd.DataFrame) -> dict[str, int]:
    """How many units of each kind the world has; cells as in `cells_of_land`."""
    return {
        "city": len(cities),
        "region": len(atlas.admin1()),
        "country": len(atlas.countries()),
        "continent": atlas.countries()["continent"].nunique(),
        "cell": len(land),
    }


def coverage_table(exist: Mapping[str, int], spreads: Mapping[str, Spread]) -> pd.DataFrame:
    """For each kind of unit: how many exist, how many have photos, how evenly those share them.

    Columns: exist, with_photos, covered (share), gini (over units with photos), gini_low,
    gini_high, hold_half (the fewest units that have half of the photos), top_share (photos of the
    fullest unit). A kind without a spread has no photo: NaN.
    """
    rows = {}
    for name, number in exist.items():
        row = {"exist": number, "with_photos": 0, "covered": 0.0, "hold_half": 0}
        if spread := spreads.get(name):
            row |= {
                "with_photos": len(spread.counts),
                "covered": len(spread.counts) / number,
                "gini": spread.gini,
                "gini_low": spread.gini_low,
                "gini_high": spread.gini_high,
                "hold_half": units_holding(spread.counts, 0.5),
                "top_share": spread.counts.max() / spread.counts.sum(),
            }
        rows[name] = row
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=COLUMNS)
    return table.rename_axis("unit")


def country_coverage(country_codes: ndarray) -> pd.DataFrame:
    """Every country of the atlas with its photos, per million people and per 1,000 km² of land.

    Columns: name, continent, population, area_km2, photos, per_million, per_1000_km2; the last two
    are NaN where nobody lives or no area is known. Photos at sea ("") count for no country.
    """
    table = atlas.countries()[["name", "continent", "population", "area_km2"]].copy()
    counts = pd.Series(country_codes).value_counts()
    table["photos"] = counts.reindex(table.index).fillna(0).astype(int)
    people = table["population"].where(table["population"] > 0)
    land = table["area_km2"].where(table["area_km2"] > 0)
    table["per_million"] = table["photos"] / people * 1e6
    table["per_1000_km2"] = table["photos"] / land * 1e3
    return table


def cities_without_photos(units: pd.DataFrame, cities: pd.DataFrame) -> pd.DataFrame:
    """Cities that are the nearest one of no photo, the largest first, with their country's name.

    Columns: name, country, latitude, longitude, population.
    """
    columns = ["name", "country", "latitude", "longitude", "population"]
    missing = cities.loc[~cities.index.isin(units["city"]), columns]
    names = missing["country"].map(atlas.countries()["name"]).fillna(missing["country"])
    return missing.assign(country=names).sort_values("population", ascending=False, kind="stable")


def cells_of_land(photo_cells: Int[ndarray, " photos"], cells: EqualAreaCells) -> pd.DataFrame:
    """Equal-area cells that have land or a photo: columns cell, land_share, photos, continent.

    The continent is that of the cell's middle, "" where that lies at sea.
    """
    land = cells.share_of(atlas.is_land)
    photos = np.bincount(photo_cells, minlength=len(cells))
    kept = np.flatnonzero((land > 0) | (photos > 0))
    middle = cells.points(kept, np.array([0.5]), np.array([0.5]))[:, 0]
    return pd.DataFrame(
        {
            "cell": kept,
            "land_share": land[kept],
            "photos": photos[kept],
            "continent": atlas.continent_of(atlas.country_of(middle)),
        }
    )
