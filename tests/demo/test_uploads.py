"""Uploaded files: good ones become photos, bad ones a sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from geoutils.demo.upload import MAX_BYTES, read_upload
from geoutils.photos.decode import decode_square


def encoded(picture, format="JPEG", **options):
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def noise(width=96, height=64, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
    return Image.fromarray(values.astype(np.uint8))


def bomb(width, height):
    """A PNG of some bytes whose header promises a huge picture."""

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def with_exif(latitude, orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "S", 2: (latitude, 0, 0), 3: "E", 4: (20.0, 30.0, 0.0)})
    return exif.tobytes()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_read_as_the_study_reads_files(tmp_path, format):
    data = encoded(noise(), format)
    (tmp_path / "photo").write_bytes(data)
    photo = read_upload(data, 32)
    np.testing.assert_array_equal(photo.pixels, decode_square(tmp_path / "photo", 32))
    assert photo.row is None and photo.concepts is None and photo.truth_deg is None
    assert photo.truth_problem == "no GPS position in EXIF"


def test_orientation_is_heeded_and_the_position_kept():
    picture = Image.new("RGB", (60, 60), "white")
    picture.paste("red", (0, 0, 60, 30))  # red above white
    photo = read_upload(encoded(picture, exif=with_exif(10.0, orientation=6)), 32)
    left, right = photo.pixels[16, 4].astype(int), photo.pixels[16, 28].astype(int)
    assert left.min() > 230 and right[0] > 200 and right[1] < 60  # turned clockwise
    assert photo.truth_deg == (-10.0, 20.5)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"Dear diary, this is a text renamed .jpg.\n" * 50, "not a JPEG, PNG or WebP"),
        (encoded(noise(), "GIF"), "not a JPEG, PNG or WebP"),
        (encoded(noise(), "BMP"), "not a JPEG, PNG or WebP"),
        (encoded(noise(640, 480))[:9000], "truncated"),
        (encoded(noise(640, 480), "PNG")[:9000], "cannot be read to its end|damaged"),
        (encoded(noise(640, 480), "WEBP")[:9000], "cannot be read|damaged|not a JPEG"),
        (encoded(noise())[:20], "not a JPEG|damaged"),
        (bomb(60_000, 60_000), "more than 50 megapixels"),
        (bomb(10_000, 5_001), "more than 50 megapixels"),
        (bomb(1_000, 1_000), "cannot be read to its end"),
        (b"\xff\xd8" + bytes(MAX_BYTES), "at most 20 MB"),
    ],
    ids=[
        *("empty", "text", "gif", "bmp", "jpeg-cut", "png-cut", "webp-cut", "stump"),
        *("bomb", "just-too-large", "hollow", "heavy"),
    ],
)
def test_a_bad_file_gets_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        read_upload(data, 32)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_picture_of_exactly_the_limit_is_read():
    data = encoded(Image.new("L", (10_000, 5_000), 255), "PNG")
    assert (read_upload(data, 16).pixels == 255).all()


def test_damaged_exif_is_no_reason_to_refuse():
    data = encoded(noise(), exif=b"Exif\x00\x00" + bytes(range(64)))
    photo = read_upload(data, 32)
    assert photo.truth_deg is None and photo.truth_problem
