"""Addresses from a real Nominatim server of two made-up countries (see world.py)."""

import numpy as np
import pandas as pd
import pytest

from geoutils.geocoding.nominatim import Nominatim
from geoutils.geocoding.tables import read_address_table, write_address_table
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.semantic.partitions import semantic_partitions


def test_addresses_from_landmark_to_country(geocoder, points, address_of):
    addresses = geocoder(points)
    found = {place: addresses.names(photo) for photo, place in enumerate(address_of)}
    assert found == address_of


def test_locations_are_described(geocoder, points):
    table = geocoder(points).locations.set_index("name")
    assert table.loc["Karsk", ["key", "localname", "country"]].tolist() == ["R8", "Карск", "XB"]
    assert table.loc["Karsk", ["latitude", "longitude"]].tolist() == pytest.approx([-44.5, -124.6])
    columns = ["key", "kind", "category", "admin_level", "rank_address"]
    assert table.loc["Veldoria", columns].tolist() == ["R1", "administrative", "boundary", 2, 4]
    assert table.loc["North Veldoria", columns].tolist()[3:] == [4, 8]
    assert table.loc["Lighthouse of Aldenburg", "kind"] == "attraction"
    has_area = table["has_area"].to_dict()
    assert [name for name, area in has_area.items() if not area] == [
        "Museum of Salt",
        "Harbour Street",
    ]


def test_polygons_hold_their_photos(server, tmp_path, points):
    addresses = Nominatim(server.url, tmp_path / "answers.sqlite", polygons=True)(points)
    shapes = dict(zip(addresses.locations["name"], addresses.locations["geometry"], strict=True))
    assert [name for name, shape in shapes.items() if shape is None] == [
        "Museum of Salt",
        "Harbour Street",
    ]
    for photo, (latitude, longitude) in enumerate(points):
        for name in addresses.names(photo):
            if shapes[name] is not None:
                west, south, east, north = shapes[name].bounds
                assert west <= longitude <= east and south <= latitude <= north, name
    assert shapes["Karsk"].area == pytest.approx(0.2 * 0.2)


@pytest.mark.parametrize(
    "zoom, finest", [(3, "Veldoria"), (5, "North Veldoria"), (10, "Aldenburg")]
)
def test_zoom_is_the_finest_level(server, tmp_path, zoom, finest, points):
    geocoder = Nominatim(server.url, tmp_path / "answers.sqlite", zoom=zoom)
    assert geocoder(points[:1]).names(0)[0] == finest


def test_addresses_survive_an_address_table(server, geocoder, tmp_path, points, address_of):
    addresses = geocoder(points)
    photos, locations = tmp_path / "photos.jsonl", tmp_path / "locations.parquet"
    table = pd.DataFrame(points, columns=["latitude", "longitude"]).assign(photo=[*address_of])
    write_address_table(table, addresses, photos, locations)
    _, reread = read_address_table(photos, locations, "h_raw")
    for photo in range(len(points)):
        rows, again = addresses.vectors[photo], reread.vectors[photo]
        keys = addresses.locations["key"].iloc[rows[rows >= 0]].tolist()
        assert keys == reread.locations["key"].iloc[again[again >= 0]].tolist()


def test_semantic_partitions_of_the_server(geocoder, points, random_points):
    photos = np.vstack([np.repeat(points[:-2], 10, axis=0), random_points(100, seed=4)])
    addresses = geocoder(photos)
    levels = {"coarse": 30, "fine": 10}  # Morvania has 30
    coarse, fine = semantic_partitions(addresses, photos, levels, 10, geocoder=geocoder)
    assert "Lighthouse of Aldenburg, Harbour Street, Aldenburg, North Veldoria, Veldoria" in [
        *fine.names
    ]
    Hierarchy.of([coarse, fine])
    np.testing.assert_array_equal(fine.assign(photos), fine.cells.assign_addresses(addresses))
    at_sea = (addresses.vectors < 0).all(axis=1)
    assert at_sea.any()
    np.testing.assert_array_equal(coarse.assign(photos) < 0, at_sea)
