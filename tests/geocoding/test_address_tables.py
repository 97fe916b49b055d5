"""Tables in the format of EMP-16. Its published files are not at hand: these are made up like them.

The photos are written with pandas, the locations as GeoPandas lays them out (WKB, a "geo" entry in
the schema's metadata); the first photo and its locations are those of the format's description.
"""

import bz2
import gzip
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import shapely

from geoutils.atlas import photo_density
from geoutils.geocoding import (
    Addresses,
    atlas_addresses,
    read_address_table,
    write_address_table,
)

PHOTOS = [
    {
        "id": "54/ff/2588992263.jpg",
        "latitude": -16.885703,
        "longitude": -179.998283,
        "h_raw": ["N262907788", "R4632581", "R571747"],
        "h": ["R4632581", "R571747"],
    },
    {"id": "aa/bb/1.jpg", "latitude": -17, "longitude": 179, "h_raw": ["R571747"], "h": []},
    {
        "id": "aa/bb/2.jpg",
        "latitude": 48.8583,
        "longitude": 2.2945,
        "h_raw": ["W5013364", "R7444", "R2202162"],
        "h": ["W5013364", "R7444", "R2202162"],
    },
    {"id": "été.jpg", "latitude": 0.0, "longitude": 0.0, "h_raw": [], "h": []},
]
SQUARE = shapely.box(0, 0, 2, 1)
LOCATIONS = pd.DataFrame(
    {
        "id": ["R4632581", "R571747", "W5013364", "R7444", "R2202162", "R51477"],
        "osm_type": ["R", "R", "W", "R", "R", "R"],
        "osm_id": [4632581, 571747, 5013364, 7444, 2202162, 51477],
        "geometry": [
            shapely.MultiPolygon([SQUARE]),
            shapely.MultiPolygon([SQUARE, shapely.box(5, 5, 6, 6)]),
            SQUARE,
            shapely.Point(2.35, 48.85),
            None,
            SQUARE,
        ],
        "latitude_center": [-16.3515846, -18.1239696, 48.8582599, 48.8588897, 46.603354, 51.0],
        "longitude_center": [179.048837131356, 179.0122737, 2.2945006, 2.320041, 1.8883335, 10.0],
        "category": ["boundary", "boundary", "man_made", "boundary", "boundary", "boundary"],
        "type": ["administrative", "administrative", "tower", *["administrative"] * 3],
        "admin_level": [4, 2, 15, 8, 2, 2],
        "rank_address": [8, 4, 30, 15, 4, 4],
        "isarea": [True, True, True, False, False, True],
        "name_en": ["Northern", "Fiji", "Eiffel Tower", "Paris", None, "Germany"],
        "localname": ["Northern", "Viti", "Tour Eiffel", "Paris", "France", "Deutschland"],
        "country_code": ["fj", "fj", "fr", "fr", "fr", "de"],
        "indexed_date": ["2020-05-22T22:11:57+00:00"] * 6,
        "importance": [0.29157890191013, 0.8, 0.7, 0.9, 0.9, 0.9],
        "extratags": [{"wikidata": "Q1"}] * 6,
    }
)


def write_photos(path, photos=PHOTOS):
    frame = pd.DataFrame(photos)
    frame.to_json(path, orient="records", lines=True)  # pandas packs by the suffix
    return path


def write_locations_file(path, table=LOCATIONS):
    if "geometry" in table and shapely.is_geometry(table["geometry"].to_numpy(object)).any():
        table = table.assign(geometry=shapely.to_wkb(table["geometry"].to_numpy()))
    arrow = pa.Table.from_pandas(table, preserve_index=True)
    column = {"encoding": "WKB", "geometry_types": [], "crs": None}
    geo = {"primary_column": "geometry", "columns": {"geometry": column}, "version": "0.1.0"}
    arrow = arrow.replace_schema_metadata({**arrow.schema.metadata, b"geo": json.dumps(geo)})
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(arrow, path)
    else:
        with pa.ipc.new_file(
            str(path), arrow.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")
        ) as file:
            file.write_table(arrow)
    return path


@pytest.fixture
def locations_path(tmp_path):
    return write_locations_file(tmp_path / "locations.feather")


def keys_of(addresses):
    keys = addresses.locations["key"].tolist()
    return [[keys[at] for at in row if at >= 0] for row in addresses.vectors.tolist()]


