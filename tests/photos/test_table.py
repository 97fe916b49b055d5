from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from geoutils.photos.columns import guess_columns, refuse_swapped
from geoutils.photos.labels import SCENE_OF_S16, scenes_of
from geoutils.photos.manifest import latlon_deg
from geoutils.photos.table import read_table

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_lists = pytest.mark.skipif(
    not DATA.is_dir(), reason="the benchmark lists are not on this machine"
)
# Cities on land, all on land or all off it when swapped; the Americas and Asia go out of range.
WORLD = np.array(
    [[40.4, -100.0], [-15.8, -47.9], [52.5, 13.4], [30.6, 104.1], [20.6, 78.9], [61.5, 105.3]]
)
EUROPE = np.array(
    [[48.9, 2.3], [45.8, 4.8], [47.2, 0.7], [44.8, 0.6], [46.6, 2.4], [47.3, 5.0]] * 2
)


def written(tmp_path, text, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "header",
    [
        "IMG_ID,AUTHOR,LAT,LON",
        "photo,author,latitude,longitude",
        "id,creator,lat,lng",
        "File, User ,Lat,Long",
        "\ufeffimg_id,owner,LATITUDE,LONGITUDE",
    ],
)
def test_known_names_are_found(tmp_path, header):
    path = written(tmp_path, f"{header}\n007,ann,40.4,-100.0\n008,,52.5,13.4\n")
    manifest, rejected = read_table(path)
    assert manifest["photo"].tolist() == ["007", "008"]
    assert manifest["author"].tolist() == ["ann", ""] and rejected.empty
    np.testing.assert_array_equal(latlon_deg(manifest), [[40.4, -100.0], [52.5, 13.4]])


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(tmp_path, delimiter):
    text = "LAT,LON,AUTHOR\n40.4,-100.0,x\n".replace(",", delimiter)
    manifest, _ = read_table(written(tmp_path, text))
    assert manifest["author"].tolist() == ["x"]


def test_parquet_reads_like_csv(tmp_path):
    table = pd.DataFrame(
        {"id": [5, 6], "latitude": [1.5, np.nan], "longitude": [37.0, 2.0], "user_id": [9.0, None]}
    )
    table.to_parquet(tmp_path / "list.parquet")
    manifest, rejected = read_table(tmp_path / "list.parquet")
    assert manifest[["photo", "author"]].iloc[0].tolist() == ["5", "9"]
    assert rejected.to_dict("records") == [{"photo": "6", "reason": "no latitude"}]


def test_rows_without_a_name_are_named_after_the_list(tmp_path):
    manifest, _ = read_table(written(tmp_path, "LAT,LON\n40.4,-100.0\n52.5,13.4\n", "gps.csv"))
    assert manifest["photo"].tolist() == ["gps-0000000", "gps-0000001"]


def test_bad_rows_and_broken_lines_are_rejected_with_reasons(tmp_path):
    text = (
        "photo,lat,lon\na,52.5,13.4\nb,91,13.4\nc,,1\nd,1,2,3\n"
        '"e,f",52.5,13.4\na,52.5,13.4\ng,north,1\nh\n'
    )
    manifest, rejected = read_table(written(tmp_path, text))
    assert manifest["photo"].tolist() == ["a", "e,f"]
    assert rejected.sort_values("photo")["reason"].tolist() == [
        "a photo of this name came before",
        "latitude 91 is beyond 90",
        "no latitude",
        "latitude 'north' is not a number",
        "4 fields in this line, not 3",
        "1 fields in this line, not 3",
    ]


UNCLOSED = "a quote that is opened in this line is not closed in it"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("second", ["", '"closed', ' "', '"'])
def test_a_quote_without_end_costs_its_line_alone(tmp_path, end, second):
    rows = [f"{i},52.5,13.4,ann" for i in range(2000)]
    rows[1000], rows[1500] = '1000,52.5,13.4,"ann', f"1500,52.5,13.4,{second}"
    text = end.join(["id,lat,lon,author", *rows, ""])
    manifest, rejected = read_table(written(tmp_path, text))
    lost = {"line 1002": UNCLOSED}
    if second == '"closed':
        lost["line 1502"] = UNCLOSED
    elif second:  # as if the value from line 1002 ended here
        lost["line 1502"] = "the rest of a value with a line break"
    assert dict(zip(rejected["photo"], rejected["reason"], strict=True)) == lost
    assert len(manifest) == 2000 - len(lost) and manifest["author"].isin(["ann", ""]).all()


