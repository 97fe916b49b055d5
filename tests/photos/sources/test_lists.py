from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.photos import read_table
from geoutils.photos.manifest import latlon_deg
from geoutils.photos.sources import check_photos, read_checked
from geoutils.photos.sources.listed_photos import listed_photos, photos_beside

LISTS = Path(__file__).parents[4] / "shared" / "data" / "benchmarks"


def checked(source, out, listing="", say=lambda _: None):
    check_photos(source, out, listing, workers=2, say=say)
    manifest, rejected = read_checked(out)
    return manifest, dict(zip(rejected["photo"], rejected["reason"], strict=True))


def written(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.skipif(not LISTS.is_dir(), reason="the benchmark lists are not on this machine")
@pytest.mark.parametrize("name", ["im2gps_places365.csv", "im2gps3k_places365.csv"])
def test_places365_lists_read_as_by_the_reader_in_memory(name, tmp_path):
    said = []
    manifest, rejected = checked(LISTS / name, tmp_path / "out", say=said.append)
    expected, _ = read_table(LISTS / name)
    pd.testing.assert_frame_equal(manifest, expected[manifest.columns])
    assert rejected == {} and len(manifest.columns) == 10
    assert said[0] == (
        f"{name}: latitude from LAT, longitude from LON, photo from IMG_ID, author from AUTHOR, "
        "s16 from S16_Label, s365 from S365_Label, scene from S3_Label, else S16_Label, else the "
        "largest of Prob_indoor, Prob_natural, Prob_urban"
    )


# Header and rows of each public list, and where its photos lie.
LAYOUTS = {
    "MP-16": ("IMG_ID,LAT,LON", "{},48.9,2.3", ["34/8d/9055806529.jpg", "aa/02/1.jpg"], 0),
    "YFCC4k": ("IMG_ID,AUTHOR,LAT,LON", "{},7@N00,48.9,2.3", ["1000_ab_7@N00.jpg", "2.jpg"], 0),
    "OSV-5M": (
        "id,latitude,longitude,country,lon_bin,region,unique_city,quadtree_10_1000,"
        "creator_username,creator_id",
        "{},48.9,2.3,FR,1.5,IDF,Paris,12,ann,104",
        ["00/4065883540137904.jpg", "57/920935432029696.jpg"],
        1,
    ),
    "GWS15k": (
        "image_id,city,country,lat,lon,heading",
        '{},Cobija,Bolivia,48.9,2.3,"[48.6, 138.7]"',
        ["image_0.png", "image_1.png"],
        1,
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("parquet", [False, True])
def test_photos_of_public_lists_are_found_in_their_folders(layout, parquet, tmp_path, photo_bytes):
    header, row, files, by_stem = LAYOUTS[layout]
    for file in files:
        path = tmp_path / "images" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo_bytes(format="PNG" if path.suffix == ".png" else "JPEG"))
    names = [Path(file).stem if by_stem else file for file in files]
    text = "\n".join([header, *map(row.format, names), row.format("lost")]) + "\n"
    listing = written(tmp_path / "list.csv", text)
    if parquet:
        pd.read_csv(listing).to_parquet(tmp_path / "list.parquet")
        listing = tmp_path / "list.parquet"
    said = []
    manifest, rejected = checked(tmp_path / "images", tmp_path / "out", listing, said.append)
    assert manifest["photo"].tolist() == sorted(names)
    assert manifest["path"].tolist() == sorted(str(tmp_path / "images" / file) for file in files)
    np.testing.assert_array_equal(latlon_deg(manifest), [[48.9, 2.3]] * 2)
    assert set(manifest["position_source"]) == {"list"}
    assert rejected == {"lost": "listed, but there is no such photo"}
    author = {"YFCC4k": "7@N00", "OSV-5M": "104"}.get(layout, "")
    assert set(manifest["author"]) == {author}
    assert ("not used: country" in said[0]) == (layout == "OSV-5M")


def test_a_path_in_the_list_goes_before_a_name(tmp_path, photo_bytes):
    for name in ("a/1.jpg", "b/1.jpg", "b/2.jpg", "c/2.jpg"):
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo_bytes((1, 2)))
    listing = written(tmp_path / "list.csv", "id,lat,lon\nb/1,10,10\n2,20,20\n")
    manifest, rejected = checked(tmp_path / "images", tmp_path / "out", listing)
    paths = dict(zip(manifest["photo"], manifest["path"], strict=True))
    assert {name: Path(path).parent.name for name, path in paths.items()} == {"b/1": "b", "2": "b"}
    assert rejected == {
        "a/1.jpg": "not in the list",
        "c/2.jpg": "another file stands for this photo of the list",
    }


def test_a_whole_file_goes_before_a_broken_one_of_its_name(tmp_path, photo_bytes):
    good = photo_bytes((1, 2))
    for name, data in (("a/1.jpg", b""), ("b/1.jpg", good[: len(good) // 2]), ("c/1.jpg", good)):
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    listing = written(tmp_path / "list.csv", "id,lat,lon\n1,10,10\n")
    manifest, rejected = checked(tmp_path / "images", tmp_path / "out", listing)
    assert manifest["path"].tolist() == [str(tmp_path / "images/c/1.jpg")]
    another = "another file stands for this photo of the list"
    assert rejected == {"a/1.jpg": another, "b/1.jpg": another}


def test_bad_rows_and_broken_lines_of_a_long_list_are_set_aside(tmp_path):
    # More than a megabyte, the piece that is read at a time.
    rows = [f"photo {i:07d}{' ' * 150}x,{i % 80}.5,{i % 170}.25" for i in range(12_000)]
    rows[17], rows[10_000], rows[11_999] = "a,1", "b,91,0", rows[3]
    path = written(tmp_path / "long.csv", "\n".join(["photo,lat,lon", *rows]) + "\n")
    manifest, rejected = checked(path, tmp_path / "out")
    assert len(manifest) == 11_997
    assert manifest["photo"].str[6:13].iloc[[0, -1]].tolist() == ["0000000", "0011998"]
    assert path.stat().st_size > 2**21
    assert rejected == {
        "line 19": "2 fields in this line, not 3",
        "b": "latitude 91 is beyond 90",
        f"photo 0000003{' ' * 150}x": "a photo of this name came before",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("photo,lat\na,1\n", "no column for the longitude; found photo, lat"),
        ("photo,lat,lon\n", "no row in this table"),
        ("photo,lat,lon,split\na,1,2,holdout\n", "split 'holdout'; expected train"),
        ("photo,lat,lon,split\na,1,2,train\nb,1,2,\n", "1 rows have no split"),
        ("lat,lon\n" + "116.4,39.9\n-47.9,-15.8\n" * 20, "look swapped"),
        ("photo,lat,lon\na,1,2\nb,\udcff,2\n", "cannot be read"),
    ],
)
def test_lists_that_cannot_be_used_say_so(tmp_path, text, message):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ValueError, match=message):
        check_photos(path, tmp_path / "out", say=lambda _: None)
    assert [found.name for found in tmp_path.iterdir()] == ["list.csv"]


def test_rows_without_a_name_are_numbered_through(tmp_path):
    path = written(tmp_path / "gps.csv", "LAT,LON\n" + "1,2\n" * 3)
    assert [row.photo for row in listed_photos(path, say=lambda _: None)] == [
        *("gps-0000000", "gps-0000001", "gps-0000002")
    ]


def test_no_row_behind_a_quote_without_end_is_lost(tmp_path, photo_bytes):
    for i in range(40):
        path = tmp_path / "images" / f"{i}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(photo_bytes(seed=i))
    rows = [f"{i},48.9,2.3,ann" for i in range(40)]
    rows[7] = '7,48.9,2.3,"unclosed'
    listing = written(tmp_path / "list.csv", "\n".join(["id,lat,lon,author", *rows]))
    manifest, rejected = checked(tmp_path / "images", tmp_path / "out", listing)
    assert len(manifest) == 39 and set(manifest["author"]) == {"ann"}
    reason = "a quote that is opened in this line is not closed in it"
    assert rejected == {"7.jpg": "not in the list", "line 9": reason}


def test_a_long_id_is_not_rounded_to_that_of_its_neighbour(tmp_path, photo_bytes):
    for name in (17841405793187219, 17841405793187220):
        path = tmp_path / "images" / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(photo_bytes())
    ids = pd.array([17841405793187219, None], dtype="Int64")
    table = pd.DataFrame({"id": ids, "latitude": [48.85, 1.0], "longitude": [2.35, 2.0]})
    table.to_parquet(tmp_path / "list.parquet")
    manifest, rejected = checked(tmp_path / "images", tmp_path / "out", tmp_path / "list.parquet")
    assert manifest["photo"].tolist() == ["17841405793187219"]
    assert manifest["path"].str[-21:].tolist() == ["17841405793187219.jpg"]
    assert rejected == {"17841405793187220.jpg": "not in the list", "": "photo without a name"}


def test_ids_may_be_the_index_of_pandas(tmp_path):
    table = pd.DataFrame({"id": ["a", "b"], "lat": [1.0, 2.0], "lon": [3.0, 4.0]})
    table.set_index("id").to_parquet(tmp_path / "list.parquet")
    manifest, _ = checked(tmp_path / "list.parquet", tmp_path / "out")
    assert manifest["photo"].tolist() == ["a", "b"]


def test_a_photos_csv_that_means_something_else_is_left_out(tmp_path):
    said = []
    good = written(tmp_path / "good/photos.csv", "file,lat,lon\n./a.jpg,1,2\nb.jpg,1\n,3,4\n")
    assert [(row.photo, row.problem) for row in photos_beside(good, tmp_path, said.append)] == [
        ("good/a.jpg", ""),
        ("good/photos.csv, a row", "photo without a name"),
        ("good/photos.csv, line 3", "2 fields in this line, not 3"),
    ]
    assert said == ["photos.csv: latitude from lat, longitude from lon, photo from file"]
    for text, reason in (
        ("name,size\na.jpg,5\n", "no column for the latitude; found name, size"),
        ("lat,lon\n1,2\n", "no column for the photo; expected one called photo"),
        ("file,lat,lon\n", "no row in this table"),
        ("", "no column for the latitude; found none"),
        ("file,lat,lon,split\na,1,2,train\nb,1,2,\n", "1 rows have no split"),
    ):
        path = written(tmp_path / "bad/photos.csv", text)
        (row,) = photos_beside(path, tmp_path, said.append)
        assert row.photo == "bad/photos.csv" and row.problem.startswith(f"left out: {reason}")
        assert said.pop().startswith(f"bad/photos.csv is left out: {reason}")


def test_a_list_of_a_list_is_refused(tmp_path):
    path = written(tmp_path / "gps.csv", "LAT,LON\n1,2\n")
    with pytest.raises(ValueError, match="is a list, and so is"):
        check_photos(path, tmp_path / "out", path)
    with pytest.raises(ValueError, match="no such file"):
        check_photos(tmp_path, tmp_path.parent / "out", tmp_path / "none.csv")
