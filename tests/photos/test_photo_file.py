import io
import os
import signal

import numpy as np
import pytest
from PIL import Image

from geoutils.photos import decode, photo_file, read_folder
from geoutils.photos.decode import decode_square, examine
from geoutils.photos.photo_file import NoPhotoFile, open_regular, read_photo
from geoutils.photos.quick_count import count_in_folder
from geoutils.photos.sources import check_photos, read_checked
from geoutils.photos.sources.look import look_at

PAIR = {"save_all": True, "append_images": [Image.new("RGB", (8, 8))]}


@pytest.fixture(autouse=True)
def impatient():
    """Whatever waits for a pipe's writer is ended."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it waits for a pipe"))
    signal.alarm(20)
    yield
    signal.alarm(0)


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    return tmp_path / "pipe.jpg"


def test_parts_of_files(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(bytes(range(100)))
    assert read_photo(path) == bytes(range(100))
    assert read_photo(path, 10, 5) == bytes(range(10, 15))
    with pytest.raises(NoPhotoFile, match="truncated file"):
        read_photo(path, 98, 5)
    with pytest.raises(FileNotFoundError):
        read_photo(tmp_path / "none")
    with pytest.raises(NoPhotoFile, match="more than 268,435,456 bytes"):
        read_photo(path, 0, 2**60)
    monkeypatch.setattr(photo_file, "BYTES_LIMIT", 99)
    with pytest.raises(NoPhotoFile, match="more than 99 bytes"):
        read_photo(path)


def test_no_reader_waits_for_a_pipe(pipe):
    for path in (pipe, pipe.parent):
        with pytest.raises(NoPhotoFile, match="no such file, or no regular one"):
            open_regular(path)
    assert examine(pipe).problem == look_at(str(pipe)).problem == photo_file.NO_REGULAR_FILE
    with pytest.raises(ValueError, match=f"photo {pipe}: no such file, or no regular one"):
        decode_square(pipe, 8)


def test_folders_with_pipes_are_read(pipe, photo_bytes):
    folder = pipe.parent
    (folder / "a.jpg").write_bytes(photo_bytes((1, 2)))
    (folder / "trip").mkdir()
    os.mkfifo(folder / "trip" / "photos.csv")
    manifest, rejected = read_folder(folder)
    assert manifest["photo"].tolist() == ["a.jpg"] and count_in_folder(folder) == 1
    assert rejected.to_dict("records") == [
        {"photo": "pipe.jpg", "reason": "no such file, or no regular one"}
    ]


def test_shards_that_are_pipes_are_set_aside(tmp_path, photo_bytes):
    folder = tmp_path / "shards"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(photo_bytes((1, 2)))
    os.mkfifo(folder / "1.tar")
    (folder / "2.msg").symlink_to(folder / "nothing")
    (folder / "3.tar").mkdir()
    check_photos(folder, tmp_path / "out", workers=1, say=lambda _: None)
    manifest, rejected = read_checked(tmp_path / "out")
    assert manifest["photo"].tolist() == ["a.jpg"]
    assert rejected["photo"].tolist() == ["1.tar", "2.msg"]
    assert set(rejected["reason"]) == {"no such file, or no regular one"}


def saved(format, **options):
    colours = np.random.default_rng(0).integers(0, 256, (60, 100, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(colours).save(buffer, format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("format", "options", "refused"),
    [
        ("PNG", {}, True),
        ("WEBP", {}, True),
        ("JPEG", {"progressive": True}, True),  # held whole, whatever the scale
        ("JPEG", {}, False),
        ("MPO", PAIR, False),
        ("MPO", PAIR | {"progressive": True}, True),
    ],
)
def test_images_held_whole_may_have_fewer_pixels(format, options, refused, tmp_path, monkeypatch):
    path, data = tmp_path / "photo", saved(format, **options)
    path.write_bytes(data)
    assert decode_square(path, 8).shape == (8, 8, 3)
    monkeypatch.setattr(decode, "WHOLE_PIXELS", 5_999)
    reason = "more than 5,999 pixels" if refused else ""
    assert examine(path).problem == look_at(str(path)).problem == reason
    assert look_at(str(path), 0, len(data)).problem == reason
    if refused:
        with pytest.raises(ValueError, match=f"photo {path}: more than 5,999 pixels"):
            decode_square(path, 8)
    monkeypatch.setattr(decode, "WHOLE_PIXELS", 6_000)
    assert decode_square(io.BytesIO(data), 8).shape == (8, 8, 3)


def test_large_files_are_not_read_to_find_out(tmp_path, monkeypatch):
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved("JPEG"))
    monkeypatch.setattr(photo_file, "BYTES_LIMIT", 200)
    monkeypatch.setattr("geoutils.photos.sources.look.BYTES_LIMIT", 200)
    assert examine(path).problem == look_at(str(path)).problem == "more than 200 bytes"
