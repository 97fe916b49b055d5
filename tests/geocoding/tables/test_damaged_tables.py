import bz2
import gzip

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from geoutils.geocoding import (
    read_address_table,
)


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
def test_damaged_lines_are_named(
    tmp_path, locations_path, monkeypatch, line, message, block, write_photos
):
    monkeypatch.setattr("geoutils.geocoding.table_lines.BLOCK_BYTES", block)
    path = write_photos(tmp_path / "meta.jsonl")
    text = path.read_text().splitlines()
    path.write_text("\n".join([*text, "", line, *text]))
    with pytest.raises(ValueError, match=message):
        read_address_table(path, locations_path)


@pytest.mark.parametrize(("suffix", "pack"), [(".bz2", bz2.compress), (".gz", gzip.compress)])
def test_cut_archives_are_named(tmp_path, locations_path, suffix, pack, write_photos):
    whole = pack(write_photos(tmp_path / "meta.jsonl").read_bytes() * 100)
    path = tmp_path / f"meta.jsonl{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=f"meta.jsonl{suffix}: damaged archive"):
        read_address_table(path, locations_path)
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="damaged archive, from line 1 on"):
        read_address_table(path, locations_path)


def test_bad_location_files_are_named(tmp_path, location_rows, write_photos, write_locations_file):
    photos = write_photos(tmp_path / "meta.jsonl")
    path = tmp_path / "locations.feather"

    def reading(table):
        return read_address_table(photos, write_locations_file(path, table))

    with pytest.raises(ValueError, match=r"lacks the columns \['isarea'\]; found"):
        reading(location_rows.drop(columns="isarea"))
    with pytest.raises(ValueError, match="location 'R571747' stands twice"):
        reading(pd.concat([location_rows, location_rows[1:2]], ignore_index=True))
    with pytest.raises(ValueError, match=r"geometry: found a column of .*, expected WKB"):
        reading(location_rows.assign(geometry="POINT (1 2)"))
    with pytest.raises(ValueError, match=r"the address names 'R571747'.*locations.feather lacks"):
        reading(location_rows.drop(index=1))
    path.write_text("id,isarea\n")
    with pytest.raises(ValueError, match="is neither Feather"):
        read_address_table(photos, path)
    with pytest.raises(ValueError, match="address: found 'hraw', expected 'h' or 'h_raw'"):
        read_address_table(photos, path, address="hraw")


def test_broken_geometry_is_named(tmp_path, location_rows, write_photos):
    table = location_rows.drop(columns="geometry")
    arrow = pa.Table.from_pandas(table).append_column("geometry", pa.array([b"??"] * len(table)))
    pyarrow.parquet.write_table(arrow, tmp_path / "locations.parquet")
    with pytest.raises(ValueError, match="geometry: not WKB"):
        read_address_table(write_photos(tmp_path / "m.jsonl"), tmp_path / "locations.parquet")
