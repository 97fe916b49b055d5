"""The photos of a checked manifest, read piece by piece: it may have millions of rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from geoutils.photos.packing.packed_photo import Original
from geoutils.photos.sources.checked import with_whole_paths

ROWS = 5_000  # of the manifest in memory at a time
BLOCK = 4  # photos that a process packs in one go; originals may have many megabytes
OF_THE_FILE = ("path", "offset", "length", "sha256")  # what is new in a shard


def n_rows(manifest: Path) -> int:
    """Number of photos of a manifest; ValueError where it is none."""
    with _opened(manifest) as file:
        return file.metadata.num_rows


def pieces(manifest: Path) -> Iterator[pd.DataFrame]:
    """The manifest, some rows at a time, with the whole paths of its files.

    Raises ValueError for a damaged file, and for one that has no photos but positions alone.
    """
    with _opened(manifest) as file:
        missing = {"photo", "latitude", "longitude"} - set(file.schema_arrow.names)
        if missing:
            raise ValueError(f"{manifest}: no column {', '.join(sorted(missing))}")
        if "path" not in file.schema_arrow.names:
            raise ValueError(f"{manifest}: positions alone; there are no photos to pack")
        try:
            for batch in file.iter_batches(ROWS):
                piece = batch.to_pandas(ignore_metadata=True)
                yield with_whole_paths(piece, manifest.parent)
        except pa.ArrowException as error:
            raise ValueError(f"{manifest}: cannot be read ({_one_line(error)})") from None


def originals(manifest: Path, first: int = 0) -> Iterator[list[Original]]:
    """The photos from row `first` on, in blocks."""
    row = 0
    for piece in pieces(manifest):
        skipped = min(len(piece), max(0, first - row))
        for start in range(skipped, len(piece), BLOCK):
            yield _block(piece.iloc[start : start + BLOCK], row + start)
        row += len(piece)


def _block(rows: pd.DataFrame, first: int) -> list[Original]:
    zeros = pd.Series(0, index=rows.index)
    places = zip(rows["path"], rows.get("offset", zeros), rows.get("length", zeros), strict=True)
    facts = rows.drop(columns=list(OF_THE_FILE), errors="ignore").to_dict("records")
    return [
        Original(first + k, str(path), int(offset), int(length), _known(told))
        for k, ((path, offset, length), told) in enumerate(zip(places, facts, strict=True))
    ]


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that say something: no empty text, no -1 that stands for no label."""
    return {
        name: value
        for name, value in facts.items()
        if isinstance(value, str | int | float)
        and value != ""
        and value == value  # NaN is not
        and not (name in ("s16", "s365") and value == -1)
    }


def _opened(manifest: Path) -> parquet.ParquetFile:
    try:
        return parquet.ParquetFile(manifest)
    except FileNotFoundError:
        raise
    except Exception as error:  # damaged metadata lead a reader anywhere
        raise ValueError(f"{manifest}: cannot be read ({_one_line(error)})") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