def test_a_value_of_several_lines_becomes_no_photo(tmp_path):
    text = 'photo,lat,lon\n"e\n\nx,y\nf",52.5,13.4\na,1,2\n'
    manifest, rejected = read_table(written(tmp_path, text))
    assert manifest["photo"].tolist() == ["a"]
    assert rejected["reason"].tolist() == [
        *(UNCLOSED, "2 fields in this line, not 3", "the rest of a value with a line break")
    ]


def test_quotes_that_are_letters_stay(tmp_path):
    text = 'photo,lat,lon,author\na,1,2,5" Joe\nb,1,2,"Joe"s"\nc,1,2,"a ""b"", c"\n"d",1,2,"""" '
    manifest, rejected = read_table(written(tmp_path, text))
    assert manifest["author"].tolist() == ['5" Joe', 'Joes"', 'a "b", c', '"'] and rejected.empty


def test_long_lists_are_read_in_blocks(tmp_path, monkeypatch):
    rows = [f'"photo {i}, quoted",{i % 80},"{i % 170 + 1}"' for i in range(5_000)]
    rows[1234] = '"photo, unclosed,1,2'
    text = "\r\n".join(["photo,lat,lon", *rows])
    for block in (100, 4096, 2**20):
        monkeypatch.setattr("geoutils.photos.csv_rows.BLOCK", block)
        manifest, rejected = read_table(written(tmp_path, text))
        assert len(manifest) == 4_999 and manifest["photo"].iloc[-1] == "photo 4999, quoted"
        assert rejected["photo"].tolist() == ["line 1236"]
    (tmp_path / "list.csv").write_bytes(b"photo,lat,lon\n" + b"x" * 2**22)
    with pytest.raises(ValueError, match="a line of more than 1,048,576 bytes"):
        read_table(tmp_path / "list.csv")


def test_excel_may_say_what_parts_the_fields(tmp_path):
    text = "\ufeffsep=;\r\nphoto;lat;lon\r\na,b;1;2\r\nc;1\r\n"
    manifest, rejected = read_table(written(tmp_path, text))
    assert manifest["photo"].tolist() == ["a,b"]
    assert rejected.to_dict("records") == [
        {"photo": "line 4", "reason": "2 fields in this line, not 3"}
    ]


IDS = [17841405793187219, None, 17841405793187221]


@pytest.mark.parametrize("kind", ["int64", "uint64", "dictionary", "string", "decimal"])
def test_long_ids_keep_all_digits_where_one_is_missing(tmp_path, kind):
    types = {"int64": pa.int64(), "uint64": pa.uint64(), "decimal": pa.decimal128(20, 0)}
    ids = pa.array(IDS, types.get(kind, pa.int64()))
    ids = ids.dictionary_encode() if kind == "dictionary" else ids
    ids = ids.cast(pa.string()) if kind == "string" else ids
    table = pa.table({"id": ids, "user_id": ids, "lat": [1.0, 2, 3], "lon": [4, None, 6]})
    parquet.write_table(table, tmp_path / "list.parquet")
    manifest, rejected = read_table(tmp_path / "list.parquet")
    names = [str(IDS[0]), str(IDS[2])]
    assert manifest["photo"].tolist() == manifest["author"].tolist() == names
    assert rejected["reason"].tolist() == ["photo without a name"]


def test_ids_that_were_rounded_are_refused(tmp_path):
    table = pd.DataFrame({"id": IDS, "lat": 1.0, "lon": 2.0})
    table.to_parquet(tmp_path / "list.parquet")
    with pytest.raises(ValueError, match=r"column id holds names as floating-point .* lost, e\.g"):
        read_table(tmp_path / "list.parquet")
    table.assign(id=[12.0, None, 2.0**53 - 1]).to_parquet(tmp_path / "list.parquet")
    manifest, _ = read_table(tmp_path / "list.parquet")
    assert manifest["photo"].tolist() == ["12", "9007199254740991"]


