"""What the Nominatim geocoder makes of answers, and what it asks for them."""

import numpy as np
import pytest

from geoutils.geocoding.nominatim import Nominatim

LAND = np.array([[10.0, 20.0]])
SEA = np.array([[-10.0, 20.0]])


def keys(addresses, photo=0):
    rows = addresses.vectors[photo]
    return addresses.locations["key"].iloc[rows[rows >= 0]].tolist()


def test_a_street_in_a_city_in_a_country(server, geocoder):
    addresses = geocoder()(np.vstack([LAND, SEA, LAND]))
    np.testing.assert_array_equal((addresses.vectors >= 0).sum(axis=1), [3, 0, 3])
    assert keys(addresses) == ["W1", "R2", "R9"]
    assert addresses.names(2) == ["Alph Street", "Kubla", "Xanadu"]
    table = addresses.locations.set_index("key")
    assert table.loc["W1", ["kind", "country", "has_area"]].tolist() == ["residential", "XA", False]
    assert table.loc["R2", ["kind", "latitude", "has_area"]].tolist() == [
        "administrative",
        10.5,
        True,
    ]
    assert table.loc["R2", ["localname", "admin_level", "rank_address"]].tolist() == [
        "KUBLA",
        8,
        16,
    ]
    assert "geometry" not in table
    # One greeting, two distinct points, the country's object, and three distinct objects.
    assert sorted(server.endpoints()) == ["details"] * 3 + ["reverse"] * 3 + ["status"]


def test_nothing_is_asked_twice_nor_is_a_server_needed_then(server, geocoder, tmp_path):
    photos = np.vstack([LAND, SEA])
    first = geocoder()(photos)
    asked = len(server.asked)
    again = geocoder()(photos)
    assert len(server.asked) == asked
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert first.locations.equals(again.locations)
    with pytest.raises(ConnectionError, match="no server"):  # another server has other answers
        Nominatim("http://127.0.0.1:9", tmp_path / "answers.sqlite")(LAND)


def test_polygons_ask_objects_again_but_no_point(server, geocoder):
    geocoder()(LAND)
    asked = len(server.asked)
    shapes = geocoder(polygons=True)(LAND).locations.set_index("key")["geometry"]
    assert set(server.endpoints()[asked:]) == {"status", "details"}
    assert shapes["W1"] is None
    np.testing.assert_allclose(shapes["R2"].bounds, [20, 10, 21, 11])


def test_polygons_are_a_column_even_where_none_is_known(geocoder):
    assert "geometry" in geocoder(polygons=True)(SEA).locations


def test_threads_change_nothing(server, geocoder, tmp_path):
    rng = np.random.default_rng(0)
    photos = rng.uniform([-40, 0], [85, 180], (80, 2))
    many = geocoder(n_workers=8)(photos)
    one = Nominatim(server.url, tmp_path / "serial.sqlite", n_workers=1)(photos)
    np.testing.assert_array_equal(many.vectors, one.vectors)
    assert many.locations.equals(one.locations)
    shuffled = rng.permutation(len(photos))
    np.testing.assert_array_equal(geocoder()(photos[shuffled]).vectors, many.vectors[shuffled])


def test_an_object_the_server_no_longer_knows_leaves_the_country(geocoder):
    assert keys(geocoder()(np.array([[10.0, 100.0]]))) == ["R9"]


def test_a_country_without_an_object_has_its_code_for_key(geocoder):
    addresses = geocoder()(np.array([[85.0, 20.0]]))
    assert keys(addresses) == ["XB"] and addresses.names(0) == ["Thule"]
    assert np.isnan(addresses.centers_deg()).all()
    assert addresses.locations["kind"].tolist() == ["country"]


def test_a_country_is_found_beside_a_border(geocoder):
    border = np.array([[10.0, 179.5]])
    assert keys(geocoder()(border)) == ["XA"]
    assert keys(geocoder()(np.vstack([border, border + 0.1, LAND + 1]))) == ["R9"]


def test_a_country_is_found_at_the_fourth_point_of_five(geocoder):
    border = np.column_stack([np.arange(10.0, 15.0), np.full(5, 179.5)])
    border[3, 1] = 20
    assert keys(geocoder()(border)) == ["R9"]


def test_no_photos_need_no_server(tmp_path):
    addresses = Nominatim("http://127.0.0.1:9", tmp_path / "answers.sqlite")(np.zeros((0, 2)))
    assert addresses.vectors.shape == (0, 0) and len(addresses.locations) == 0


def test_photos_at_one_point_are_one_question(server, geocoder):
    photos = np.array([[-10.0, 180.0], [-10.0, -180.0], [-10.000001, 179.999999]])
    assert geocoder()(photos).vectors.shape == (3, 0)
    assert server.endpoints() == ["status", "reverse"]
    assert server.asked[1][2]["lon"] == "-180.00000"
