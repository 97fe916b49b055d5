"""Small photos with EXIF, made on the spot."""

import io

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational


def _gps_block(latitude, longitude):
    def parts(value):
        minutes = abs(value) * 60
        seconds = round((minutes % 1) * 60 * 1000)
        return (
            IFDRational(int(minutes) // 60, 1),
            IFDRational(int(minutes) % 60, 1),
            IFDRational(seconds, 1000),
        )

    return {
        ExifTags.GPS.GPSLatitudeRef: "S" if latitude < 0 else "N",
        ExifTags.GPS.GPSLatitude: parts(latitude),
        ExifTags.GPS.GPSLongitudeRef: "W" if longitude < 0 else "E",
        ExifTags.GPS.GPSLongitude: parts(longitude),
    }


def _photo_bytes(
    latlon=None, size=(96, 64), gps=None, tags=(), format="JPEG", seed=0, mode="RGB", picture=None
):
    exif = Image.Exif()
    block = _gps_block(*latlon) if latlon is not None else (gps or {})
    if block:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(block)
    for tag, value in dict(tags).items():
        exif[tag] = value
    if picture is None:
        channels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], len(mode)))
        picture = Image.fromarray(
            channels.astype(np.uint8), mode="RGBA" if mode == "RGBA" else None
        )
    buffer = io.BytesIO()
    picture.save(buffer, format, exif=exif.tobytes())  # an Exif of GPS alone counts as empty
    return buffer.getvalue()


@pytest.fixture
def photo_bytes():
    """A function (latlon, size, gps, tags, format, seed, mode, picture) -> bytes of a photo."""
    return _photo_bytes


@pytest.fixture(scope="module")
def photo_maker():
    """`photo_bytes`, for fixtures that a whole module shares."""
    return _photo_bytes
