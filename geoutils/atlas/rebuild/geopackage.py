"""Read a layer of a GeoPackage with nothing but SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

ENVELOPE_BYTES = (0, 32, 48, 48, 64)  # by the kind of envelope in a blob's header


def read_layer(path: Path, layer: str, columns: list[str], geometry: str) -> pd.DataFrame:
    """Rows of a layer with the wanted columns and their geometry, in the file's order.

    A blob is a header of 8 bytes, an envelope, and well-known binary (OGC 12-128r19, clause 2.1.3).
    """
    chosen = ", ".join(f'"{column}"' for column in [*columns, geometry])
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        rows = database.execute(f'SELECT {chosen} FROM "{layer}" ORDER BY rowid').fetchall()
    table = pd.DataFrame([row[:-1] for row in rows], columns=columns)
    binary = [row[-1][8 + ENVELOPE_BYTES[row[-1][3] >> 1 & 7] :] for row in rows]
    table["geometry"] = shapely.from_wkb(np.array(binary, dtype=object))
    return table
