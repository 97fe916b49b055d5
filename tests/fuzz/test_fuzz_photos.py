"""Damaged pictures and EXIF blocks end in pixels, in a position, or in a sentence."""

import io
import math
import struct
import time
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import survivors
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from geoutils.photos.decode import decode_square, examine
from geoutils.photos.exif import gps_position, read_exif

GPS = ExifTags.GPS
USUAL = [0.0, 7.0, 15.5, 30, 59.999, 60, IFDRational(451, 100), IFDRational(12)]
NUMBERS = [-1, -0.0, 60.001, 90, 180, 180.5, 1e308, math.inf, -math.inf, math.nan]
VALUES = [
    *(None, "", "12", b"12", "N", b"\xff", "x" * 999, True, 10**400, 1j, object(), [], {}),
    *(IFDRational(0, 0), IFDRational(1, 0), IFDRational(-1, 0), IFDRational(7, -2)),
    *(IFDRational(2**32 - 1, 1), IFDRational(1, 2**32 - 1)),
]
REFERENCES = [
    *("N", "S", "E", "W", "n", "s", b"S", b"W\x00", " South", "", None, "X", 0, b"\xff", ())
]


def photo(format, position=True):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation], exif[ExifTags.Base.Artist] = 6, "=ann"
    block = {GPS.GPSLatitudeRef: "S", GPS.GPSLatitude: (33.0, 52.0, 7.5)}
    block |= {GPS.GPSLongitudeRef: "W", GPS.GPSLongitude: (71.0, 12.0, IFDRational(225, 10))}
    if position:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(block)
    pixels = np.random.default_rng(0).integers(0, 256, (16, 24, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format, exif=exif.tobytes())
    return buffer.getvalue()


PHOTOS = [photo("JPEG"), photo("PNG"), photo("WEBP"), photo("JPEG", position=False)]


@pytest.fixture(autouse=True)
def quiet():
    """Without Pillow's warnings of damage, which readers turn off as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_damaged_pictures_are_pixels_or_a_sentence():
    found = list(survivors(PHOTOS, lambda data: decode_square(io.BytesIO(data), 8), 5_000))
    assert len(found) > 500 and {square.shape for square in found} == {(8, 8, 3)}


def test_a_look_at_a_damaged_file_never_raises(tmp_path):
    def look(data):
        (tmp_path / "photo.jpg").write_bytes(data)
        return examine(tmp_path / "photo.jpg")

    looks = list(survivors(PHOTOS, look, 1_500, seed=1))
    assert len(looks) == 1_500  # not even a ValueError
    for facts in looks:
        assert bool(facts.problem) != bool(facts.sha256) and "\n" not in facts.problem
        position = None if facts.exif is None else facts.exif.latlon_deg
        assert position is None or (abs(position[0]) <= 90 and abs(position[1]) <= 180)


def test_positions_of_any_tags_are_places_or_a_sentence():
    rng = np.random.default_rng(2)

    def drawn(values):
        return values[rng.integers(len(values))]

    placed = 0
    for _ in range(6_000):
        block = {GPS.GPSLatitudeRef: drawn(REFERENCES), GPS.GPSLongitudeRef: drawn(REFERENCES)}
        for tag in (GPS.GPSLatitude, GPS.GPSLongitude):
            parts = tuple(drawn(drawn([USUAL] * 12 + [NUMBERS, VALUES])) for _ in range(3))
            shapes = [parts, parts[: rng.integers(4)], drawn(VALUES), parts * 2]
            block[tag] = shapes[rng.choice(4, p=[0.7, 0.1, 0.1, 0.1])]
        block = {tag: value for tag, value in block.items() if rng.random() < 0.95}
        try:
            latitude, longitude = gps_position(block)
        except ValueError as error:
            assert str(error) and "\n" not in str(error)
        else:
            placed += 1
            assert abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    assert placed > 40


@settings(max_examples=1_000, deadline=None, derandomize=True, database=None)
@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from([1, 1000, 10**6]))
def test_positions_written_by_a_camera_come_back_in_their_hemisphere(latitude, longitude, unit):
    def parts(value):
        seconds = round(abs(value) * 3600 * unit)
        whole = seconds // (60 * unit)
        return (
            IFDRational(whole // 60, 1),
            IFDRational(whole % 60),
            IFDRational(seconds % (60 * unit), unit),
        )

    block = {GPS.GPSLatitude: parts(latitude), GPS.GPSLongitude: parts(longitude)}
    block[GPS.GPSLatitudeRef] = "S" if latitude < 0 else "N"
    block[GPS.GPSLongitudeRef] = "W" if longitude < 0 else "E"
    near = 0.51 / (3600 * unit) + 1e-9
    if not any(map(any, (parts(latitude), parts(longitude)))):  # rounded to zero, both
        with pytest.raises(ValueError, match="0, 0"):
            gps_position(block)
    else:
        np.testing.assert_allclose(gps_position(block), (latitude, longitude), atol=near)


def test_missing_references_and_zero_denominators_are_told_apart():
    whole = {
        GPS.GPSLatitudeRef: "S",
        GPS.GPSLatitude: (IFDRational(10), IFDRational(0), IFDRational(0)),
        GPS.GPSLongitudeRef: "W",
        GPS.GPSLongitude: (IFDRational(20), IFDRational(0), IFDRational(0)),
    }
    assert gps_position(whole) == (-10, -20)
    for tag in (GPS.GPSLatitudeRef, GPS.GPSLongitudeRef):
        with pytest.raises(ValueError, match="reference is missing"):
            gps_position({key: value for key, value in whole.items() if key != tag})
    for tag in (GPS.GPSLatitude, GPS.GPSLongitude):
        for zero in (IFDRational(0, 0), IFDRational(5, 0)):
            with pytest.raises(ValueError, match="has a zero denominator"):
                gps_position(whole | {tag: (IFDRational(1), zero, IFDRational(0))})


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bombs():
    """A PNG and a JPEG of billions of pixels by their headers, and a PNG text that swells."""
    png = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    )
    swelling = zlib.compress(bytes(80_000_000))
    text = chunk(b"zTXt", b"k\x00\x00" + swelling)
    jpeg = bytearray(PHOTOS[3])
    size = jpeg.index(b"\xff\xc0") + 5
    jpeg[size : size + 4] = struct.pack(">HH", 65_500, 65_500)
    return {
        "png": png + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b""),
        "text": PHOTOS[1][:33] + text + PHOTOS[1][33:],
        "jpeg": bytes(jpeg),
    }


@pytest.mark.parametrize("kind", ["png", "text", "jpeg"])
def test_decompression_bombs_are_refused_unopened(kind):
    data = bombs()[kind]
    assert len(data) < 200_000
    started = time.process_time()
    if kind == "text":  # the text is cut or refused, the picture may be read
        list(survivors([data], lambda damaged: decode_square(io.BytesIO(damaged), 8), 20))
    else:
        with pytest.raises(ValueError, match=r"more than [\d,]+ pixels"):
            decode_square(io.BytesIO(data), 8)
    assert time.process_time() - started < 5


def test_exif_of_damaged_pictures_never_raises():
    def read(data):
        try:
            image = Image.open(io.BytesIO(data))
        except Exception:  # no picture, which is another test's concern
            return None
        return read_exif(image)

    found = [facts for facts in survivors(PHOTOS, read, 1_500, seed=3) if facts is not None]
    assert len(found) > 500
    for facts in found:
        assert facts.orientation in range(1, 9) and (facts.author + facts.camera).isprintable()
        assert (facts.latlon_deg is None) == bool(facts.problem)