@pytest.mark.parametrize("photos_name", ["meta.jsonl", "meta.jsonl.bz2", "meta.jsonl.gz"])
@pytest.mark.parametrize("locations_name", ["locations.feather", "locations.parquet"])
def test_reads_every_form(tmp_path, photos_name, locations_name):
    photos, addresses = read_address_table(
        write_photos(tmp_path / photos_name), write_locations_file(tmp_path / locations_name)
    )
    assert photos.columns.tolist() == ["photo", "latitude", "longitude"]
    assert photos["photo"].tolist() == [photo["id"] for photo in PHOTOS]
    np.testing.assert_array_equal(photos["longitude"], [-179.998283, 179, 2.2945, 0])
    assert keys_of(addresses) == [photo["h"] for photo in PHOTOS]
    assert addresses.names(2) == ["Eiffel Tower", "Paris", "France"]
    table = addresses.locations.set_index("key")
    assert "R51477" not in table.index  # no photo there
    assert table["country"].tolist() == ["FJ", "FJ", "FR", "FR", "FR"]
    kinds = ["admin_level 4", "country", "tower", "admin_level 8", "country"]
    assert table["kind"].tolist() == kinds and table["admin_level"]["R571747"] == 2
    assert table["has_area"].tolist() == [True, True, True, False, False]
    assert table["latitude"]["R4632581"] == -16.3515846
    assert table["geometry"]["R571747"].equals(LOCATIONS["geometry"][1])
    assert table["geometry"]["R7444"] is None and table["geometry"]["R2202162"] is None


def test_raw_addresses_keep_locations_without_description(tmp_path, locations_path):
    photos = write_photos(tmp_path / "meta.jsonl")
    _, addresses = read_address_table(photos, locations_path, address="h_raw")
    assert keys_of(addresses) == [photo["h_raw"] for photo in PHOTOS]
    bare = addresses.locations.set_index("key").loc["N262907788"]
    assert bare["name"] == "N262907788" and not bare["has_area"] and np.isnan(bare["latitude"])


def test_small_blocks_read_the_same(tmp_path, locations_path, monkeypatch):
    rng = np.random.default_rng(0)
    ids = [*LOCATIONS["id"], *[f"N{i}" for i in range(50)]]
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


def test_empty_lines_are_no_photos(tmp_path, locations_path):
    path = write_photos(tmp_path / "meta.jsonl")
    path.write_text("\n \n" + path.read_text().replace("\n", "\r\n\n"))
    photos, _ = read_address_table(path, locations_path)
    assert len(photos) == len(PHOTOS)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_no_photos(tmp_path, locations_path, text):
    path = tmp_path / "meta.jsonl"
    path.write_text(text)
    photos, addresses = read_address_table(path, locations_path)
    assert len(photos) == len(addresses) == len(addresses.locations) == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id":"a.jpg","latitude":1,', r"meta.jsonl, line 6: damaged, .*found b'\{\"id\"'*"),
        ("[1, 2]", "line 6: found .*expected a JSON object"),
        ('{"id":"a","latitude":1,"longitude":2}', "line 6: no 'h'"),
        ('{"id":"a","latitude":null,"longitude":2,"h":[]}', "line 6: no 'latitude'"),
        ('{"latitude":1,"longitude":2,"h":[]}', "line 6: no 'id'"),
        ('{"id":"a","latitude":"1N","longitude":2,"h":[]}', "line 6: 'latitude' is '1N'"),
        ('{"id":"a","latitude":1,"longitude":2,"h":[7]}', r"line 6: 'h' is \[7\], expected a list"),
        ('{"id":"a","latitude":1,"longitude":2,"h":"R1"}', "line 6: 'h' is 'R1', expected a list"),
        ('{"id":"a","latitude":1,"longitude":2,"h":[null]}', "line 6: the address holds null"),
        ('{"id":"a","latitude":95,"longitude":2,"h":[]}', r"line 6: location \(95, 2\)"),
        ('{"id":"a","latitude":1,"longitude":2,"h":["N5"]}', "line 6: the address names 'N5'"),
        ('{"id":"a","latitude":NaN,"longitude":2,"h":[]}', "line"),
        ('{"id":"a","latitude":1,"longitude":2,"h":[]}' * 2, "line 6: damaged"),
    ],
)
@pytest.mark.parametrize("block", [1, 1 << 20])
def test_damaged_lines_are_named(tmp_path, locations_path, monkeypatch, line, message, block):
    monkeypatch.setattr("geoutils.geocoding.table_lines.BLOCK_BYTES", block)
    path = write_photos(tmp_path / "meta.jsonl")
    text = path.read_text().splitlines()
    path.write_text("\n".join([*text, "", line, *text]))
    with pytest.raises(ValueError, match=message):
        read_address_table(path, locations_path)


