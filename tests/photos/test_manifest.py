import numpy as np
import pandas as pd
import pytest

from geoutils.photos.manifest import (
    COLUMNS,
    complete,
    latlon_deg,
    read_manifest,
    read_rejected,
    require_photos,
    sift,
    validate_manifest,
    write_manifest,
    write_rejected,
)


def manifest_of(n=4, **columns):
    rows = {
        "photo": [f"{i}.jpg" for i in range(n)],
        "latitude": np.linspace(-80, 80, n),
        "longitude": np.linspace(-180, 170, n),
        "author": ["ana", "ben"] * (n // 2),
        "scene": ["indoor", "nature", "urban", ""][:n],
        "split": ["train", "val", "test", "seen"][:n],
    }
    return complete(pd.DataFrame(rows | columns))


CANDIDATES = [
    ("good", "48.85", "2.35", ""),
    ("dateline", 0.5, 180.0, ""),
    ("north", 91, 2.0, "latitude 91 is beyond 90"),
    ("east", 10, 180.5, "longitude 180.5 is beyond 180"),
    ("word", "forty", 2.0, "latitude 'forty' is not a number"),
    ("comma", 48.0, "2,35", "longitude '2,35' is not a number"),
    ("blank", " ", 2.0, "no latitude"),
    ("none", 1.0, None, "no longitude"),
    ("nan", float("nan"), 3.0, "no latitude"),
    ("infinite", "inf", 3.0, "latitude inf is beyond 90"),
    ("null island", 0, 0.0, "position 0, 0: the usual sign of an unknown one"),
    ("", 1.0, 1.0, "photo without a name"),
    ("good", 1.0, 1.0, "a photo of this name came before"),
]


def test_sift_gives_every_bad_row_its_reason_and_loses_none():
    table = pd.DataFrame(CANDIDATES, columns=["photo", "latitude", "longitude", "expected"])
    kept, rejected = sift(table.drop(columns="expected"))
    assert kept["photo"].tolist() == ["good", "dateline"]
    bad = table[table["expected"] != ""]
    assert dict(zip(rejected["reason"], rejected["photo"], strict=True)) == dict(
        zip(bad["expected"], bad["photo"], strict=True)
    ) | {"no latitude": "nan"}
    assert len(kept) + len(rejected) == len(table)
    np.testing.assert_array_equal(latlon_deg(kept), [[48.85, 2.35], [0.5, -180.0]])


def test_a_name_rejected_once_is_free_for_a_good_row():
    table = pd.DataFrame({"photo": ["a", "a"], "latitude": [91, 1.0], "longitude": [1.0, 1.0]})
    kept, rejected = sift(table)
    assert kept["photo"].tolist() == ["a"] and rejected["photo"].tolist() == ["a"]


def test_a_readers_problem_comes_before_the_position():
    table = pd.DataFrame(
        {
            "photo": ["a", "b"],
            "latitude": [None, 1],
            "longitude": [None, 1],
            "problem": ["torn", ""],
        }
    )
    kept, rejected = sift(table)
    assert rejected.to_dict("records") == [{"photo": "a", "reason": "torn"}]
    assert "problem" not in kept


def test_sift_keeps_further_columns_and_fills_absent_ones():
    table = pd.DataFrame({"photo": [7], "latitude": [1.0], "longitude": [2.0], "seed": [2**62]})
    kept, rejected = sift(table)
    assert list(kept) == [*COLUMNS, "seed"] and rejected.empty
    assert kept.iloc[0].to_dict() | {"photo": "7", "author": "", "width": 0, "seed": 2**62} == (
        kept.iloc[0].to_dict()
    )
    assert {name: str(kept[name].dtype) for name in COLUMNS} == COLUMNS


def test_sift_of_nothing_is_nothing():
    kept, rejected = sift(pd.DataFrame({"photo": [], "latitude": [], "longitude": []}))
    assert len(kept) == len(rejected) == 0 and list(kept) == list(COLUMNS)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"photo": ["a", "a", "b", "c"]}, "photo 'a' comes twice"),
        ({"photo": ["", "a", "b", "c"]}, "photo '' is an empty name"),
        ({"latitude": [0, 0, 0, 91.0]}, "latitude .*91.* is beyond 90"),
        ({"longitude": [0, 0, 0, 180.0]}, "longitude .*180.* is outside"),
        ({"latitude": [0, 0, 0, np.nan]}, "row 3 has no latitude"),
        ({"split": ["train", "val", "test", "training"]}, "split 'training' is none of"),
        ({"split": ["train", "val", "test", ""]}, "split '' is none of"),
        ({"scene": ["", "", "", "outdoor"]}, "scene 'outdoor' is none of"),
    ],
)
def test_validation_names_column_value_and_row(columns, message):
    with pytest.raises(ValueError, match=message) as error:
        validate_manifest(manifest_of(**columns))
    assert "\n" not in str(error.value)


def test_validation_refuses_missing_columns_wrong_types_and_empty_tables():
    with pytest.raises(ValueError, match="no column author; found photo"):
        validate_manifest(manifest_of().drop(columns="author"))
    with pytest.raises(ValueError, match="latitude holds"):
        validate_manifest(manifest_of().astype({"latitude": "str"}))
    with pytest.raises(ValueError, match="no photo"):
        validate_manifest(manifest_of().iloc[:0])


def test_manifest_survives_the_disk(tmp_path):
    manifest = manifest_of(seed=np.arange(4) + 2**60, shows_relief=[True, False] * 2)
    write_manifest(manifest, tmp_path / "deep" / "manifest.parquet")
    pd.testing.assert_frame_equal(read_manifest(tmp_path / "deep" / "manifest.parquet"), manifest)


def test_an_invalid_manifest_leaves_the_old_one_in_place(tmp_path):
    path = tmp_path / "manifest.parquet"
    write_manifest(manifest_of(), path)
    with pytest.raises(ValueError, match="row 2 has no latitude"):
        write_manifest(manifest_of(latitude=[0, 1, np.nan, 2]), path)
    assert len(read_manifest(path)) == 4 and list(tmp_path.iterdir()) == [path]


def test_reading_what_is_no_manifest_says_so(tmp_path):
    with pytest.raises(ValueError, match="no file"):
        read_manifest(tmp_path / "absent.parquet")
    (tmp_path / "text.parquet").write_text("not a table")
    with pytest.raises(ValueError, match="is no Parquet file"):
        read_manifest(tmp_path / "text.parquet")


def test_rejected_survive_the_disk(tmp_path):
    rejected = pd.DataFrame(
        {"photo": ["NA", 'a "quoted", name\nwith a break'], "reason": ["x", "é"]}, dtype="str"
    )
    write_rejected(rejected, tmp_path / "rejected.csv")
    pd.testing.assert_frame_equal(read_rejected(tmp_path / "rejected.csv"), rejected)
    write_rejected(rejected.iloc[:0], tmp_path / "rejected.csv")
    assert len(read_rejected(tmp_path / "rejected.csv")) == 0


def test_a_source_whose_photos_are_all_rejected_says_why():
    rejected = pd.DataFrame({"photo": ["a", "b"], "reason": ["no GPS", "no GPS"]}, dtype="str")
    with pytest.raises(ValueError, match="none of 2 photos can be used; 2 x no GPS"):
        require_photos(manifest_of().iloc[:0], rejected, "album")
    require_photos(manifest_of(), rejected, "album")
