"""Addresses from the atlas against slow code in the words of the docstring."""

import numpy as np
import pandas as pd
import shapely

from geoutils.atlas import admin1, admin1_of, places
from geoutils.geocoding import Addresses, atlas_addresses
from geoutils.geocoding.atlas_addresses import COUNTY_KM, PLACE_KM
from geoutils.geocoding.atlas_locations import atlas_locations
from geoutils.geocoding.gazetteer import gazetteer
from geoutils.sphere import EARTH_RADIUS_KM, destination, great_circle_km, unit_vectors


def keys(addresses: Addresses) -> np.ndarray:
    """Keys instead of row numbers, so that vectors of two calls can be compared."""
    return np.append(addresses.locations["key"].to_numpy(object), "")[addresses.vectors]


def test_addresses_match_brute_force(photos):
    """Outline by outline and place by place, in the words of the docstring."""
    table, regions, book = places(), admin1(), gazetteer()
    degrees = table[["latitude", "longitude"]].to_numpy()
    outlines, found = regions.geometry.to_numpy(), atlas_addresses(photos)
    names = np.append(found.locations["key"].to_numpy(object), "")
    place_key = atlas_locations().table["key"].to_numpy(object)[atlas_locations().of_place[:, 0]]
    crowd = np.argsort(-table.population.to_numpy(), kind="stable")  # who is larger is found first
    checked = 0
    cosine = (unit_vectors(photos) @ unit_vectors(degrees[book.strays]).T).max(axis=1)
    near_stray = EARTH_RADIUS_KM * np.arccos(np.minimum(cosine, 1)) < 1.01
    west, south, east, north = shapely.bounds(outlines).T
    for photo, vector in zip(photos[~near_stray], found.vectors[~near_stray], strict=True):
        latitude, longitude = photo
        box = (west <= longitude) & (longitude <= east) & (south <= latitude) & (latitude <= north)
        inside = np.flatnonzero(box)
        inside = inside[shapely.intersects_xy(outlines[inside], longitude, latitude)]
        if len(inside) == 0:
            continue
        own = crowd[book.home[crowd] == inside[0]]
        distance = great_circle_km(np.repeat(photo[None], len(own), axis=0), degrees[own])
        nearest = own[distance.argmin()] if len(own) and distance.min() <= COUNTY_KM else -1
        row = regions.iloc[inside[0]]
        chain = [""] * 4
        if nearest >= 0 and distance.min() <= PLACE_KM:
            chain[0] = place_key[nearest]
        alone = (regions.country == row.country).sum() == 1
        region = "" if alone else row["name"]
        if nearest >= 0 and table.admin2[nearest]:
            chain[1] = f"admin2:{row.country}/{region}/{table.admin2[nearest]}".replace("%", "%25")
        if region:
            chain[2] = f"admin1:{row.country}/{region}"
        chain[3] = f"country:{row.country}"
        chain = [key for key in chain if key]
        got = [key.replace("%2F", "/") for key in names[vector] if key]
        assert [key.replace("%2F", "/") for key in chain] == got, photo
        checked += 1
    assert checked > 2000


def test_a_place_drawn_beyond_its_border_keeps_what_is_near():
    """Photos around strays: the stray if it is believed so far and no place of theirs is nearer."""
    book, rng = gazetteer(), np.random.default_rng(3)
    degrees = places()[["latitude", "longitude"]].to_numpy()
    strays = rng.choice(len(book.strays), 200, replace=False)
    start = degrees[book.strays[strays]]
    photos = destination(start, rng.uniform(0, 360, 200), rng.uniform(0, 1.5, 200))
    place_row = atlas_locations().of_place[:, 0]
    key = atlas_locations().table["key"].to_numpy(object)
    found, region = keys(atlas_addresses(photos))[:, 0], admin1_of(photos)
    kept = 0
    for photo, held, got in zip(photos, region, found, strict=True):
        own = np.flatnonzero(book.home == held)
        places_km = great_circle_km(np.repeat(photo[None], len(own), axis=0), degrees[own])
        near = np.repeat(photo[None], len(book.strays), axis=0)
        stray_km = great_circle_km(near, degrees[book.strays])
        nearest = int(stray_km.argmin())
        is_kept = stray_km[nearest] <= book.stray_km[nearest]
        is_kept &= stray_km[nearest] < places_km.min(initial=np.inf)
        if is_kept:
            assert got == key[place_row[book.strays[nearest]]]
        elif len(own) and places_km.min() <= PLACE_KM:
            assert got in key[place_row[own[places_km <= places_km.min()]]]
        kept += is_kept
    assert 50 < kept < 180


def test_each_place_is_at_its_own_address():
    table = places()
    found = atlas_addresses(table[["latitude", "longitude"]].to_numpy())
    own = atlas_locations().table["key"].to_numpy(object)[atlas_locations().of_place[:, 0]]
    got = keys(found)[:, 0]
    elsewhere = np.flatnonzero(got != own)
    assert len(elsewhere) < 50  # those that share their coordinates with another place
    at = table.set_index(pd.Index(own))
    degrees = at[["latitude", "longitude"]]
    np.testing.assert_array_equal(degrees.loc[got[elsewhere]], degrees.loc[own[elsewhere]])
    people = at["population"]
    assert (people[got[elsewhere]].to_numpy() >= people[own[elsewhere]].to_numpy()).all()
