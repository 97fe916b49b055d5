"""The labels in a manifest of any length: which photos lack them, and the manifest with them."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Bool
from numpy import ndarray
from pyarrow import parquet

from geoutils.files import replacing
from geoutils.photos.manifest import SCENES

ROWS = 5_000  # in memory


def pieces(manifest: Path) -> Iterator[tuple[int, pd.DataFrame]]:
    """The manifest, some rows at a time, each piece with the number of its first row."""
    first = 0
    with parquet.ParquetFile(manifest) as file:
        for batch in file.iter_batches(batch_size=ROWS):
            table = batch.to_pandas(ignore_metadata=True)
            yield first, table
            first += len(table)


def unlabelled(table: pd.DataFrame) -> Bool[ndarray, " photos"]:
    """Which photos lack any of the three labels."""
    missing = (table["scene"] == "").to_numpy(dtype=bool)
    for name in ("s16", "s365"):
        missing = missing | ((table[name] < 0).to_numpy(dtype=bool) if name in table else True)
    return missing


def write_labels(base: sqlite3.Connection, manifest: Path) -> dict[str, int]:
    """Put the labels of a journal into the manifest; return how many photos are of each scene."""
    counts = dict.fromkeys(["", *SCENES], 0)
    with replacing(manifest) as temporary, ExitStack() as stack:
        writer = None
        for first, table in pieces(manifest):
            query = "SELECT row, s3, s16, s365 FROM label WHERE row >= ? AND row < ? AND s3 >= 0"
            found = np.array(
                base.execute(query, (first, first + len(table))).fetchall(), dtype=np.int64
            ).reshape(-1, 4)
            table = _with_labels(table, found[:, 0] - first, found[:, 1:])
            for scene, n_photos in table["scene"].value_counts().items():
                counts[scene] += n_photos
            if writer is None:
                schema = pa.Schema.from_pandas(table, preserve_index=False)
                writer = stack.enter_context(parquet.ParquetWriter(temporary, schema))
            writer.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))
        stack.close()  # before the file takes its place
    return {scene: n for scene, n in counts.items() if n}


def _with_labels(table: pd.DataFrame, rows: ndarray, labels: ndarray) -> pd.DataFrame:
    """A piece of the manifest with labels for some rows, where they have none."""
    scenes = table["scene"].to_numpy(dtype=object).copy()
    new = np.array(SCENES, dtype=object)[labels[:, 0]]
    scenes[rows] = np.where(scenes[rows] == "", new, scenes[rows])
    table = table.assign(scene=pd.Series(scenes, index=table.index).astype("str"))
    for column, name in ((1, "s16"), (2, "s365")):
        codes = np.full(len(table), -1) if name not in table else table[name].to_numpy().copy()
        codes[rows] = np.where(codes[rows] < 0, labels[:, column], codes[rows])
        table[name] = codes.astype(np.int16)
    return table
