"""Which cities, regions, countries and continents have photos, and which are left out."""

import numpy as np
import pandas as pd
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils import atlas
from geoutils.evaluation.inequality import gini, units_holding

UNITS = ("city", "region", "country", "continent")


def geographic_units(latlon_deg: Real[ndarray, "photos 2"], min_population: int) -> pd.DataFrame:
    """City, region, country and continent of each photo, one row per photo.

    The city is the row in `atlas.places()` of the nearest one with at least `min_population`
    inhabitants, however far (GeoDecoder, supplementary section 8.2). The region is the row in
    `atlas.admin1()`, -1 beyond 12 nautical miles offshore, where country (ISO 3166 alpha-2) and
    continent are "". Raises ValueError if no city is that large.
    """
    cities = _cities(min_population)
    nearest, _ = atlas.nearest_place(latlon_deg, cities)
    countries = atlas.country_of(latlon_deg)
    return pd.DataFrame(
        {
            "city": cities.index.to_numpy()[nearest],
            "region": atlas.admin1_of(latlon_deg),
            "country": countries,
            "continent": atlas.continent_of(countries),
        }
    )


def photos_per_unit(units: pd.DataFrame) -> dict[str, Int[ndarray, " n"]]:
    """Photos of every city, region, country and continent that has any; photos at sea left out."""
    kept = {
        "city": units["city"],
        "region": units["region"][units["region"] >= 0],
        "country": units["country"][units["country"] != ""],
        "continent": units["continent"][units["continent"] != ""],
    }
    return {name: column.value_counts().to_numpy() for name, column in kept.items()}


def coverage_table(units: pd.DataFrame, min_population: int) -> pd.DataFrame:
    """For each kind of unit: how many exist, how many have photos, how evenly those share them.

    Columns: exist, with_photos, covered (share), gini (over units with photos), hold_half (the
    fewest units that have half of the photos), top_share (photos of the fullest unit).
    """
    exist = {
        "city": len(_cities(min_population)),
        "region": len(atlas.admin1()),
        "country": len(atlas.countries()),
        "continent": atlas.countries()["continent"].nunique(),
    }
    rows = {
        name: {
            "exist": exist[name],
            "with_photos": len(counts),
            "covered": len(counts) / exist[name],
            "gini": gini(counts) if len(counts) else np.nan,
            "hold_half": units_holding(counts, 0.5) if len(counts) else 0,
            "top_share": counts.max() / counts.sum() if len(counts) else np.nan,
        }
        for name, counts in photos_per_unit(units).items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("unit")
    return table.astype({"exist": int, "with_photos": int, "hold_half": int})


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


def gini_by_city_size(
    latlon_deg: Real[ndarray, "photos 2"], min_populations: list[int]
) -> pd.DataFrame:
    """Gini of photos per nearest city, for several notions of how large a city must be.

    Columns: min_population, cities (that exist), with_photos, gini.
    """
    rows = []
    for least in min_populations:
        cities = _cities(least)
        nearest, _ = atlas.nearest_place(latlon_deg, cities)
        counts = np.unique(nearest, return_counts=True)[1]
        rows.append((least, len(cities), len(counts), gini(counts)))
    return pd.DataFrame(rows, columns=["min_population", "cities", "with_photos", "gini"])


def _cities(min_population: int) -> pd.DataFrame:
    cities = atlas.places()
    cities = cities[cities["population"] >= min_population]
    if cities.empty:
        raise ValueError(f"min_population: no city has {min_population:,} inhabitants")
    return cities
