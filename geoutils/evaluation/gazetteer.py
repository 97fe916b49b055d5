"""What counts as a city: the largest places of a gazetteer, and how much that choice decides."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils import atlas
from geoutils.evaluation.inequality import gini

# Headings seen in free lists of places (simplemaps, GeoNames), in the order of trust.
HEADINGS = {
    "name": ("name", "city_ascii", "city"),
    "country": ("country_code", "iso2", "cc", "country"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lng", "lon"),
    "population": ("population",),
}


def largest_cities(n_cities: int, gazetteer: pd.DataFrame | None = None) -> pd.DataFrame:
    """The most populous places of a gazetteer (by default `atlas.places()`), the largest first.

    The index keeps their rows in the gazetteer. One that has fewer places gives all; ValueError
    unless at least one is asked for.
    """
    if n_cities < 1:
        raise ValueError(f"n_cities: {n_cities}, expected at least one")
    places = atlas.places() if gazetteer is None else gazetteer
    return places.sort_values("population", ascending=False, kind="stable").head(n_cities)


def read_gazetteer(path: str | Path) -> pd.DataFrame:
    """A list of places from a CSV with comma, semicolon or tab, such as simplemaps' world cities.

    Columns: name, country, latitude, longitude (degrees), population (0 where unknown). ValueError,
    in one line, for a file that is missing, lacks a column, or has no or an impossible position.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"gazetteer: no file {path}")
    with open(path, encoding="utf-8-sig") as file:
        header = file.readline()
    delimiter = max(",;\t", key=header.count)
    table = pd.read_csv(path, sep=delimiter, encoding="utf-8-sig", keep_default_na=False, dtype=str)
    table = table.rename(columns=lambda name: name.strip().lower())
    columns = {}
    for ours, theirs in HEADINGS.items():
        heading = next((name for name in theirs if name in table), None)
        if heading is None:
            raise ValueError(
                f"{path}: no column for the {ours}; found {', '.join(table.columns[:12])}; "
                f"expected one of {', '.join(theirs)}"
            )
        columns[ours] = table[heading]
    places = pd.DataFrame(columns)
    for name in ("latitude", "longitude", "population"):
        places[name] = pd.to_numeric(places[name], errors="coerce")
    bad = ~(places["latitude"].abs().le(90) & places["longitude"].abs().le(180))
    if bad.any() or places.empty:
        what = (
            f"row {int(bad.argmax())} has no position on the Earth" if len(places) else "no place"
        )
        raise ValueError(f"{path}: {what}; expected latitude and longitude in degrees")
    return places.assign(population=places["population"].fillna(0.0).clip(lower=0))


def photos_per_city(
    latlon_deg: Real[ndarray, "photos 2"], cities: pd.DataFrame
) -> Int[ndarray, " cities_with_photos"]:
    """Photos of every city that is the nearest one of any, however far."""
    nearest, _ = atlas.nearest_place(latlon_deg, cities)
    return np.unique(nearest, return_counts=True)[1]


def gini_by_number_of_cities(
    latlon_deg: Real[ndarray, "photos 2"],
    numbers: Sequence[int],
    gazetteer: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Gini of photos per nearest city with photos, when the n largest places count as cities.

    Columns: cities (those that exist; a number beyond all of the gazetteer's is cut to all),
    least_population, with_photos, gini.
    """
    places = largest_cities(max(numbers), gazetteer)
    rows = []
    for number in sorted({min(number, len(places)) for number in numbers}):
        counts = photos_per_city(latlon_deg, places.head(number))
        least = int(places["population"].iloc[number - 1])
        rows.append((number, least, len(counts), gini(counts)))
    return pd.DataFrame(rows, columns=["cities", "least_population", "with_photos", "gini"])


def cities_meeting(curve: pd.DataFrame, value: float) -> float:
    """Number of cities at which a curve of `gini_by_number_of_cities` passes a value; NaN if never.

    Between the curve's points the coefficient is taken as straight over the logarithm of the
    number. Of several numbers the largest.
    """
    above = curve["gini"].to_numpy() - value
    cities = np.log(curve["cities"].to_numpy())
    passed = np.flatnonzero(np.sign(above[:-1]) * np.sign(above[1:]) <= 0)
    if len(passed) == 0:
        return float("nan")
    last = passed[-1]
    step = above[last] - above[last + 1]
    part = above[last] / step if step else 1.0
    return float(np.exp(cities[last] + part * (cities[last + 1] - cities[last])))
