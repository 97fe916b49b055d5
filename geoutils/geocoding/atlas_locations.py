"""Every location that the atlas can name, as one table, and the address of each place in it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import shapely
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.atlas import admin1, countries, places
from geoutils.geocoding.addresses import COLUMNS
from geoutils.geocoding.gazetteer import gazetteer
from geoutils.sphere import latlon_of, spherical_mean, unit_vectors

KINDS = ("place", "admin2", "admin1", "country")  # fine → coarse


@dataclass(frozen=True, repr=False, eq=False)
class AtlasLocations:
    """The table of all locations, and addresses as its row numbers, fine → coarse, then -1.

    `of_place` holds the address of each row of `places()`, `of_region` of each row of `admin1()`.
    """

    table: pd.DataFrame
    of_place: Int[ndarray, "places 4"]
    of_region: Int[ndarray, "regions 4"]


@cache
def atlas_locations() -> AtlasLocations:
    """Countries, their regions, second-level regions and places of the atlas, as one tree.

    Keys hold the whole path, such as "place:FR/Auvergne-Rhône-Alpes/Rhône/Lyon", with "/" in a
    name written %2F; they depend on the atlas alone. Places that share a path have their
    coordinates added. A region without name, or the only one of its country, is no level of its
    own, nor is a second-level region that the gazetteer does not know. Centers are centroids of
    the outlines (which may lie outside them) or, without outline, the mean of the places. Shared
    by all callers, so copy before you change it.
    """
    regions, towns = _regions(), _towns()
    counties = towns[towns.admin2_key != ""]
    counties = counties.assign(
        group=pd.factorize(counties.admin2_key)[0], key=counties.admin2_key, name=counties.admin2
    )
    county_deg = spherical_mean(
        counties[["latitude", "longitude"]].to_numpy(), counties.group.to_numpy()
    )
    counties = counties.drop_duplicates("key")  # in the order of their groups
    told = regions[regions.admin1_key != ""]
    told = told.assign(key=told.admin1_key)
    table = pd.concat(
        [
            _rows("country", _nations(towns)),
            _rows("admin1", _centered(told, _centroids(told.geometry.to_numpy()))),
            _rows("admin2", _centered(counties, county_deg)),
            _rows("place", towns.assign(key=towns.place_key)),
        ],
        ignore_index=True,
    )
    row_of = pd.Index(table.key)
    of_place, of_region = (
        np.stack([row_of.get_indexer(keyed[f"{kind}_key"]) for kind in KINDS], axis=1)
        for keyed in (towns, regions)
    )
    return AtlasLocations(table, _pushed_left(of_place), _pushed_left(of_region))


def _regions() -> pd.DataFrame:
    """`admin1()` with the keys of each level, "" where there is none."""
    table = admin1().copy()
    alone = table.country.map(table.country.value_counts()) == 1
    table["name"] = table.name.where(~alone, "")
    table["path"] = table.country + "/" + _escaped(table.name)
    table["country_key"] = "country:" + table.country
    table["admin1_key"] = ("admin1:" + table.path).where(table.name != "", "")
    return table.assign(admin2_key="", place_key="")


def _towns() -> pd.DataFrame:
    """`places()` with the country that holds each, and the keys of each level."""
    table, home = places().copy(), gazetteer().home
    outside = home < 0  # a country without region on the map
    regions = _regions()
    table["country"] = np.where(outside, table.country, regions.country.to_numpy()[home])
    path = np.where(outside, table.country + "/", regions.path.to_numpy()[home])
    table["country_key"] = "country:" + table.country
    table["admin1_key"] = np.where(outside, "", regions.admin1_key.to_numpy()[home])
    county = path + "/" + _escaped(table.admin2)
    table["admin2_key"] = ("admin2:" + county).where(table.admin2 != "", "")
    key = "place:" + county + "/" + _escaped(table.name)
    place = [f"@{a:.5f},{b:.5f}" for a, b in zip(table.latitude, table.longitude, strict=True)]
    table["place_key"] = key.where(~key.duplicated(keep=False), key + pd.Series(place))
    return table


def _nations(towns: pd.DataFrame) -> pd.DataFrame:
    """`countries()` with centers: those without outline have that of their places."""
    table = countries().reset_index()
    group = pd.Index(table.country).get_indexer(towns.country)
    from_towns = spherical_mean(towns[["latitude", "longitude"]].to_numpy(), group, len(table))
    centers = _centroids(table.geometry.to_numpy())
    centers = np.where(np.isnan(centers), from_towns, centers)
    return _centered(table, centers).assign(key="country:" + table.country)


def _rows(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """Locations of one kind as the columns of `Addresses.locations`, geometry included."""
    outlines = np.full(len(table), None)
    if "geometry" in table:
        outlines[:] = table.geometry.to_numpy()
    drawn = ~shapely.is_missing(outlines) & ~shapely.is_empty(outlines)
    outlines[~drawn] = None
    columns = table.assign(kind=kind, has_area=drawn, geometry=outlines)
    return columns[[*COLUMNS, "geometry"]]


def _centered(table: pd.DataFrame, center_deg: Float[ndarray, "n 2"]) -> pd.DataFrame:
    return table.assign(latitude=center_deg[:, 0], longitude=center_deg[:, 1])


def _centroids(outlines: ndarray) -> Float[ndarray, "n 2"]:
    """Centroid of each multipolygon on the sphere, in degrees; NaN for an empty one.

    Parts are measured on Lambert's cylindrical map, which keeps areas, and then averaged as
    vectors, so that a country on both sides of the antimeridian has its center there.
    """
    parts, owner = shapely.get_parts(outlines, return_index=True)
    flat = shapely.transform(
        parts, lambda lonlat: np.stack([lonlat[:, 0], np.sin(np.radians(lonlat[:, 1]))], axis=1)
    )
    middle = shapely.get_coordinates(shapely.centroid(flat))
    latitude = np.degrees(np.arcsin(np.clip(middle[:, 1], -1, 1)))
    vectors = unit_vectors(np.stack([latitude, middle[:, 0]], axis=1))
    area = shapely.area(flat)
    total = np.stack(
        [np.bincount(owner, area * axis, minlength=len(outlines)) for axis in vectors.T], axis=1
    )
    centers = latlon_of(total)
    centers[shapely.is_empty(outlines)] = np.nan
    return centers


def _escaped(names: pd.Series) -> pd.Series:
    return names.str.replace("%", "%25", regex=False).str.replace("/", "%2F", regex=False)


def _pushed_left(rows: Int[ndarray, "n depth"]) -> Int[ndarray, "n depth"]:
    """Rows with their -1 moved to the end, the rest in order."""
    order = np.argsort(rows < 0, axis=1, kind="stable")
    return np.take_along_axis(rows, order, axis=1)
