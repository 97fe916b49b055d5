"""Tables in the format of EMP-16. Its published files are not at hand: these are made up like them.

The photos are written with pandas, the locations as GeoPandas lays them out (WKB, a "geo" entry in
the schema's metadata); the first photo and its locations are those of the format's description.
"""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import shapely

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


def _write_photos(path, photos=PHOTOS):
    frame = pd.DataFrame(photos)
    frame.to_json(path, orient="records", lines=True)  # pandas packs by the suffix
    return path


def _write_locations_file(path, table=LOCATIONS):
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
def photo_rows():
    return PHOTOS


@pytest.fixture
def location_rows():
    return LOCATIONS


@pytest.fixture
def write_photos():
    """A function (path, photos) -> path of a table of photos."""
    return _write_photos


@pytest.fixture
def write_locations_file():
    """A function (path, table) -> path of a file of locations."""
    return _write_locations_file


@pytest.fixture
def locations_path(tmp_path):
    return _write_locations_file(tmp_path / "locations.feather")
