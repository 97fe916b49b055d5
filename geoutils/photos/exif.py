"""What a photo's EXIF data says: where it was taken, which way is up, who took it, with what.

Layout and meaning of the tags: CIPA DC-008 (Exif 2.32), sections 4.6.4 (orientation, artist) and
4.6.6 (GPS).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image

# How to turn the stored picture so that it stands upright, by EXIF orientation.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class ExifFacts:
    """What EXIF says of one photo; `problem` tells why there is no position."""

    latlon_deg: tuple[float, float] | None
    problem: str
    author: str
    camera: str
    orientation: int  # 1 to 8; 1 (as stored) where absent or damaged


def read_exif(image: Image.Image) -> ExifFacts:
    """EXIF facts of an opened image; damaged data never raises, it becomes the `problem`."""
    try:
        exif = image.getexif()
        gps = dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except Exception as error:  # Pillow raises whatever a damaged block leads it to
        return ExifFacts(None, f"EXIF damaged ({type(error).__name__})", "", "", 1)
    try:
        position, problem = gps_position(gps), ""
    except ValueError as error:
        position, problem = None, str(error)
    orientation = exif.get(ExifTags.Base.Orientation)
    return ExifFacts(
        latlon_deg=position,
        problem=problem,
        author=_text(exif.get(ExifTags.Base.Artist)),
        camera=_camera(_text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))),
        orientation=orientation if orientation in UPRIGHT else 1,
    )


def gps_position(gps: Mapping[int, Any]) -> tuple[float, float]:
    """Latitude and longitude in degrees from the tags of a GPS block.

    Raises ValueError saying what is missing or wrong. A value without its reference (N or S, E or
    W) is refused rather than guessed: the wrong hemisphere would look like any other position.

    >>> gps_position({1: "S", 2: (33.0, 30.0, 0.0), 3: "E", 4: (151.0, 15.0, 0.0)})
    (-33.5, 151.25)
    """
    if ExifTags.GPS.GPSLatitude not in gps and ExifTags.GPS.GPSLongitude not in gps:
        raise ValueError("no GPS position in EXIF")
    latitude = _signed(
        "latitude",
        gps.get(ExifTags.GPS.GPSLatitude),
        gps.get(ExifTags.GPS.GPSLatitudeRef),
        ("N", "S"),
        90,
    )
    longitude = _signed(
        "longitude",
        gps.get(ExifTags.GPS.GPSLongitude),
        gps.get(ExifTags.GPS.GPSLongitudeRef),
        ("E", "W"),
        180,
    )
    if latitude == 0 and longitude == 0:
        raise ValueError("GPS position 0, 0 in EXIF: the usual sign of an unknown one")
    return latitude, longitude


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture turned and mirrored as its EXIF orientation asks."""
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image


def _signed(name: str, value: Any, reference: Any, letters: tuple[str, str], limit: int) -> float:
    """One coordinate in degrees: `letters` are its positive and its negative reference."""
    if value is None:
        raise ValueError(f"GPS {name} missing in EXIF")
    letter = _text(reference)[:1].upper()
    if letter not in letters or not letter:
        found = f"is {letter!r}" if letter else "is missing"
        raise ValueError(f"GPS {name} reference {found} in EXIF, not {letters[0]} or {letters[1]}")
    degrees = _degrees(name, value)
    if degrees > limit:
        raise ValueError(f"GPS {name} {degrees:g} in EXIF is beyond {limit}")
    return degrees if letter == letters[0] else 0.0 - degrees


def _degrees(name: str, value: Any) -> float:
    """Degrees from (degrees, minutes, seconds), of which the last ones may be left out."""
    parts = value if isinstance(value, (tuple, list)) else (value,)
    try:
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError, ArithmeticError):
        raise ValueError(f"GPS {name} in EXIF is no number") from None
    if not 1 <= len(numbers) <= 3:
        raise ValueError(f"GPS {name} in EXIF has {len(numbers)} numbers, not 1 to 3")
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"GPS {name} in EXIF has a zero denominator")
    if min(numbers) < 0 or max(numbers[1:], default=0) > 60:  # 60 itself: rounded up by the camera
        raise ValueError(f"GPS {name} in EXIF has minutes or seconds outside 0 to 60, or a minus")
    return sum(number / 60**place for place, number in enumerate(numbers))


def _text(value: Any) -> str:
    """Text of a tag: bytes decoded, padding and what does not print removed, "" where absent."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        return ""
    value = value.split("\x00", 1)[0].strip()
    if value.isprintable():
        return value
    return "".join(letter for letter in value if letter.isprintable())


def _camera(maker: str, model: str) -> str:
    """Maker and model, the maker only once ("NIKON" and "NIKON D70s" give "NIKON D70s")."""
    same = maker and model.lower().startswith(maker.split()[0].lower())
    return model if same else f"{maker} {model}".strip()
