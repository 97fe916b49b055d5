"""What the rest is made from: the list of photos, the photos themselves, and the cells."""

from pathlib import Path

import numpy as np
import pandas as pd

from geoutils.study.reproduction.move import Move
from geoutils.study.reproduction.sums import Sums, differs, sums, text_sum

FILE = "check/sources.json"


def source_sums(results: Path) -> dict[str, dict[str, Sums]]:
    """Sums of each column of a study's manifest and partitions, and of its photos, by file.

    ValueError where the study has no manifest.
    """
    manifest = results / "manifest.parquet"
    if not manifest.exists():
        raise ValueError(f"{results}: no manifest.parquet; run the study first")
    tables = [manifest, *sorted((results / "partitions").rglob("*.parquet"))]
    found = {_name(path, results): column_sums(pd.read_parquet(path)) for path in tables}
    for path in sorted((results / "photos").glob("*.npy")):
        pixels = np.load(path, mmap_mode="r")
        # A photo's pixels are rounded to whole numbers: those in the balance may fall either way.
        means = pixels.reshape(len(pixels), -1).mean(axis=1).round(1)
        found[_name(path, results)] = {"means": sums(means), "all": [*pixels.shape]}
    return found


def column_sums(table: pd.DataFrame) -> dict[str, Sums]:
    """Sums of each column of a table; of its texts where it has such, or lists."""
    return {
        str(name): sums(column.to_numpy(dtype=float, na_value=np.nan))
        if pd.api.types.is_numeric_dtype(column)
        else text_sum([str(value) for value in column])
        for name, column in table.items()
    }


def source_moves(
    before: dict[str, dict[str, Sums]], after: dict[str, dict[str, Sums]]
) -> list[Move]:
    """Columns that are not the same, and files that came or went."""
    moves = []
    for file in dict.fromkeys([*before, *after]):
        old, new = before.get(file, {}), after.get(file, {})
        for column in dict.fromkeys([*old, *new]):
            if column not in old or column not in new or differs(old[column], new[column]):
                texts = [str(side.get(column, "nothing")) for side in (old, new)]
                moves.append(Move(file, column, *texts, beyond=True))
    return moves


def _name(path: Path, results: Path) -> str:
    return path.relative_to(results).as_posix()
