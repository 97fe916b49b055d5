"""From a photo's file to facts about it and to a square of pixels."""

import hashlib
import io
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from geoutils.photos.exif import ExifFacts, read_exif, upright
from geoutils.photos.jpeg_end import first_end
from geoutils.photos.photo_file import NoPhotoFile, open_regular, read_photo

FORMATS = ("JPEG", "PNG", "WEBP")
JPEGS = ("JPEG", "MPO")  # MPO: with other pictures behind the first, which alone is read
TRUNCATED = "truncated file"
CHECK_SIZE = (64, 64)  # decoding to about this size finds every truncated file, and fast
WHOLE_PIXELS = 64_000_000  # of an image that is in memory at full size while it is decoded


class TooManyPixels(ValueError):
    """An image that by its header is too large to be decoded."""

    def __init__(self, limit: int):
        super().__init__(f"more than {limit:,} pixels")


@dataclass(frozen=True)
class PhotoFacts:
    """What a look at one file found; `problem` tells why it cannot be used, "" if it can."""

    problem: str
    width: int = 0  # as displayed: after the EXIF orientation
    height: int = 0
    sha256: str = ""
    exif: ExifFacts | None = None


def examine(path: str | Path) -> PhotoFacts:
    """Open a photo, decode it (scaled down, to its last byte), hash its bytes and read its EXIF.

    Never raises for a bad file: the reason stands in `problem`.
    """
    try:
        data = read_photo(path)
    except OSError as error:
        return PhotoFacts(f"unreadable file ({error.strerror})")
    except NoPhotoFile as error:
        return PhotoFacts(str(error))
    return examine_bytes(data)


def examine_bytes(data: bytes) -> PhotoFacts:
    """`examine` for a photo that is in memory."""
    if not data:
        return PhotoFacts("empty file")
    try:
        with open_image(io.BytesIO(data)) as image:
            facts = read_exif(image)
            width, height = image.size
            image.draft("RGB", CHECK_SIZE)
            image.load()
            # What is behind a picture that is cut short can pass for the rest of it.
            if image.format in JPEGS and not first_end(data):
                return PhotoFacts(TRUNCATED)
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        return PhotoFacts(problem_of(error))
    if facts.orientation >= 5:
        width, height = height, width
    return PhotoFacts("", width, height, hashlib.sha256(data).hexdigest(), facts)


def examine_all(paths: Sequence[str | Path]) -> list[PhotoFacts]:
    """`examine` for many photos, in their order, on all cores, with a progress bar.

    Threads suffice: Pillow decodes and hashlib hashes outside Python's interpreter lock.
    """
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:
        warnings.simplefilter("ignore")  # Pillow warns of damage that ends up in `problem`
        found = pool.map(examine, paths)
        return list(tqdm(found, "looking at photos", total=len(paths), unit="photo", mininterval=1))


def decode_square(path: str | Path | io.BytesIO, size: int) -> UInt8[ndarray, "size size 3"]:
    """The centre square of a photo (a file, or one in memory), upright, in RGB, `size` pixels wide.

    JPEGs are decoded at the smallest scale of 1/1, 1/2, 1/4 or 1/8 whose shorter side still has
    twice the wanted pixels, which saves most of the work; the rest is a filtered resize. What is
    transparent turns white. Raises ValueError where the file cannot be decoded.
    """
    in_memory = isinstance(path, io.BytesIO)
    try:
        with nullcontext(path) if in_memory else open_regular(path) as file:
            return square_in(file, size)
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        name = "in memory" if in_memory else path
        raise ValueError(f"photo {name}: {problem_of(error)}") from None


def square_in(file: io.BufferedIOBase, size: int) -> UInt8[ndarray, "size size 3"]:
    """`decode_square` of an opened file, which raises whatever Pillow does for a damaged one."""
    with open_image(file) as image:
        image.draft("RGB", (2 * size, 2 * size))
        return square_of(image, size)


def open_image(file: io.BufferedIOBase) -> Image.Image:
    """An opened image of one of the formats that are read; nothing of it is decoded yet.

    Raises TooManyPixels by what its header says. A JPEG may be larger than others, since it is
    decoded at a smaller scale piece by piece, unless it is progressive and so held as a whole.
    """
    try:
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooManyPixels(2 * Image.MAX_IMAGE_PIXELS) from None
    held_whole = image.format not in JPEGS or "progressive" in image.info
    if held_whole and image.width * image.height > WHOLE_PIXELS:
        image.close()
        raise TooManyPixels(WHOLE_PIXELS)
    return image


def square_of(image: Image.Image, size: int) -> UInt8[ndarray, "size size 3"]:
    """The centre square of an opened image, upright, in RGB, `size` pixels wide.

    What is transparent turns white. Raises whatever Pillow does for an image that is damaged.
    """
    orientation = read_exif(image).orientation
    picture = opaque(image)
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    square = picture.resize(
        (size, size), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side)
    )
    return np.asarray(upright(square, orientation))


def opaque(image: Image.Image) -> Image.Image:
    """The image in RGB, laid on white where it is transparent; of 16 bits the upper 8 are taken."""
    if image.mode.startswith("I"):  # converting such would cut off what is lighter than 255
        values = np.asarray(image).clip(0, 2**16 - 1)
        grey = (values >> 8).astype(np.uint8)
        grey[values == image.info.get("transparency", -1)] = 255
        return Image.fromarray(grey).convert("RGB")
    if "A" not in image.getbands() and "transparency" not in image.info:
        if image.mode != "RGB":
            return image.convert("RGB")
        image.load()  # not converted: that would copy it
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")


def problem_of(error: Exception) -> str:
    """A reason in a few words for an exception that a decoder raised."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, UnidentifiedImageError):
        return "not a JPEG, PNG or WebP image"
    if isinstance(error, TooManyPixels | NoPhotoFile):
        return str(error)
    text = " ".join(str(error).split()).removesuffix(".")
    if "truncated" in text.lower():
        return TRUNCATED
    return f"damaged image ({text or type(error).__name__})"
