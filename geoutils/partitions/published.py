"""S2 cells as papers publish them: one CSV row per cell, with its token, photos and point.

ISN's cells on MP-16 (Müller-Budack et al. 2018, Table 1) came in this format: 3,298 coarse, 7,202
middle and 12,893 fine cells. As their authors first published them two lines stand above the header
(num_images, min_concept_probability), which their later code skips by default and writes no longer.
Both ways are read and written. Which coarse cell holds a fine one is a matter of geometry
(`Hierarchy.of`). The tables of children published beside the files agree with it, but for two
slips: the fine cells 1019, 4595 and 4687 (leaf cells 47e66e20858771d3, 487604cfba8aa333 and
12a4a2f6ad1e0fc9, hundreds of photos on one spot) are no one's children there, and the table of
the coarse cells has an empty entry 3298, one beyond the last class.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from geoutils.files import replacing
from geoutils.partitions.partition import Partition
from geoutils.partitions.s2_cells import S2Cells
from geoutils.s2 import centers
from geoutils.sphere import great_circle_km

_POINT = ["latitude_mean", "longitude_mean"]
_COLUMNS = ["class_label", "hex_id", "imgs_per_cell", *_POINT]
_ABOVE = ("num_images", "min_concept_probability")
# What spreadsheets write for tokens that look like numbers; no token ends in 0 or has a point.
_NUMBER = re.compile(r"\d+(\.\d*)?[eE][+-]\d+|\d+\.\d*|\d*0")
_GREATEST = 2**53  # whole number that a float still holds


def read_cells_csv(path: str | Path, name: str = "") -> Partition:
    """Read S2 cells in the published format, class numbers as they stand there.

    Columns class_label (0 … n - 1 in any order), hex_id (the S2 token), imgs_per_cell,
    latitude_mean, longitude_mean (degrees). The partition is named after the file unless a name
    is given. ValueError for a file that is no such table, missing columns or values, no
    rows, class numbers with gaps, tokens that are no S2 cells or that a spreadsheet has changed,
    cells that overlap, and points far from their cells.
    """
    table = _read(Path(path))
    cells = S2Cells.from_columns(table.rename(columns={"hex_id": "token"}))
    partition = Partition(
        name=name or Path(path).stem,
        cells=cells,
        centers_deg=table[_POINT].to_numpy(np.float64),
        counts=table["imgs_per_cell"].to_numpy(np.int64),
        names=cells.labels(),
    )
    # A mean of locations lies in its cell; a lost zero (071 became 71) shows in nothing else.
    off_km = great_circle_km(partition.centers_deg, centers(cells.ids))
    far = off_km > 2 * np.sqrt(cells.areas_km2()) + 1
    if far.any():
        worst = int(far.argmax())
        raise ValueError(
            f"path: the point of class {worst} in {path} lies {off_km[worst]:,.0f} km from its "
            f"cell {partition.names[worst]!r}; a spreadsheet drops zeros in front of tokens, "
            "or latitude and longitude are exchanged"
        )
    return partition


def write_cells_csv(partition: Partition, path: str | Path, preamble: bool = False) -> None:
    """Write S2 cells in the published format; what `read_cells_csv` reads comes out the same.

    With the `preamble` of ISN's first files, code that skips two rows finds the header. The format
    has no place for names: they become tokens. ValueError for cells of another kind.
    """
    if not isinstance(partition.cells, S2Cells):
        kind = partition.cells.kind
        raise ValueError(f"partition: the format holds S2 cells only, got cells of kind {kind!r}")
    rows = [range(len(partition)), partition.cells.labels(), partition.counts]
    table = pd.DataFrame(dict(zip(_COLUMNS, [*rows, *partition.centers_deg.T], strict=True)))
    with replacing(path) as temporary:
        with open(temporary, "w", encoding="utf-8", newline="") as file:
            if preamble:
                file.write(f"num_images: {partition.counts.sum()}\nmin_concept_probability: ---\n")
            table.to_csv(file, index=False, lineterminator="\n")


def read_rows(
    path: Path,
    whole: list[str],
    real: list[str],
    texts: tuple[str, ...] = (),
    skipped: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Rows of a CSV that has columns of whole numbers, of numbers and of texts, all checked.

    In order of the first of the `whole` columns, the class. Lines above the header that begin with
    one of `skipped` are left out. ValueError, with the path, for a file
    that is no CSV, for missing columns or numbers, no rows, and class numbers with gaps.
    """
    try:
        above = _lines_above(path, skipped)
        # Tokens look like numbers.
        table = pd.read_csv(path, dtype=dict.fromkeys(texts, str), skiprows=above)
    except pd.errors.EmptyDataError as error:
        raise ValueError(f"path: {path} is empty") from error
    except ValueError as error:  # not UTF-8, or rows of many lengths
        raise ValueError(
            f"path: {path} is no CSV table ({' '.join(str(error).split())})"
        ) from error
    missing = [column for column in [*whole, *texts, *real] if column not in table]
    if missing:
        raise ValueError(f"path: {path} lacks the columns {missing}; found {[*table]}")
    if not isinstance(table.index, pd.RangeIndex):  # pandas takes what is too much for row names
        raise ValueError(f"path: {path} is no CSV table: its rows are longer than its header")
    if table.empty:
        raise ValueError(f"path: {path} holds no cells")
    for column in [*whole, *real]:
        try:
            numbers = pd.to_numeric(table[column], errors="coerce")
        except OverflowError:  # whole numbers of hundreds of digits
            numbers = pd.to_numeric(table[column].astype("str"), errors="coerce")
        bad = ~np.isfinite(numbers)
        if column in whole:
            bad |= (numbers % 1 != 0) | (numbers.abs() > _GREATEST)
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise ValueError(
                f"path: {column} in row {row} of {path} is {str(table[column][row])!r}, "
                f"expected {'a whole number' if column in whole else 'a number'}"
            )
        table[column] = numbers
    table = table.sort_values(whole[0], ignore_index=True)
    if not np.array_equal(table[whole[0]], np.arange(len(table))):
        raise ValueError(f"path: {whole[0]} in {path} does not count from 0 without gaps")
    return table


def _lines_above(path: Path, skipped: tuple[str, ...]) -> int:
    """How many lines a file begins with that start with one of these texts."""
    with open(path, encoding="utf-8-sig") as file:
        for number, line in enumerate(file):
            if not skipped or not line.startswith(skipped):
                return number
    return 0


def _read(path: Path) -> pd.DataFrame:
    """Return the file's rows in order of their class, all columns checked but the tokens' cells."""
    table = read_rows(path, ["class_label", "imgs_per_cell"], _POINT, ("hex_id",), _ABOVE)
    table["hex_id"] = table["hex_id"].fillna("")
    changed = [k for k, token in enumerate(table["hex_id"]) if _NUMBER.fullmatch(token)]
    if changed:
        example = table["hex_id"][changed[0]]
        raise ValueError(
            f"path: a spreadsheet has turned tokens of {path} into numbers: at least "
            f"{len(changed)} of {len(table)} in hex_id, such as {example!r} of class {changed[0]}; "
            "take the original file, opened in no spreadsheet"
        )
    return table
