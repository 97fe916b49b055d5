"""Answers of a Nominatim server, version 5.3.3, shortened to what is read."""

import json

import numpy as np
import pytest
import shapely

from geoutils.geocoding.osm_records import (
    PointRecord,
    object_record,
    point_record,
    read_details,
    read_reverse,
    read_status,
)

# A museum by a street: its house number, its city twice, its region once as no part of the
# address, a postcode, and the country without an OSM object.
MUSEUM = {
    "osm_type": "N",
    "osm_id": 34,
    "category": "tourism",
    "type": "museum",
    "admin_level": 15,
    "localname": "Museum of Salt",
    "names": {"name": "Museo de la Sal", "name:en": "Museum of Salt"},
    "country_code": "xa",
    "rank_address": 30,
    "isarea": False,
    "centroid": {"type": "Point", "coordinates": [-128.9003, -39.5]},
    "geometry": {"type": "Point", "coordinates": [-128.9003, -39.5]},
    "address": [
        {"localname": "Museum of Salt", "osm_id": 34, "osm_type": "N", "type": "museum"},
        {"localname": "3", "type": "house_number"},
        {"localname": "", "osm_id": 6, "osm_type": "W", "type": "footway"},
        {"localname": "Port Selva", "osm_id": 5, "osm_type": "R", "type": "administrative"},
        {"localname": "Port Selva", "osm_id": 5, "osm_type": "R", "type": "administrative"},
        {"localname": "Other Region", "osm_id": 4, "osm_type": "R", "isaddress": False},
        {"localname": "South Veldoria", "osm_id": 3, "osm_type": "R", "type": "administrative"},
        {"localname": "12345", "osm_id": 9, "osm_type": "R", "type": "postal_code"},
        {"localname": "12345", "type": "postcode"},
        {"localname": "xa", "type": "country_code", "isaddress": False},
        {"localname": "Veldoria", "type": "country"},
    ],
}
for line in MUSEUM["address"]:
    line.setdefault("isaddress", True)
    line.setdefault("type", "administrative")


def test_the_address_of_an_object():
    record = object_record(read_details(200, MUSEUM))
    assert record.address == ["N34", "R5", "R3"]
    assert (record.name, record.localname) == ("Museum of Salt", "Museo de la Sal")
    assert (record.category, record.type, record.country) == ("tourism", "museum", "XA")
    assert (record.latitude, record.longitude, record.has_area) == (-39.5, -128.9003, False)
    assert record.polygon is None


def test_an_object_that_is_gone():
    error = {"error": {"code": 404, "message": "No place with that OSM ID found."}}
    assert object_record(read_details(404, error)) is None


def test_the_object_at_a_point():
    answer = {
        "osm_type": "relation",
        "osm_id": 571747,
        "place_rank": 4,
        "address": {"country": "Fiji", "country_code": "fj"},
    }
    assert point_record(read_reverse(200, answer)) == PointRecord("R571747", "FJ", "Fiji")
    nameless = {"place_rank": 4, "address": {"country": "Fiji", "country_code": "fj"}}
    assert point_record(read_reverse(200, nameless)) == PointRecord("", "FJ", "Fiji")
    assert point_record(read_reverse(200, {"place_rank": 4})) == PointRecord("", "", "")
    sea = read_reverse(200, {"error": "Unable to geocode"})
    assert sea == "" and point_record(sea) == PointRecord("", "", "")


@pytest.mark.parametrize("answer", [[], None, {}, {"error": "database gone"}, "text"])
def test_answers_that_make_no_sense(answer):
    for read in (read_reverse, read_details, read_status):
        with pytest.raises(ValueError):
            read(200, answer)


def test_details_that_lack_something():
    for field in ("names", "address", "centroid", "isarea", "type"):
        with pytest.raises(ValueError, match=f"no '{field}'"):
            read_details(200, {name: value for name, value in MUSEUM.items() if name != field})


def test_simplified_polygons_stay_close_and_landmarks_keep_their_shape():
    for size, at_most in ((5.0, 0.001), (0.002, 0.002 * 0.002)):
        circle = shapely.Point(-128.9, -39.5).buffer(size / 2, quad_segs=500)
        shape = json.loads(shapely.to_geojson(circle))
        record = object_record(read_details(200, MUSEUM | {"isarea": True, "geometry": shape}))
        assert 8 <= shapely.get_num_points(shapely.get_exterior_ring(record.polygon)) < 500
        np.testing.assert_array_less(shapely.hausdorff_distance(record.polygon, circle), at_most)


def test_the_status_of_a_server():
    read_status(200, {"status": 0, "message": "OK"})
    with pytest.raises(ValueError, match="not ready: No database"):
        read_status(200, {"status": 703, "message": "No database"})
    with pytest.raises(ValueError, match="address of a Nominatim server"):
        read_status(404, {})