def test_two_columns_of_one_name_are_refused(tmp_path):
    columns = [pa.array([1.0]), pa.array([2.0]), pa.array([3.0])]
    table = pa.Table.from_arrays(columns, ["lat", "lat", "lon"])
    parquet.write_table(table, tmp_path / "list.parquet")
    for path in (tmp_path / "list.parquet", written(tmp_path, "lat,lat,lon\n1,2,3\n")):
        with pytest.raises(ValueError, match="two columns are called lat; drop or rename one"):
            read_table(path)


def test_names_that_look_like_missing_values_stay(tmp_path):
    manifest, _ = read_table(written(tmp_path, "photo,author,lat,lon\nNA,null,52.5,13.4\n"))
    assert manifest[["photo", "author"]].iloc[0].tolist() == ["NA", "null"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("photo,place\na,Paris\n", "no column for the latitude; found photo, place; expected one"),
        ("photo,lat\na,1\n", "no column for the longitude; found photo, lat"),
        ("", "no column for the latitude; found none"),
        ("photo,lat,lon\n", "no row in this table"),
        ("photo,lat,lon\na,1,2,\nb,3,4,\n", "can be read; line 2: 4 fields in this line, not 3"),
        ('photo,lat,lon\n"a,1,2\n', "no row that can be read; line 2: a quote that is opened"),
        ('photo,"lat,lon\na,1,2\n', "line 1: a quote that is opened"),
        ("sep=|\nphoto|lat|lon\n", r"parted by '\|'; expected , or ; or a tab"),
        (b"photo,lat,lon\n\xe9,1,2\n", "cannot be read .expected text in UTF-8"),
        ("photo,lat,lon\na,1,2\n".encode("utf-16"), "cannot be read .expected text in UTF-8"),
        (b"PK\x03\x04\x14", "an Excel workbook or a zip archive; save it as CSV UTF-8"),
        (b"\x00\x01\x02\x03", "no column for the latitude"),
    ],
)
def test_lists_that_cannot_be_used_get_one_clear_line(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(ValueError, match=message) as error:
        read_table(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_no_list_and_no_table_say_so(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(ValueError, match=r"\.xlsx is no table; .*; save it as CSV UTF-8"):
        read_table(written(tmp_path, "x", "list.xlsx"))
    with pytest.raises(ValueError, match="cannot be read"):
        read_table(written(tmp_path, "no parquet", "list.parquet"))


def test_long_headers_are_shortened():
    with pytest.raises(ValueError, match="c11 and 88 more; expected"):
        guess_columns([f"c{i}" for i in range(100)], "list")


@pytest.mark.parametrize("places", [WORLD, EUROPE], ids=["out of range", "in the sea"])
def test_swapped_columns_are_noticed(places):
    refuse_swapped(*places.T, where="list")
    with pytest.raises(ValueError, match="look swapped"):
        refuse_swapped(*places[:, ::-1].T, where="list")


def test_a_bad_latitude_and_a_few_boats_are_not_swapped_columns():
    refuse_swapped(np.array([91.0, 48.9, 52.5]), np.array([10.0, 2.3, 13.4]), where="list")
    refuse_swapped(np.array([2.3, np.nan]), np.array([48.9, 1.0]), where="list")
    refuse_swapped(np.array([]), np.array([]), where="list")


def test_scenes_from_each_kind_of_label():
    table = pd.DataFrame({"s3": ["0", "1", "2", "7", ""]})
    assert scenes_of(table).tolist() == ["indoor", "nature", "urban", "", ""]
    assert scenes_of(pd.DataFrame({"s16": [0, 5, 6, 9, 10, 15, 16]})).tolist() == [
        *["indoor"] * 2,
        *["nature"] * 2,
        *["urban"] * 2,
        "",
    ]
    shares = {"prob_indoor": ["0.5", ""], "prob_natural": [0.2, 0.9], "prob_urban": [0.3, 0.1]}
    assert scenes_of(pd.DataFrame(shares)).tolist() == ["indoor", ""]
    mixed = pd.DataFrame({"scene": ["Natural", "?", ""], "s3": ["0", "0", ""], "s16": [0, 0, 12]})
    assert scenes_of(mixed).tolist() == ["nature", "indoor", "urban"]
    assert scenes_of(pd.DataFrame(index=range(2))).tolist() == ["", ""]
    assert len(SCENE_OF_S16) == 16


def test_splits_of_a_list_are_kept(tmp_path):
    text = "photo,lat,lon,split\na,52.5,13.4,Train\nb,52.5,13.4,validation\n"
    manifest, _ = read_table(written(tmp_path, text))
    assert manifest["split"].tolist() == ["train", "val"]


@pytest.mark.parametrize(
    ("split", "message"), [("holdout", "split 'holdout'; expected"), ("", "1 rows have no split")]
)
def test_splits_that_would_be_lost_are_refused(tmp_path, split, message):
    text = f"photo,lat,lon,split\na,52.5,13.4,train\nb,52.5,13.4,{split}\n"
    with pytest.raises(ValueError, match=message):
        read_table(written(tmp_path, text))


def test_listed_photos_are_opened_where_they_lie(tmp_path, photo_bytes):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(photo_bytes(size=(96, 64)))
    (photos / "torn.jpg").write_bytes(photo_bytes()[:900])
    (tmp_path / "outside.jpg").write_bytes(photo_bytes())
    names = ["a.jpg", "torn.jpg", "absent.jpg", "../outside.jpg", str(tmp_path / "outside.jpg")]
    path = written(tmp_path, "photo,lat,lon\n" + "".join(f"{name},52.5,13.4\n" for name in names))
    manifest, rejected = read_table(path, photos)
    row = manifest.iloc[0]
    assert len(manifest) == 1 and (row["width"], row["height"]) == (96, 64)
    assert row["path"] == str((photos / "a.jpg").resolve()) and len(row["sha256"]) == 64
    assert rejected["reason"].tolist() == [
        "truncated file",
        "unreadable file (No such file or directory)",
        "path leads out of the photos folder",
        "path leads out of the photos folder",
    ]
    with pytest.raises(ValueError, match="photos_dir: no folder"):
        read_table(path, tmp_path / "nowhere")


@needs_lists
@pytest.mark.parametrize(
    ("name", "n_photos"),
    [
        ("im2gps_places365.csv", 237),
        ("im2gps3k_places365.csv", 2997),
        ("yfcc25600_places365.csv", 25600),
    ],
)
def test_real_benchmark_lists_load_whole(name, n_photos):
    path = DATA / "benchmarks" / name
    manifest, rejected = read_table(path)
    raw = pd.read_csv(path)
    assert len(manifest) == n_photos and rejected.empty
    np.testing.assert_array_equal(latlon_deg(manifest), raw[["LAT", "LON"]].to_numpy())
    assert manifest["author"].tolist() == raw["AUTHOR"].tolist()
    assert manifest["scene"].tolist() == (
        raw["S3_Label"].map({0: "indoor", 1: "nature", 2: "urban"}).tolist()
    )
    np.testing.assert_array_equal(manifest["s365"], raw["S365_Label"])


@needs_lists
def test_real_lists_with_swapped_columns_are_refused(tmp_path):
    raw = pd.read_csv(DATA / "benchmarks" / "im2gps_places365.csv")
    raw = raw.rename(columns={"LAT": "LON", "LON": "LAT"})
    raw.to_csv(tmp_path / "swapped.csv", index=False)
    with pytest.raises(ValueError, match="latitude and longitude look swapped"):
        read_table(tmp_path / "swapped.csv")


@needs_lists
def test_the_gallery_of_positions_alone_loads():
    manifest, rejected = read_table(DATA / "partitions" / "geoclip_gallery_100K.csv")
    assert len(manifest) + len(rejected) == 100_000
