"""Address vectors from the atlas, offline: polygons say the region, the nearest place the rest."""

from functools import cache

import numpy as np
from jaxtyping import Float, Int, Int32, Real
from numpy import ndarray

from geoutils.atlas import admin1_of
from geoutils.atlas.borders import COAST_KM
from geoutils.atlas.locations import checked
from geoutils.geocoding.addresses import Addresses
from geoutils.geocoding.atlas_locations import KINDS, atlas_locations
from geoutils.geocoding.gazetteer import gazetteer

PLACE_KM = 25.0  # the study's radius of a city: a photo further away is not in that place
COUNTY_KM = 100.0  # yet the nearest place may still tell the second-level region
CHUNK = 500_000  # photos worked on at once; bounds memory at about 300 MB


def atlas_addresses(latlon_deg: Real[ndarray, "photos 2"]) -> Addresses:
    """Address vectors of locations in degrees: place, admin2, admin1, country, fine → coarse.

    Region and country are those whose outline holds the photo, or whose shore is nearest within 12
    nautical miles; the place is the nearest of those in the *same* region, so that the locations
    form a tree and borders are kept. Two exceptions: a place that the rounded outlines draw on
    the wrong side of a border (or leave out, as the Vatican) holds photos up to 1 km from it; an
    islet that they leave out holds those within 12 nautical miles. Levels that are unknown are
    left out: the place beyond 25 km, admin2 beyond 100 km, all on the open sea, admin1 in countries
    of a single region. Only regions and countries have polygons.

    `locations` lists the locations that occur, coarse → fine, in an order of the atlas's own; keys
    are the same in every call. About half a million photos a second on one core. Raises ValueError
    at NaN, latitudes beyond ±90 and longitudes beyond ±180.
    """
    locations = checked(latlon_deg)
    chains = _chains()
    vectors = np.empty((len(locations), len(KINDS)), dtype=np.int32)
    for start in range(0, len(locations), CHUNK):
        chunk = slice(start, start + CHUNK)
        vectors[chunk] = chains[_chain_of(locations[chunk])]
    table = atlas_locations().table
    occurs = np.zeros(len(table) + 1, dtype=bool)
    occurs[vectors] = True  # -1 marks the entry past the end
    occurs[-1] = False
    number = np.where(occurs, np.cumsum(occurs, dtype=np.int32) - 1, -1)
    found = table.iloc[np.flatnonzero(occurs)].reset_index(drop=True)
    return Addresses(number[vectors], found)


def _chain_of(locations: Float[ndarray, "n 2"]) -> Int[ndarray, " n"]:
    """Row of `_chains()` that is the address of each location."""
    places = gazetteer()
    n_places = len(places.home)
    region = admin1_of(locations)
    place, distance_km = places.nearest_in(locations, region, COUNTY_KM)
    too_far = (region < 0) & (distance_km > COAST_KM)
    place[too_far], distance_km[too_far] = -1, np.inf
    stray, stray_km = places.nearest_stray(locations)
    closer = stray_km < distance_km
    place[closer], distance_km[closer] = stray[closer], stray_km[closer]
    named = np.where(distance_km <= PLACE_KM, place, n_places + place)
    return np.where(place >= 0, named, np.where(region >= 0, 2 * n_places + region, -1))


@cache
def _chains() -> Int32[ndarray, "chains 4"]:
    """All addresses there are: of places, of what lies near them, of regions, of the open sea."""
    addresses = atlas_locations()
    nearby = np.pad(addresses.of_place[:, 1:], ((0, 0), (0, 1)), constant_values=-1)
    nowhere = np.full((1, len(KINDS)), -1)
    every = [addresses.of_place, nearby, addresses.of_region, nowhere]
    return np.concatenate(every).astype(np.int32)