@pytest.mark.parametrize(("suffix", "pack"), [(".bz2", bz2.compress), (".gz", gzip.compress)])
def test_cut_archives_are_named(tmp_path, locations_path, suffix, pack):
    whole = pack(write_photos(tmp_path / "meta.jsonl").read_bytes() * 100)
    path = tmp_path / f"meta.jsonl{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=f"meta.jsonl{suffix}: damaged archive"):
        read_address_table(path, locations_path)
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="damaged archive, from line 1 on"):
        read_address_table(path, locations_path)


def test_bad_location_files_are_named(tmp_path):
    photos = write_photos(tmp_path / "meta.jsonl")
    path = tmp_path / "locations.feather"

    def reading(table):
        return read_address_table(photos, write_locations_file(path, table))

    with pytest.raises(ValueError, match=r"lacks the columns \['isarea'\]; found"):
        reading(LOCATIONS.drop(columns="isarea"))
    with pytest.raises(ValueError, match="location 'R571747' stands twice"):
        reading(pd.concat([LOCATIONS, LOCATIONS[1:2]], ignore_index=True))
    with pytest.raises(ValueError, match=r"geometry: found a column of .*, expected WKB"):
        reading(LOCATIONS.assign(geometry="POINT (1 2)"))
    with pytest.raises(ValueError, match=r"the address names 'R571747'.*locations.feather lacks"):
        reading(LOCATIONS.drop(index=1))
    path.write_text("id,isarea\n")
    with pytest.raises(ValueError, match="is neither Feather"):
        read_address_table(photos, path)
    with pytest.raises(ValueError, match="address: found 'hraw', expected 'h' or 'h_raw'"):
        read_address_table(photos, path, address="hraw")


def test_broken_geometry_is_named(tmp_path):
    table = LOCATIONS.drop(columns="geometry")
    arrow = pa.Table.from_pandas(table).append_column("geometry", pa.array([b"??"] * len(table)))
    pyarrow.parquet.write_table(arrow, tmp_path / "locations.parquet")
    with pytest.raises(ValueError, match="geometry: not WKB"):
        read_address_table(write_photos(tmp_path / "m.jsonl"), tmp_path / "locations.parquet")


def test_tables_without_geometry_or_english_names(tmp_path):
    table = LOCATIONS.drop(columns=["geometry", "name_en", "extratags"])
    path = write_locations_file(tmp_path / "locations.parquet", table)
    _, addresses = read_address_table(write_photos(tmp_path / "meta.jsonl"), path)
    assert addresses.names(0) == ["Northern", "Viti"]
    assert all(geometry is None for geometry in addresses.locations["geometry"])


@pytest.mark.parametrize("photos_name", ["own.jsonl", "own.jsonl.bz2", "own.jsonl.gz"])
@pytest.mark.parametrize("locations_name", ["own.feather", "own.parquet"])
def test_own_geocoding_comes_back(tmp_path, photos_name, locations_name):
    latlon_deg = np.concatenate([photo_density()[::400], [[0.0, -30.0]]])
    names = [f'a "b"/{i}é.jpg' for i in range(len(latlon_deg))]
    photos = pd.DataFrame({"photo": names, "latitude": latlon_deg[:, 0]})
    photos["longitude"] = latlon_deg[:, 1]
    ours = atlas_addresses(latlon_deg)
    paths = tmp_path / photos_name, tmp_path / locations_name
    write_address_table(photos, ours, *paths)
    read, whole = read_address_table(*paths, address="h_raw")
    pd.testing.assert_frame_equal(read, photos)
    np.testing.assert_array_equal(whole.vectors, ours.vectors)
    columns = ours.locations.columns.drop("geometry")
    pd.testing.assert_frame_equal(whole.locations[columns], ours.locations[columns])
    np.testing.assert_array_equal(
        shapely.to_wkb(whole.locations["geometry"]), shapely.to_wkb(ours.locations["geometry"])
    )
    _, frequent = read_address_table(*paths)
    counts = np.bincount(ours.vectors[ours.vectors >= 0])
    expected = [
        [key for at, key in zip(row[row >= 0], keys, strict=True) if counts[at] >= 50]
        for row, keys in zip(ours.vectors, keys_of(ours), strict=True)
    ]
    assert keys_of(frequent) == expected
    assert 0 < len(frequent.locations) < len(ours.locations)


