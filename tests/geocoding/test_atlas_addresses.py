import sys

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils.atlas import admin1, admin1_of, countries, photo_density, places
from geoutils.geocoding import Addresses, atlas_addresses
from geoutils.geocoding.atlas_addresses import COUNTY_KM, PLACE_KM
from geoutils.geocoding.atlas_locations import atlas_locations
from geoutils.geocoding.gazetteer import gazetteer
from geoutils.sphere import EARTH_RADIUS_KM, destination, great_circle_km, unit_vectors


def address(latitude, longitude) -> list[str]:
    return atlas_addresses(np.array([[latitude, longitude]], dtype=float)).names(0)


def keys(addresses: Addresses) -> np.ndarray:
    """Keys instead of row numbers, so that vectors of two calls can be compared."""
    return np.append(addresses.locations["key"].to_numpy(object), "")[addresses.vectors]


@pytest.fixture(scope="module")
def photos():
    """Where photos are, a little shaken, and as many anywhere on Earth."""
    rng = np.random.default_rng(0)
    shaken = photo_density()[rng.integers(0, 100_000, 2000)] + rng.normal(0, 0.02, (2000, 2))
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, 2000)))
    anywhere = np.stack([latitude, rng.uniform(-180, 180, 2000)], axis=1)
    return np.concatenate([shaken, anywhere])


@pytest.mark.parametrize(
    ("latlon", "expected"),
    [
        ((48.855, 2.350), ["Paris", "Paris", "Île-de-France", "France"]),
        ((-29.6, 28.2), ["Marakabeis", "Thaba-Tseka", "Lesotho"]),  # inside South Africa
        ((41.9025, 12.4550), ["Vatican City", "Vatican"]),  # on no outline, inside Rome
        ((41.8902, 12.4922), "Italy"),  # the Colosseum, 3 km from there
        ((43.7384, 7.4246), ["Monte-Carlo", "Monaco"]),  # one region only: no level of its own
        ((44.6, -110.5), ["Wyoming", "United States"]),  # Yellowstone; no place of Wyoming near
        ((23.0, 12.0), ["Agadez", "Niger"]),  # desert
        ((36.135, -5.353), "Gibraltar"),
        ((38.78, -9.70), ["Azoia", "Sintra", "Lisbon", "Portugal"]),  # 17 km offshore
        ((38.78, -9.85), []),  # 30 km offshore
        ((-9.2, -171.8), ["Nukunonu", "Tokelau"]),  # an atoll
        ((7.37, 147.03), "Micronesia"),  # Satawal, an islet that the outlines leave out
        ((30.0, -40.0), []),
        ((90.0, 0.0), []),
        ((-90.0, 12.0), ["Antarctica", "Antarctica"]),
        ((-16.80, 179.99), "Fiji"),
        ((-16.80, -179.99), "Fiji"),
    ],
)
def test_known_addresses(latlon, expected):
    found = address(*latlon)
    assert (found[-1] if isinstance(expected, str) else found) == expected


def test_antimeridian_from_both_sides_is_one_location():
    a, b = np.array([[66.0, 180.0]]), np.array([[66.0, -180.0]])
    np.testing.assert_array_equal(keys(atlas_addresses(a)), keys(atlas_addresses(b)))
    assert address(66.0, 180.0)[-1] == "Russia"


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


def test_open_sea_has_no_address_and_land_always_a_country(photos):
    found = atlas_addresses(photos)
    coarsest = np.where(found.vectors >= 0, found.vectors, -1)
    depth = (coarsest >= 0).sum(axis=1)
    kinds = np.append(found.locations["kind"].to_numpy(object), "")
    last = kinds[coarsest[np.arange(len(photos)), np.maximum(depth - 1, 0)]]
    np.testing.assert_array_equal(last[depth > 0], "country")
    held = admin1_of(photos) >= 0
    assert (depth[held] > 0).all()
    assert (depth[~held] > 0).mean() < 0.02  # islets and strays


def test_locations_form_a_tree(photos):
    """Every location is followed by one and the same coarser one."""
    rng = np.random.default_rng(1)
    many = photo_density() + rng.normal(0, 0.05, (100_000, 2))
    vectors = atlas_addresses(np.concatenate([many, photos])).vectors
    for level in range(3):
        pairs = np.unique(vectors[:, level : level + 2][vectors[:, level] >= 0], axis=0)
        finest_known = pairs[pairs[:, 1] >= 0]
        assert len(np.unique(finest_known[:, 0])) == len(finest_known)


def test_order_of_kinds_and_countries_agree(photos):
    found = atlas_addresses(photos)
    rank = {"place": 0, "admin2": 1, "admin1": 2, "country": 3}
    ranks = np.append(found.locations["kind"].map(rank).to_numpy(), 9)[found.vectors]
    known = found.vectors >= 0
    assert (np.diff(ranks, axis=1)[known[:, 1:]] > 0).all()
    country = np.append(found.locations["country"].to_numpy(object), "")[found.vectors]
    assert (country[:, 1:] == country[:, :-1])[known[:, 1:]].all()


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


