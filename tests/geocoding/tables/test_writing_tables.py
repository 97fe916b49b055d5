import json

import numpy as np
import pandas as pd
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


def keys_of(addresses):
    keys = addresses.locations["key"].tolist()
    return [[keys[at] for at in row if at >= 0] for row in addresses.vectors.tolist()]


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


def test_writing_again_loses_nothing_and_changes_no_byte(
    tmp_path, locations_path, location_rows, write_photos
):
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
    source_rows = location_rows.set_index("id").loc[described.index]
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
