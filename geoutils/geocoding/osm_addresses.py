"""From records of OSM objects to address vectors."""

from math import nan

import numpy as np
import pandas as pd
from jaxtyping import Int
from numpy import ndarray

from geoutils.geocoding.addresses import Addresses
from geoutils.geocoding.osm_records import ObjectRecord, PointRecord


def osm_addresses(
    places: list[PointRecord],
    place_of: Int[ndarray, " photos"],
    objects: dict[str, ObjectRecord],
    countries: dict[str, str],
    polygons: bool,
) -> Addresses:
    """Addresses of photos from the record of each distinct place and of the objects by key.

    `countries` gives the key of each country by its code. An object without a record is left out;
    a country without one, as in an extract of a smaller region, has its code for key. `kind` and
    the columns beyond those of `Addresses` are as in EMP-16's tables.
    """
    alone = {code: _country_alone(place) for place in places if (code := place.country)}
    vectors = [_vector(place, objects, countries) for place in places]
    keys = sorted({key for vector in vectors for key in vector})
    records = [objects.get(key) or alone[key] for key in keys]
    columns = {
        "key": keys,
        "name": [record.name for record in records],
        "kind": [record.type for record in records],
        "country": [record.country for record in records],
        "latitude": np.array([record.latitude for record in records], dtype=np.float64),
        "longitude": np.array([record.longitude for record in records], dtype=np.float64),
        "has_area": np.array([record.has_area for record in records], dtype=bool),
        "localname": [record.localname for record in records],
        "category": [record.category for record in records],
        "admin_level": np.array([record.admin_level for record in records], dtype=np.int64),
        "rank_address": np.array([record.rank_address for record in records], dtype=np.int64),
    }
    table = pd.DataFrame(columns)
    if polygons:
        table["geometry"] = pd.Series([record.polygon for record in records], dtype=object)
    row_of = {key: row for row, key in enumerate(keys)}
    depth = max(map(len, vectors), default=0)
    rows = np.full((len(vectors), depth), -1, dtype=np.int32)
    for place, vector in enumerate(vectors):
        rows[place, : len(vector)] = [row_of[key] for key in vector]
    return Addresses(rows[place_of], table)


def _vector(
    place: PointRecord, objects: dict[str, ObjectRecord], countries: dict[str, str]
) -> list[str]:
    around = objects[place.key].address if place.key in objects else []
    vector = [key for key in around if key in objects]
    if not place.country:
        return vector
    country = countries[place.country]
    country = country if country in objects else place.country
    return vector if country in vector else [*vector, country]


def _country_alone(place: PointRecord) -> ObjectRecord:
    name = place.country_name or place.country
    return ObjectRecord(
        name=name,
        localname=name,
        category="place",
        type="country",
        admin_level=2,
        rank_address=4,
        country=place.country,
        latitude=nan,
        longitude=nan,
        has_area=False,
        address=[],
        polygon=None,
    )
