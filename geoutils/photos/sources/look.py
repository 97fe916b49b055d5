"""A quick look at one photo: its beginning and its end are read, the middle only if in doubt."""

import hashlib
import io
import os
from typing import NamedTuple

from PIL import Image

from geoutils.photos.decode import examine_bytes, open_image, problem_of
from geoutils.photos.exif import ExifFacts, read_exif
from geoutils.photos.jpeg_end import END, ends_before_trailer, first_end
from geoutils.photos.photo_file import BYTES_LIMIT, NoPhotoFile, open_regular, read_photo

TAIL = 4096  # bytes at the end that are read
ENDS = {"JPEG": END, "MPO": END, "PNG": b"IEND\xaeB`\x82"}  # MPO: a JPEG with others behind it


class Look(NamedTuple):
    """What a look at one photo found; `problem` tells why it cannot be used, "" if it can."""

    problem: str
    width: int = 0  # as displayed
    height: int = 0
    latitude: float | None = None  # of EXIF, and why there is none
    longitude: float | None = None
    no_position: str = ""
    author: str = ""
    camera: str = ""
    sha256: str = ""


def look_at(path: str, offset: int = 0, length: int = 0, thorough: bool = False) -> Look:
    """Facts about a photo that is a file, or `length` bytes of one from `offset` on.

    What the format wants at a photo's end tells whether it is whole; of a JPEG that has more behind
    it the end is looked for. A photo without it is decoded to find out, and with `thorough` every
    one is. `sha256` is that of the file's length and its last 4096 bytes, which copies have in
    common; with `thorough` of all its bytes. Never raises for a bad file: the reason stands in
    `problem`.
    """
    try:
        with io.BytesIO(read_photo(path, offset, length)) if length else open_regular(path) as file:
            return _look(file, thorough)
    except OSError as error:
        if error.strerror:
            return Look(f"unreadable file ({error.strerror})")
        return Look(problem_of(error))
    except NoPhotoFile as error:
        return Look(str(error))


def _look(file: io.BufferedIOBase, thorough: bool) -> Look:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return Look("empty file")
    if size > BYTES_LIMIT:
        return Look(f"more than {BYTES_LIMIT:,} bytes")
    if not thorough:
        file.seek(max(0, size - TAIL))
        tail = file.read(TAIL)
        try:
            with open_image(file) as image:
                facts, (width, height) = read_exif(image), image.size
                is_whole = _is_whole(image, tail, size, file)
        except Exception as error:  # decoders raise whatever a damaged file leads them to
            return Look(problem_of(error))
        if is_whole:
            digest = hashlib.sha256(size.to_bytes(8) + tail).hexdigest()
            return _with(facts, width, height, digest)
    file.seek(0)
    found = examine_bytes(file.read())
    if found.problem or found.exif is None:
        return Look(found.problem)
    return _with(found.exif, found.width, found.height, found.sha256, turned=True)


def _with(facts: ExifFacts, width: int, height: int, sha256: str, turned: bool = False) -> Look:
    if facts.orientation >= 5 and not turned:
        width, height = height, width
    latitude, longitude = facts.latlon_deg or (None, None)
    return Look(
        *("", width, height, latitude, longitude),
        *(facts.problem, facts.author, facts.camera, sha256),
    )


def _is_whole(image: Image.Image, tail: bytes, size: int, file: io.BufferedIOBase) -> bool:
    """Whether the file has its format's end; zeros behind it do not count, of a JPEG nothing."""
    format = image.format
    if format == "WEBP":  # says its length at its beginning
        file.seek(4)
        return int.from_bytes(file.read(4), "little") + 8 <= size
    if format not in ENDS or tail.rstrip(b"\0").endswith(ENDS[format]):
        return format in ENDS
    if format == "PNG":
        return False
    if ends_before_trailer(file, tail, size, image.info.get("xmp", b"")):
        return True
    file.seek(0)
    return first_end(file.read()) > 0
