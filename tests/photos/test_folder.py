import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import ExifTags, Image

from geoutils.photos.folder import read_folder
from geoutils.photos.manifest import latlon_deg
from geoutils.sphere import great_circle_km

REAL_PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "photos"


@pytest.fixture
def album(tmp_path, photo_bytes):
    """A folder with one photo of each kind of trouble, and three good ones."""
    folder = tmp_path / "album"
    (folder / "trip" / "day 2").mkdir(parents=True)
    good = photo_bytes((48.8584, 2.2945), size=(640, 480), seed=1)
    files = {
        "paris.jpg": good,
        "trip/sydney.PNG": photo_bytes((-33.8568, 151.2153), format="PNG", seed=2),
        "trip/day 2/rio.webp": photo_bytes((-22.9519, -43.2105), format="WEBP", seed=3),
        "nowhere.jpg": photo_bytes(seed=4),
        "torn.jpg": good[: len(good) // 2],
        "torn.png": photo_bytes((1, 1), format="PNG", seed=5)[:-800],
        "north.jpg": photo_bytes(
            gps={
                ExifTags.GPS.GPSLatitudeRef: "N",
                ExifTags.GPS.GPSLatitude: (91.0, 0.0, 0.0),
                ExifTags.GPS.GPSLongitudeRef: "E",
                ExifTags.GPS.GPSLongitude: (2.0, 0.0, 0.0),
            }
        ),
        "empty.jpg": b"",
        "text.jpeg": b"I am not a photo",
        "phone.heic": b"ftypheic",
        "notes.txt": b"not a photo, and not called one",
        ".hidden/secret.jpg": good,
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def reasons(rejected):
    return dict(zip(rejected["photo"], rejected["reason"], strict=True))


def test_every_photo_is_indexed_or_rejected_with_its_reason(album):
    manifest, rejected = read_folder(album)
    assert manifest["photo"].tolist() == ["paris.jpg", "trip/day 2/rio.webp", "trip/sydney.PNG"]
    expected = [[48.8584, 2.2945], [-22.9519, -43.2105], [-33.8568, 151.2153]]
    np.testing.assert_allclose(latlon_deg(manifest), expected, atol=1e-6)
    assert reasons(rejected) == {
        "nowhere.jpg": "no GPS position in EXIF",
        "torn.jpg": "truncated file",
        "torn.png": "truncated file",
        "north.jpg": "GPS latitude 91 in EXIF is beyond 90",
        "empty.jpg": "empty file",
        "text.jpeg": "not a JPEG, PNG or WebP image",
        "phone.heic": ".heic photos are not read",
    }
    assert (manifest["position_source"] == "EXIF").all()
    assert manifest.loc[0, ["width", "height"]].tolist() == [640, 480]
    assert all(Path(path).is_file() for path in manifest["path"])
    assert manifest["sha256"].str.len().eq(64).all()


def test_photos_csv_fills_what_exif_lacks_and_only_that(album):
    (album / "photos.csv").write_text(
        "file,lat,lon,creator\n"
        "nowhere.jpg,10.5,20.25,Ana\n"
        "north.jpg,59.0,3.0,\n"
        "paris.jpg,1.0,1.0,Ben\n"
        "lost.jpg,5.0,5.0,Eve\n"
    )
    (album / "trip" / "photos.csv").write_text("photo;LATITUDE;LONGITUDE\nsydney.PNG;1;1\n")
    manifest, rejected = read_folder(album)
    rows = manifest.set_index("photo")
    assert rows.loc["nowhere.jpg", ["latitude", "longitude", "author"]].tolist() == [
        10.5,
        20.25,
        "Ana",
    ]
    assert rows.loc["north.jpg", "latitude"] == 59.0
    assert rows.loc["paris.jpg", "latitude"] == pytest.approx(48.8584)
    assert rows.loc["paris.jpg", "author"] == "Ben"
    assert rows["position_source"].to_dict() == {
        "nowhere.jpg": "photos.csv",
        "north.jpg": "photos.csv",
        "paris.jpg": "EXIF",
        "trip/day 2/rio.webp": "EXIF",
        "trip/sydney.PNG": "EXIF",
    }
    assert reasons(rejected)["lost.jpg"] == "listed in photos.csv, but there is no such photo"
    assert "torn.jpg" in reasons(rejected)


def test_a_bad_row_of_photos_csv_rejects_its_photo_alone(album):
    (album / "photos.csv").write_text("file,lat,lon\nnowhere.jpg,91,4\n")
    assert reasons(read_folder(album)[1])["nowhere.jpg"] == "latitude 91 is beyond 90"


def test_photos_csv_without_the_needed_columns_is_an_error(album):
    (album / "photos.csv").write_text("file,where\nnowhere.jpg,Paris\n")
    with pytest.raises(ValueError, match=r"no column for the latitude; found file, where"):
        read_folder(album)
    (album / "photos.csv").write_text("lat,lon\n1,2\n")
    with pytest.raises(ValueError, match="no column for the photo's file"):
        read_folder(album)


def test_orientation_swaps_width_and_height(tmp_path, photo_bytes):
    data = photo_bytes((1, 2), size=(96, 64), tags={ExifTags.Base.Orientation: 6})
    (tmp_path / "a.jpg").write_bytes(data)
    manifest, _ = read_folder(tmp_path)
    assert manifest.loc[0, ["width", "height"]].tolist() == [64, 96]


def test_too_many_pixels_are_refused(tmp_path, photo_bytes, monkeypatch):
    (tmp_path / "big.jpg").write_bytes(photo_bytes((1, 2), size=(96, 64)))
    (tmp_path / "small.jpg").write_bytes(photo_bytes((1, 2), size=(16, 16)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    manifest, rejected = read_folder(tmp_path)
    assert manifest["photo"].tolist() == ["small.jpg"]
    assert reasons(rejected) == {"big.jpg": "more than 2,000 pixels"}


def test_copies_have_the_same_hash(tmp_path, photo_bytes):
    data = photo_bytes((1, 2))
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "c.jpg").write_bytes(photo_bytes((1, 2), seed=9))
    a, b, c = read_folder(tmp_path)[0]["sha256"]
    assert a == b != c


@pytest.mark.parametrize(
    ("files", "message"),
    [([], "no file at all"), (["a.txt", "b.pdf"], "2 files of other kinds")],
)
def test_a_folder_without_photos_says_so(tmp_path, files, message):
    for name in files:
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=f"holds no JPEG, PNG or WebP photo, but {message}"):
        read_folder(tmp_path)


def test_no_folder_says_so(tmp_path):
    with pytest.raises(ValueError, match="is no folder"):
        read_folder(tmp_path / "absent")
    (tmp_path / "file.jpg").touch()
    with pytest.raises(ValueError, match="is no folder"):
        read_folder(tmp_path / "file.jpg")


@pytest.mark.skipif(not REAL_PHOTOS.is_dir(), reason="the real photos are not on this machine")
def test_all_real_photos_are_indexed_at_their_documented_places():
    manifest, rejected = read_folder(REAL_PHOTOS)
    documented = pd.read_csv(REAL_PHOTOS / "photos.csv").set_index("file").loc[manifest["photo"]]
    assert len(manifest) == 35 and rejected.empty
    away_km = great_circle_km(latlon_deg(manifest), documented[["lat", "lon"]].to_numpy())
    assert away_km.max() < 0.01
    assert manifest["position_source"].tolist() == [
        {"EXIF": "EXIF", "CSV": "photos.csv"}[source] for source in documented["gps_source"]
    ]
    np.testing.assert_array_equal(manifest[["width", "height"]], documented[["width", "height"]])


@pytest.mark.skipif(not REAL_PHOTOS.is_dir(), reason="the real photos are not on this machine")
def test_real_photos_without_the_list_lose_only_those_without_gps(tmp_path):
    for path in REAL_PHOTOS.glob("open/*.jpg"):
        shutil.copy(path, tmp_path)
    manifest, rejected = read_folder(tmp_path)
    assert len(manifest) + len(rejected) == 35
    assert set(rejected["reason"]) == {"no GPS position in EXIF"}


def test_what_cannot_be_entered_is_told(album, monkeypatch):
    (album / "lost+found").mkdir()
    (album / "linked").symlink_to(album.parent)
    real = os.scandir

    def scandir(path):
        if str(path).endswith("lost+found"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    told = reasons(read_folder(album)[1])
    assert told["lost+found"] == "a folder that cannot be read (Permission denied)"
    assert told["linked"] == "a link to a folder, which is not followed"
