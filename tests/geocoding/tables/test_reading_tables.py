import numpy as np
import pandas as pd
import pytest

from geoutils.geocoding import (
    read_address_table,
)


def keys_of(addresses):
    keys = addresses.locations["key"].tolist()
    return [[keys[at] for at in row if at >= 0] for row in addresses.vectors.tolist()]


@pytest.mark.parametrize("photos_name", ["meta.jsonl", "meta.jsonl.bz2", "meta.jsonl.gz"])
@pytest.mark.parametrize("locations_name", ["locations.feather", "locations.parquet"])
def test_reads_every_form(
    tmp_path,
    photos_name,
    locations_name,
    photo_rows,
    location_rows,
    write_photos,
    write_locations_file,
):
    photos, addresses = read_address_table(
        write_photos(tmp_path / photos_name), write_locations_file(tmp_path / locations_name)
    )
    assert photos.columns.tolist() == ["photo", "latitude", "longitude"]
    assert photos["photo"].tolist() == [photo["id"] for photo in photo_rows]
    np.testing.assert_array_equal(photos["longitude"], [-179.998283, 179, 2.2945, 0])
    assert keys_of(addresses) == [photo["h"] for photo in photo_rows]
    assert addresses.names(2) == ["Eiffel Tower", "Paris", "France"]
    table = addresses.locations.set_index("key")
    assert "R51477" not in table.index  # no photo there
    assert table["country"].tolist() == ["FJ", "FJ", "FR", "FR", "FR"]
    kinds = ["admin_level 4", "country", "tower", "admin_level 8", "country"]
    assert table["kind"].tolist() == kinds and table["admin_level"]["R571747"] == 2
    assert table["has_area"].tolist() == [True, True, True, False, False]
    assert table["latitude"]["R4632581"] == -16.3515846
    assert table["geometry"]["R571747"].equals(location_rows["geometry"][1])
    assert table["geometry"]["R7444"] is None and table["geometry"]["R2202162"] is None


def test_raw_addresses_keep_locations_without_description(
    tmp_path, locations_path, photo_rows, write_photos
):
    photos = write_photos(tmp_path / "meta.jsonl")
    _, addresses = read_address_table(photos, locations_path, address="h_raw")
    assert keys_of(addresses) == [photo["h_raw"] for photo in photo_rows]
    bare = addresses.locations.set_index("key").loc["N262907788"]
    assert bare["name"] == "N262907788" and not bare["has_area"] and np.isnan(bare["latitude"])


def test_small_blocks_read_the_same(
    tmp_path, locations_path, monkeypatch, location_rows, write_photos
):
    rng = np.random.default_rng(0)
    ids = [*location_rows["id"], *[f"N{i}" for i in range(50)]]
    photos = [
        {
            "id": f"{i}.jpg",
            "latitude": 0.5,
            "longitude": float(i % 180),
            "h_raw": [ids[at] for at in rng.integers(0, len(ids), rng.integers(0, 6))],
            "h": [],
        }
        for i in range(100)
    ]
    path = write_photos(tmp_path / "meta.jsonl.gz", photos)
    whole = read_address_table(path, locations_path, address="h_raw")
    assert keys_of(whole[1]) == [photo["h_raw"] for photo in photos]
    for size in (1, 37, 1000):
        monkeypatch.setattr("geoutils.geocoding.table_lines.BLOCK_BYTES", size)
        read, addresses = read_address_table(path, locations_path, address="h_raw")
        pd.testing.assert_frame_equal(read, whole[0])
        np.testing.assert_array_equal(addresses.vectors, whole[1].vectors)


def test_empty_lines_are_no_photos(tmp_path, locations_path, photo_rows, write_photos):
    path = write_photos(tmp_path / "meta.jsonl")
    path.write_text("\n \n" + path.read_text().replace("\n", "\r\n\n"))
    photos, _ = read_address_table(path, locations_path)
    assert len(photos) == len(photo_rows)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_no_photos(tmp_path, locations_path, text):
    path = tmp_path / "meta.jsonl"
    path.write_text(text)
    photos, addresses = read_address_table(path, locations_path)
    assert len(photos) == len(addresses) == len(addresses.locations) == 0


def test_tables_without_geometry_or_english_names(
    tmp_path, location_rows, write_photos, write_locations_file
):
    table = location_rows.drop(columns=["geometry", "name_en", "extratags"])
    path = write_locations_file(tmp_path / "locations.parquet", table)
    _, addresses = read_address_table(write_photos(tmp_path / "meta.jsonl"), path)
    assert addresses.names(0) == ["Northern", "Viti"]
    assert all(geometry is None for geometry in addresses.locations["geometry"])
