"""Masks that somebody made: one PNG a photo, or all photos in one array file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Integer, UInt8
from numpy import ndarray
from PIL import Image, UnidentifiedImageError

from geoutils.explanation.segmentation.segmenter import check_rows

MAX_CONCEPTS = 255  # a concept map is of bytes, 0 is none


@dataclass(frozen=True)
class MaskFolder:
    """A PNG of values for each photo in `folder`, and `names.csv` beside them.

    Photo "a/b.jpg" has the mask a/b.jpg.png or a/b.png: one channel (grey, palette or 16 bit), of
    the whole upright photo; its centre square is cut out, as of the photo. `names.csv` has the
    columns value and name; 0 need not be listed, it is none. Called, raises ValueError for a
    missing or damaged file, or a value without a name.
    """

    folder: str | Path

    def __post_init__(self):
        object.__setattr__(self, "_listed", _read_names(Path(self.folder) / "names.csv"))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the concepts, "none" first, then in the order of `names.csv`."""
        return tuple(dict.fromkeys(["none", *self._listed.values()]))

    def __call__(
        self, manifest: pd.DataFrame, pixels: UInt8[ndarray, "photos h w 3"]
    ) -> UInt8[ndarray, "photos h w"]:
        """Concept of each pixel, as the files say."""
        check_rows(manifest, pixels)
        size = pixels.shape[1:3]
        masks = [self._mask(photo, size) for photo in manifest["photo"]]
        return np.stack(masks) if masks else np.empty((0, *size), np.uint8)

    def _mask(self, photo: str, size: tuple[int, int]) -> UInt8[ndarray, "h w"]:
        folder = Path(self.folder)
        paths = [folder / f"{photo}.png", (folder / photo).with_suffix(".png")]
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            raise ValueError(f"photo {photo}: no mask {' or '.join(map(str, paths))}")
        try:
            with Image.open(path, formats=("PNG",)) as image:
                values = np.asarray(image)
        except (UnidentifiedImageError, OSError, SyntaxError) as error:
            raise ValueError(f"photo {photo}: mask {path} is no PNG ({error})") from None
        if values.ndim != 2:
            raise ValueError(f"photo {photo}: mask {path} has colours; expected one channel")
        return _numbered(square(values.astype(np.int64), size), self._listed, self.names, photo)


@dataclass(frozen=True)
class MaskArray:
    """An .npz file with `photo` (names), `masks` (photos, height, width) and `names`.

    Value v of a mask is concept `names[v]`; `names[0]` must be "none". Masks are of the photos as
    the study sees them, at any size. Raises ValueError for a file that lacks an array, for arrays
    that do not fit and, when called, for a photo without a mask.
    """

    path: str | Path

    def __post_init__(self):
        try:
            with np.load(self.path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in ("photo", "masks", "names")}
        except (OSError, KeyError, ValueError) as error:
            raise ValueError(f"masks: {self.path} cannot be used ({error})") from None
        names, masks = tuple(map(str, arrays["names"])), arrays["masks"]
        if len(masks) != len(arrays["photo"]) or masks.ndim != 3:
            raise ValueError(f"masks: shape {masks.shape} for {len(arrays['photo'])} photos")
        if names[:1] != ("none",) or len(names) > MAX_CONCEPTS + 1:
            raise ValueError(f"names: {len(names)}; expected 'none' and up to {MAX_CONCEPTS} more")
        if masks.size and not 0 <= masks.min() <= masks.max() < len(names):
            raise ValueError(f"masks: values up to {masks.max()}, but there are {len(names)} names")
        rows = {str(photo): row for row, photo in enumerate(arrays["photo"])}
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_masks", masks.astype(np.uint8))
        object.__setattr__(self, "_rows", rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the concepts, "none" first."""
        return self._names

    def __call__(
        self, manifest: pd.DataFrame, pixels: UInt8[ndarray, "photos h w 3"]
    ) -> UInt8[ndarray, "photos h w"]:
        """Concept of each pixel, as the file says."""
        check_rows(manifest, pixels)
        missing = [photo for photo in manifest["photo"] if photo not in self._rows]
        if missing:
            raise ValueError(f"photo {missing[0]}: no mask in {self.path} ({len(missing)} such)")
        rows = [self._rows[photo] for photo in manifest["photo"]]
        height, width = self._masks.shape[1:]
        down, across = (
            _nearest(0.0, old, new)
            for old, new in zip((height, width), pixels.shape[1:3], strict=True)
        )
        return self._masks[rows][:, down[:, None], across]


def square(
    values: Integer[ndarray, "rows columns"], size: tuple[int, int]
) -> Integer[ndarray, "h w"]:
    """The centre square of a mask, each pixel the nearest value: never a mixture of two."""
    side = min(values.shape)
    down, across = (
        _nearest((old - side) / 2, side, new) for old, new in zip(values.shape, size, strict=True)
    )
    return values[down[:, None], across]


def _nearest(start: float, length: int, n: int) -> Integer[ndarray, " n"]:
    """Index of the value at the centre of each of n pixels that share out a stretch."""
    return np.floor(start + (np.arange(n) + 0.5) * length / n).astype(np.int64)


def _numbered(
    values: Integer[ndarray, "h w"], listed: Mapping[int, str], names: tuple[str, ...], photo: str
) -> UInt8[ndarray, "h w"]:
    """Places in `names` in place of a file's values."""
    found, inverse = np.unique(values, return_inverse=True)
    unknown = [int(value) for value in found if value and value not in listed]
    if unknown:
        raise ValueError(f"photo {photo}: its mask has values {unknown} that names.csv lacks")
    numbers = [names.index(listed.get(int(value), "none")) for value in found]
    return np.array(numbers, np.uint8)[inverse].reshape(values.shape)


def _read_names(path: Path) -> dict[int, str]:
    try:
        table = pd.read_csv(path, dtype={"name": str}, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"names: {path} cannot be read ({error})") from None
    if not {"value", "name"} <= set(table.columns):
        raise ValueError(f"names: {path} has columns {list(table)}; expected value and name")
    if table["value"].duplicated().any() or not 1 <= table["name"].nunique() <= MAX_CONCEPTS:
        raise ValueError(f"names: {path}; expected 1 to {MAX_CONCEPTS} names, each value once")
    return dict(zip(table["value"].astype(int), table["name"], strict=True))