def test_writing_again_loses_nothing_and_changes_no_byte(tmp_path, locations_path):
    source = write_photos(tmp_path / "meta.jsonl"), locations_path
    first = tmp_path / "a.jsonl.gz", tmp_path / "a.feather"
    again = tmp_path / "b.jsonl.gz", tmp_path / "b.feather"
    photos, addresses = read_address_table(*source, address="h_raw")
    write_address_table(photos, addresses, *first, min_photos=1)
    photos, addresses = read_address_table(*first)
    write_address_table(photos, addresses, *again, min_photos=1)
    assert first[0].read_bytes() == again[0].read_bytes()
    assert first[1].read_bytes() == again[1].read_bytes()
    kept = ["osm_type", "osm_id", "category", "admin_level", "rank_address", "name_en", "localname"]
    described = addresses.locations[addresses.locations["key"] != "N262907788"].set_index("key")
    source_rows = LOCATIONS.set_index("id").loc[described.index]
    pd.testing.assert_frame_equal(
        described[kept], source_rows[kept], check_dtype=False, check_names=False
    )


def test_kinds_of_a_nominatim_server_come_back(tmp_path):
    """Kinds without OSM's columns beside them, as from `Nominatim`."""
    kinds = ["tower", "admin_level 8", "admin_level 4", "country"]
    table = pd.DataFrame({"key": ["N1", "R2", "R3", "R4"], "name": list("abcd"), "kind": kinds})
    table = table.assign(country="XA", latitude=1.0, longitude=2.0, has_area=False)
    ours = Addresses(np.arange(4)[None], table)
    photos = pd.DataFrame({"photo": ["x.jpg"], "latitude": [1.0], "longitude": [2.0]})
    write_address_table(photos, ours, tmp_path / "o.jsonl", tmp_path / "o.feather", min_photos=1)
    _, read = read_address_table(tmp_path / "o.jsonl", tmp_path / "o.feather")
    columns = table.columns
    pd.testing.assert_frame_equal(read.locations[columns], table, check_dtype=False)
    details = read.locations.set_index("key")
    assert details["admin_level"].tolist()[1:] == [8, 4, 2]
    assert details["osm_type"]["N1"] == "N" and details["osm_id"]["R4"] == 4


def test_written_lines_look_like_the_description(tmp_path):
    photos = pd.DataFrame({"photo": ["x.jpg"], "latitude": [45.7485], "longitude": [4.8467]})
    addresses = atlas_addresses(photos[["latitude", "longitude"]].to_numpy())
    write_address_table(photos, addresses, tmp_path / "o.jsonl", tmp_path / "o.parquet")
    (photo,) = pd.read_json(tmp_path / "o.jsonl", lines=True).to_dict("records")
    assert [*photo] == ["id", "latitude", "longitude", "h_raw", "h"]
    assert photo["h_raw"][-1] == "country:FR" and photo["h"] == [] and photo["id"] == "x.jpg"
    country = pyarrow.parquet.read_table(tmp_path / "o.parquet").to_pandas().set_index("id")
    row = country.loc["country:FR"]
    assert (row["country_code"], row["isarea"], row["admin_level"]) == ("fr", True, 2)
    geo = json.loads(pyarrow.parquet.read_schema(tmp_path / "o.parquet").metadata[b"geo"])
    assert geo["primary_column"] == "geometry"


def test_bad_arguments_of_writing_are_named(tmp_path):
    photos = pd.DataFrame({"photo": ["x.jpg"], "latitude": [45.7], "longitude": [4.8]})
    addresses = atlas_addresses(np.array([[45.7, 4.8]]))
    paths = tmp_path / "o.jsonl", tmp_path / "o.parquet"
    with pytest.raises(ValueError, match=r"photos: lacks the columns \['photo'\]"):
        write_address_table(photos.drop(columns="photo"), addresses, *paths)
    with pytest.raises(ValueError, match="addresses: 1 for 2 photos"):
        write_address_table(pd.concat([photos, photos]), addresses, *paths)
    with pytest.raises(ValueError, match="photos: row 0 is"):
        write_address_table(photos.assign(latitude=np.nan), addresses, *paths)
    with pytest.raises(ValueError, match=r"expected the suffix \.feather or .parquet"):
        write_address_table(photos, addresses, paths[0], tmp_path / "o.csv")
    assert not any(tmp_path.iterdir())
