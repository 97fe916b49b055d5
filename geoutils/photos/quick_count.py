"""How many photos have a position, by a quick look at them."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import parquet

from geoutils.photos.decode import open_image
from geoutils.photos.exif import read_exif
from geoutils.photos.folder import PHOTO_SUFFIXES, files_below, listed_photos
from geoutils.photos.manifest import text_of
from geoutils.photos.photo_file import open_regular
from geoutils.photos.sources.checked import MANIFEST
from geoutils.photos.table import read_columns


def count_in_folder(folder: Path) -> int:
    """Photos below a folder with a position in their EXIF or in a `photos.csv`.

    Only the beginning of each file is read. What `read_folder` finds is less by the photos that
    are damaged further on.
    """
    files = files_below(folder.resolve())
    listed = listed_photos(files)
    photos = [file for file in files if file.suffix.lower() in PHOTO_SUFFIXES]
    with warnings.catch_warnings(), ThreadPoolExecutor(os.cpu_count()) as pool:
        warnings.simplefilter("ignore")  # Pillow warns of damage, and notebook 01 says of which
        placed = pool.map(lambda photo: photo in listed or _has_position(photo), photos)
        return sum(placed)


def count_in_list(path: Path, photos_dir: str | Path) -> int:
    """Rows of a list with a position whose files lie in `photos_dir`; 0 without such a folder."""
    if not photos_dir or not Path(photos_dir).is_dir():
        return 0
    table, _ = read_columns(path)
    if "photo" not in table:
        return 0
    position = table[["latitude", "longitude"]].apply(pd.to_numeric, errors="coerce")
    placed = np.isfinite(position.to_numpy(dtype=float, na_value=np.nan)).all(axis=1)
    names = text_of(table["photo"])[placed]
    return sum(os.path.isfile(os.path.join(photos_dir, name)) for name in names)


def count_checked(folder: Path) -> int:
    """Photos of a finished check whose files are known; 0 where only positions are."""
    with parquet.ParquetFile(folder / MANIFEST) as file:
        return file.metadata.num_rows if "path" in file.schema_arrow.names else 0


def _has_position(photo: Path) -> bool:
    try:
        with open_regular(photo) as file, open_image(file) as image:
            return read_exif(image).latlon_deg is not None
    except Exception:  # damaged in one of many ways, and so not counted
        return False
