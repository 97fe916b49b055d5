"""Photos as somebody has them (files, pictures of Pillow, arrays), made ready for a model."""

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image

from geoutils.photos.decode import decode_square, square_of

Photo = Any  # a path, a picture of Pillow or an array; what else comes is refused by name


def photo_list(photos: Photo | Sequence[Photo]) -> tuple[list[Photo], bool]:
    """The photos one by one, and whether a single one was given.

    An array with four axes holds as many photos as its first is long.
    """
    is_array = isinstance(photos, ndarray)
    if isinstance(photos, str | os.PathLike | Image.Image) or (is_array and photos.ndim < 4):
        return [photos], True
    if isinstance(photos, list | tuple | ndarray):
        return list(photos), False
    raise ValueError(f"photos: {_kind(photos)}; expected paths, pictures or arrays, or a list")


def photo_names(photos: Sequence[Photo]) -> list[str]:
    """What to call photos: the path they came from, else their number, counted from 0.

    Raises ValueError for a path that is no text, as names of files need not be.
    """
    names = [_path_of(photo) or f"photo {k}" for k, photo in enumerate(photos)]
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            told = name.encode(errors="surrogateescape").decode(errors="replace")
            raise ValueError(f"photo {told}: a name that is no UTF-8") from None
    return names


def given_squares(photos: Sequence[Photo], size: int) -> UInt8[ndarray, "photos size size 3"]:
    """The centre square of each photo, upright, in RGB, `size` pixels wide.

    Arrays are uint8, (height, width) in grey, or with 3 (RGB) or 4 (and opacity) values a pixel.
    Raises ValueError naming the first photo that cannot be read.
    """
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:
        warnings.simplefilter("ignore")  # of damaged EXIF, which says nothing about the picture
        names = photo_names(photos)
        return np.stack([*pool.map(lambda photo, name: _square(photo, name, size), photos, names)])


def _square(photo: Photo, name: str, size: int) -> UInt8[ndarray, "size size 3"]:
    if isinstance(photo, str | os.PathLike):
        return decode_square(photo, size)
    try:
        image = photo if isinstance(photo, Image.Image) else _image_of(photo)
        return square_of(image, size)
    except Exception as error:  # Pillow raises whatever a damaged file leads it to
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{name}: {reason}") from None


def _image_of(photo: Any) -> Image.Image:
    if not isinstance(photo, ndarray):
        raise ValueError(f"{_kind(photo)}; expected a path, a picture or an array")
    is_grey, is_color = photo.ndim == 2, photo.ndim == 3 and photo.shape[2] in (3, 4)
    if photo.dtype != np.uint8 or not (is_grey or is_color) or 0 in photo.shape:
        raise ValueError(
            f"{photo.dtype} of shape {photo.shape}; expected uint8 of (height, width, 3)"
        )
    return Image.fromarray(photo)


def _path_of(photo: Photo) -> str:
    if isinstance(photo, str | os.PathLike):
        return os.fspath(photo)
    return str(getattr(photo, "filename", ""))


def _kind(photo: object) -> str:
    return f"found {type(photo).__name__}"
