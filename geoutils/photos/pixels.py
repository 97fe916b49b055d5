"""The photos of a manifest as arrays: a few of them made at once, or all of a study opened.

Those of a study are rows in the manifest's order, made once (stored) or decoded when asked for
(live).
"""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.photos.decoded import decode_rows
from geoutils.photos.drawn import draw_rows
from geoutils.photos.live_pixels import Pixels
from geoutils.photos.live_record import live_record, open_live_pixels


def is_rendered(manifest: pd.DataFrame) -> bool:
    """Whether the manifest's photos are drawn (they have a seed) rather than files (a path).

    Raises ValueError for a manifest of positions only.
    """
    if "seed" not in manifest and "path" not in manifest:
        raise ValueError("manifest: neither a column path nor seed, so there are no pixels to make")
    return "seed" in manifest


def pictures(manifest: pd.DataFrame, size: int) -> UInt8[ndarray, "photos size size 3"]:
    """The photos of some rows, decoded or rendered at any size, without a file.

    A photo that cannot be read (any more) is grey, and named on the screen.
    """
    if is_rendered(manifest):
        return draw_rows(manifest, size)[0]
    images, lost = decode_rows(manifest, size)
    for number, reason in lost.items():
        print(f"{manifest['photo'].iloc[number]} is shown grey: {reason}", flush=True)
    return images


def open_pixels(path: str | Path) -> UInt8[Pixels, "..."]:
    """Open pixels (photos, size, size, 3) or concepts (photos, size, size) without loading them.

    Stored ones come as a memory map; photos that are decoded live as `LivePixels`.
    Raises ValueError where there is no file, or one of anything else.
    """
    if live_record(path).is_file():
        return open_live_pixels(path)
    try:
        pixels = np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise ValueError(f"pixels: no file {path}; notebook 01_photos writes it") from None
    except (ValueError, EOFError) as error:
        raise ValueError(f"pixels: {path} is no array file ({error})") from None
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4):
        raise ValueError(f"pixels: {path} holds {pixels.dtype} {pixels.shape}, not uint8 pictures")
    return pixels


def has_pixels(path: str | Path) -> bool:
    """Whether `open_pixels` finds any there, stored or to be decoded."""
    return Path(path).is_file() or live_record(path).is_file()


def concepts_path(path: str | Path) -> Path:
    """Where the concept maps of a pixel file lie: 64px.npy -> 64px_concepts.npy."""
    path = Path(path)
    return path.with_name(f"{path.stem}_concepts{path.suffix}")


def hash_pixels(pixels: UInt8[ndarray, "photos ..."]) -> list[str]:
    """SHA-256 of each photo's pixels: two photos with the same one look exactly alike."""
    return [hashlib.sha256(np.ascontiguousarray(photo)).hexdigest() for photo in pixels]
