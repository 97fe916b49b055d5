"""Photos of a manifest that are files, decoded; of those that are gone by now, why."""

import io

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.photos.decode import problem_of, square_in
from geoutils.photos.photo_file import open_regular, read_photo

GREY = 128  # of a photo that cannot be read
FEW, FEW_SHARE = 3, 0.01  # photos that may be lost; where more are, a disk may be


def decode_rows(
    rows: pd.DataFrame, size: int
) -> tuple[UInt8[ndarray, "n size size 3"], dict[int, str]]:
    """The centre squares of photos that are files or parts of shards, `size` pixels wide.

    One that cannot be read, as if it was deleted since it was listed, is grey, and told by its
    number with the reason.
    """
    images = np.full((len(rows), size, size, 3), GREY, dtype=np.uint8)
    parts = rows.reindex(columns=["path", "offset", "length"], fill_value=0)
    lost = {}
    for number, (path, offset, length) in enumerate(parts.itertuples(index=False)):
        try:
            part = io.BytesIO(read_photo(path, offset, length)) if length else open_regular(path)
            with part as file:
                images[number] = square_in(file, size)
        except Exception as error:  # decoders raise whatever a damaged file leads them to
            said = error.strerror if isinstance(error, PermissionError) else ""
            lost[number] = f"unreadable file ({said})" if said else problem_of(error)
    return images, lost


def check_few(manifest: pd.DataFrame, lost: dict[int, str]) -> None:
    """Raise ValueError where more photos are lost, by row, than may be: a disk may be missing."""
    if len(lost) > min(max(FEW, FEW_SHARE * len(manifest)), len(manifest) - 1):
        row = min(lost)
        raise ValueError(
            f"photos: {len(lost)} of {len(manifest)} cannot be read, such as "
            f"{manifest['path'].iloc[row]}: {lost[row]}; is their disk there?"
        )
