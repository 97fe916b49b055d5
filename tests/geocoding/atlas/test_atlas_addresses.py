import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils.atlas import admin1_of
from geoutils.geocoding import Addresses, atlas_addresses
from geoutils.sphere import destination


def address(latitude, longitude) -> list[str]:
    return atlas_addresses(np.array([[latitude, longitude]], dtype=float)).names(0)


def keys(addresses: Addresses) -> np.ndarray:
    """Keys instead of row numbers, so that vectors of two calls can be compared."""
    return np.append(addresses.locations["key"].to_numpy(object), "")[addresses.vectors]


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
        ((-23.4, 118.8), ["East Pilbara", "Western Australia", "Australia"]),  # a place at 96 km
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


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 360), st.floats(1.5, 20))
def test_no_photo_of_italy_is_in_the_vatican(bearing, km):
    start = np.array([[41.90268, 12.45414]])
    photo = destination(start, np.array([bearing]), np.array([km]))
    assert atlas_addresses(photo).names(0)[-1] == "Italy"


def test_one_point_none_and_all_at_one():
    none = atlas_addresses(np.empty((0, 2)))
    assert len(none) == 0 and len(none.locations) == 0 and none.vectors.shape == (0, 4)
    same = atlas_addresses(np.tile([[48.855, 2.35]], (5, 1)))
    assert len(same.locations) == 4 and (same.vectors == same.vectors[0]).all()


@pytest.mark.parametrize("bad", [(np.nan, 0.0), (91.0, 0.0), (0.0, 181.0), (np.inf, 0.0)])
def test_off_the_globe_is_refused(bad):
    with pytest.raises(ValueError, match="latlon_deg: row 1 is"):
        atlas_addresses(np.array([(0.0, 0.0), bad]))
