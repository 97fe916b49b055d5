"""What stands on disk for photos that are decoded live."""

import json
import os
from pathlib import Path

import pandas as pd
from pyarrow import parquet

from geoutils.files import replacing
from geoutils.parquet import read_parquet
from geoutils.photos.live_pixels import IDENTITY, LivePixels, identity_of, require_files
from geoutils.photos.lost_list import lost_list


def record_live_pixels(manifest_file: str | Path, path: str | Path, size: int) -> None:
    """Have `open_pixels(path)` decode the photos of a manifest whenever they are read.

    Pixels that are stored there are deleted, and so is the list of photos that were lost. Raises
    ValueError for photos that are no files: drawing one takes much longer than reading it.
    """
    manifest_file, path = Path(manifest_file), Path(path)
    manifest = _read_places(manifest_file)
    told = {
        "photos": len(manifest),
        "size": size,
        "rows": identity_of(manifest),
        "manifest": os.path.relpath(manifest_file, path.parent),
    }
    with replacing(live_record(path)) as temporary:
        temporary.write_text(json.dumps(told, indent=1) + "\n")
    for older in (path, path.with_suffix(".json"), lost_list(path)):
        older.unlink(missing_ok=True)


def open_live_pixels(path: str | Path) -> LivePixels:
    """What `record_live_pixels` promised; ValueError where the manifest has changed since."""
    record = live_record(path)
    told = json.loads(record.read_text())
    manifest_file = record.parent / told["manifest"]
    manifest = _read_places(manifest_file)
    if identity_of(manifest) != told["rows"]:
        raise ValueError(f"pixels: {manifest_file} lists other photos now; run notebook 01 again")
    return LivePixels(manifest, told["size"], lost_list(path))


def live_record(path: str | Path) -> Path:
    """What stands where photos are not stored but decoded live: 64px.npy -> 64px_live.json."""
    path = Path(path)
    return path.with_name(f"{path.stem}_live.json")


def _read_places(manifest_file: Path) -> pd.DataFrame:
    known = parquet.read_schema(manifest_file).names
    require_files(known)
    return read_parquet(manifest_file, ["photo", *(name for name in IDENTITY if name in known)])
