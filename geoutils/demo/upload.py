"""From an uploaded file to a photo in memory, or to a sentence that says why not."""

import io
import warnings

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, UnidentifiedImageError

from geoutils.demo.photo import SHOWN_PX, DemoPhoto
from geoutils.photos.decode import FORMATS, decode_square
from geoutils.photos.exif import ExifFacts, read_exif

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000
FORMATS_TEXT = "JPEG, PNG or WebP, up to 20 MB and 50 megapixels"


def read_upload(data: bytes, size: int) -> DemoPhoto:
    """The centre square of an uploaded JPEG, PNG or WebP, upright, at `size` for the model.

    Nothing is written to disk. The position in its EXIF data, if any, is kept apart as the truth.
    Raises ValueError, with a sentence for the reader, for a file above 20 MB or 50 megapixels, of
    another format, truncated or damaged. The limit of pixels is read off the header: nothing of a
    larger picture is decoded.
    """
    if not data:
        raise ValueError("The file is empty.")
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"The file has {len(data) / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB can be read."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what becomes a sentence here
        facts = _checked_header(data)
        return DemoPhoto(
            pixels=_square(data, size),
            shown=_square(data, SHOWN_PX),
            truth_deg=facts.latlon_deg,
            truth_problem=facts.problem,
        )


def _checked_header(data: bytes) -> ExifFacts:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise _TooLarge
            return read_exif(image)
    except UnidentifiedImageError:
        raise ValueError("This is not a JPEG, PNG or WebP picture, whatever its name.") from None
    except (_TooLarge, Image.DecompressionBombError):
        raise ValueError(
            f"The picture has more than {MAX_PIXELS / 1e6:.0f} megapixels, the most that are read."
        ) from None
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        raise ValueError(f"The picture is damaged ({_reason(error)}).") from None


class _TooLarge(Exception):
    """More pixels than are read."""


def _square(data: bytes, size: int) -> UInt8[ndarray, "size size 3"]:
    try:
        return np.array(decode_square(io.BytesIO(data), size))
    except ValueError as error:
        reason = str(error).rpartition(": ")[2]
        raise ValueError(f"The picture cannot be read to its end ({reason}).") from None


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
