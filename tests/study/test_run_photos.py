"""Which photos a run or a benchmark is given, and what is refused before it begins."""

import pandas as pd
import pytest
from PIL import Image

from geoutils.__main__ import main
from geoutils.photos.sources import check, check_photos
from geoutils.study.run_photos import photos_argument


@pytest.fixture
def album(tmp_path):
    """A folder with one photo that has no position, until a list gives it one."""
    (tmp_path / "album").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "album" / "a.jpg")
    return tmp_path / "album"


def test_a_check_that_kept_nothing_is_refused(album, tmp_path):
    out = tmp_path / "out"
    check_photos(album, out, workers=1, say=lambda _: None)
    with pytest.raises(ValueError, match=f"the check in {out} kept no photo; .*rejected.csv tells"):
        photos_argument(str(out))


@pytest.mark.parametrize("again", [False, True])
def test_a_check_that_has_not_ended_is_refused(album, tmp_path, monkeypatch, again):
    listing, out = tmp_path / "list.csv", tmp_path / "out"
    listing.write_text("photo,lat,lon\na.jpg,1,2\n")
    if again:
        check_photos(album, out, listing, workers=1, say=lambda _: None)
        assert photos_argument(str(out)) == {"source": "checked", "photos": str(out)}

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "_look", stopped)
    with pytest.raises(KeyboardInterrupt):
        check_photos(album, out, listing, workers=1, say=lambda _: None)
    with pytest.raises(ValueError, match=f"the check in {out} has not ended; the same command"):
        photos_argument(str(out))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("list.csv", b"", "list.csv: "),
        ("list.csv", b"photo,lat,lon\n", "no row in this table"),
        ("list.csv", b"photo,where\na.jpg,here\n", "no column for the latitude"),
        ("list.csv", b"PK\x03\x04 a workbook", "list.csv: "),
        ("list.xlsx", b"PK\x03\x04 a workbook", "list.xlsx: .*expected .csv"),
    ],
)
def test_lists_that_say_nothing_are_refused(tmp_path, capsys, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=message):
        photos_argument(str(tmp_path / name))
    command = ["benchmark", "set", "--model-from", "default", "--photos", str(tmp_path / name)]
    assert main(command) == 2
    assert name in capsys.readouterr().err


def test_a_list_is_looked_for_with_its_files(album, tmp_path):
    rows = pd.DataFrame({"photo": ["a.jpg"], "lat": [1.0], "lon": [2.0]})
    rows.to_parquet(album / "list.parquet")
    given = {"source": "table", "photos": str(album / "list.parquet"), "photos_dir": str(album)}
    assert photos_argument(str(album / "list.parquet")) == given
    assert photos_argument(str(album)) == {"source": "folder", "photos": str(album)}
    (album / "a.jpg").unlink()
    with pytest.raises(ValueError, match="no JPEG, PNG or WebP photo below"):
        photos_argument(str(album))
