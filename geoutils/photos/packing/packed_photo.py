"""What becomes of one photo when it is packed: its own bytes, or a smaller JPEG."""

import io
from collections.abc import Mapping
from typing import Any, NamedTuple

from PIL import Image, UnidentifiedImageError

from geoutils.photos.decode import examine_bytes, opaque, open_image, problem_of
from geoutils.photos.exif import read_exif, upright
from geoutils.photos.photo_file import NoPhotoFile, read_photo

QUALITY = 90  # of the JPEGs, as Pillow counts
LONGEST = 65_500  # pixels of a JPEG's side
UNREADABLE = "unreadable file"
SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}


class Original(NamedTuple):
    """A photo to be packed: its row in the manifest, where its bytes lie, and what is known."""

    row: int
    path: str
    offset: int
    length: int
    facts: Mapping[str, Any]


class PackedPhoto(NamedTuple):
    """A photo as it goes into a shard; `problem` tells why it cannot, "" if it can."""

    row: int
    problem: str
    data: bytes = b""
    suffix: str = ""
    width: int = 0  # as displayed
    height: int = 0
    sha256: str = ""  # of `data`
    facts: Mapping[str, Any] = {}


def packed_photo(original: Original, size: int) -> PackedPhoto:
    """The photo with its shorter side `size` pixels long, or as it is (`size` 0, or it is smaller).

    What is made smaller becomes a JPEG that stands upright, without EXIF and colour profile, white
    where it was transparent; so does what is small already but no upright JPEG. Every photo is
    decoded, if only at a small scale, so that a damaged one is found now. Never raises for a bad
    file.
    """
    try:
        data = read_photo(original.path, original.offset, original.length)
        if not data:
            return lost(original, "empty file")
        with open_image(io.BytesIO(data)) as image:
            suffix = SUFFIXES[image.format]
            if size and not _fits(image, size):
                data, suffix = _smaller(image, size), ".jpg"
    except OSError as error:
        if error.strerror:
            return lost(original, f"{UNREADABLE} ({error.strerror})")
        return lost(original, _reason(error))
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        return lost(original, _reason(error))
    found = examine_bytes(data)
    if found.problem:
        return lost(original, found.problem)
    facts = dict(original.facts) | {"width": found.width, "height": found.height}
    seen = found.width, found.height, found.sha256
    return PackedPhoto(original.row, "", data, suffix, *seen, facts)


def lost(original: Original, problem: str) -> PackedPhoto:
    """A photo that cannot be packed."""
    return PackedPhoto(original.row, problem)


def _fits(image: Image.Image, size: int) -> bool:
    """Whether the photo may stay as it is: small, upright and a JPEG."""
    small = min(image.size) <= size
    return small and image.format == "JPEG" and read_exif(image).orientation == 1


def _smaller(image: Image.Image, size: int) -> bytes:
    orientation = read_exif(image).orientation
    scale = min(1.0, size / min(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    if max(width, height) > LONGEST:
        raise NoPhotoFile(f"longer than the {LONGEST:,} pixels that a JPEG can have")
    image.draft("RGB", (2 * size, 2 * size))
    picture = opaque(image).resize((width, height), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    upright(picture, orientation).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _reason(error: Exception) -> str:
    is_no_image = isinstance(error, UnidentifiedImageError)
    return "not a JPEG, PNG or WebP image" if is_no_image else problem_of(error)