def test_keys_are_distinct_and_full():
    table = atlas_locations().table
    assert table["key"].is_unique and (table["name"] != "").all()
    twins = places().duplicated(["country", "admin1", "admin2", "name"], keep=False)
    assert twins.sum() > 1000  # names alone would not do
    for kind, slashes in {"country": 0, "admin1": 1, "admin2": 2, "place": 3}.items():
        of_kind = table["key"][table["kind"] == kind]
        assert of_kind.str.startswith(f"{kind}:").all()
        np.testing.assert_array_equal(of_kind.str.count("/"), slashes)


def test_known_keys():
    """Published with partitions: they may not change."""
    found = keys(atlas_addresses(np.array([[45.7485, 4.8467], [-12.46776, 14.94646]])))
    path = "FR/Auvergne-Rhône-Alpes/Rhône"
    assert found[0].tolist() == [
        f"place:{path}/Lyon",
        f"admin2:{path}",
        "admin1:FR/Auvergne-Rhône-Alpes",
        "country:FR",
    ]
    assert found[1, 0] == "place:AO/Benguela//Chindumbo@-12.46776,14.94646"


def test_calls_agree_whatever_comes_with_a_photo(photos):
    whole = keys(atlas_addresses(photos))
    order = np.random.default_rng(2).permutation(len(photos))
    np.testing.assert_array_equal(keys(atlas_addresses(photos[order])), whole[order])
    alone = [keys(atlas_addresses(photos[i : i + 1]))[0] for i in range(20)]
    np.testing.assert_array_equal(np.stack(alone), whole[:20])
    a, b = atlas_addresses(photos), atlas_addresses(photos[order])
    np.testing.assert_array_equal(a.locations["key"], b.locations["key"])


def test_chunks_do_not_show(photos, monkeypatch):
    whole = atlas_addresses(photos)
    module = sys.modules["geoutils.geocoding.atlas_addresses"]  # the function has its name
    monkeypatch.setattr(module, "CHUNK", 333)
    np.testing.assert_array_equal(atlas_addresses(photos).vectors, whole.vectors)


def test_locations_occur_and_have_what_they_say(photos):
    found = atlas_addresses(photos)
    used = np.unique(found.vectors[found.vectors >= 0])
    np.testing.assert_array_equal(used, np.arange(len(found.locations)))
    table = found.locations
    drawn = table["kind"].isin(["admin1", "country"])
    np.testing.assert_array_equal(table["has_area"], drawn)
    assert shapely.is_valid(table["geometry"][drawn].to_numpy()).all()
    assert all(geometry is None for geometry in table["geometry"][~drawn])
    assert not table[["latitude", "longitude"]].isna().any().any()


def test_centers():
    table = atlas_locations().table.set_index("key")
    center = lambda key: table.loc[key, ["latitude", "longitude"]].to_numpy(float)  # noqa: E731
    fiji = center("country:FJ")
    assert abs(fiji[1]) > 177 and -19 < fiji[0] < -16  # not near longitude 0
    near = great_circle_km(center("country:FR")[None], np.array([[46.5, 2.6]]))  # Bruère-Allichamps
    assert near < 60
    np.testing.assert_allclose(center("country:VA"), [41.90268, 12.45414], atol=1e-4)
    bouvet = table.loc["country:BV"]
    assert np.isnan(bouvet.latitude) and not bouvet.has_area


def test_a_square_on_the_equator_has_its_centroid():
    from geoutils.geocoding.atlas_locations import _centroids

    halves = shapely.multipolygons([shapely.box(176, -2, 180, 2), shapely.box(-180, -2, -176, 2)])
    found = _centroids(np.array([halves, shapely.MultiPolygon()]))
    np.testing.assert_allclose(found[0], [0, -180], atol=1e-9)
    assert np.isnan(found[1]).all()


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 360), st.floats(1.5, 20))
def test_no_photo_of_italy_is_in_the_vatican(bearing, km):
    start = np.array([[41.90268, 12.45414]])
    photo = destination(start, np.array([bearing]), np.array([km]))
    assert atlas_addresses(photo).names(0)[-1] == "Italy"


def test_countries_agree_with_the_gazetteer():
    """Where map and gazetteer speak of the same place, they name the same country."""
    table = atlas_locations().table
    country = table["country"].to_numpy(object)[atlas_locations().of_place[:, 0]]
    assert (country != places().country).mean() < 0.001
    assert set(places().country) <= set(countries().index)


def test_one_point_none_and_all_at_one():
    none = atlas_addresses(np.empty((0, 2)))
    assert len(none) == 0 and len(none.locations) == 0 and none.vectors.shape == (0, 4)
    same = atlas_addresses(np.tile([[48.855, 2.35]], (5, 1)))
    assert len(same.locations) == 4 and (same.vectors == same.vectors[0]).all()


@pytest.mark.parametrize("bad", [(np.nan, 0.0), (91.0, 0.0), (0.0, 181.0), (np.inf, 0.0)])
def test_off_the_globe_is_refused(bad):
    with pytest.raises(ValueError, match=r"latlon_deg: 1 rows off the globe.*row 1"):
        atlas_addresses(np.array([(0.0, 0.0), bad]))
