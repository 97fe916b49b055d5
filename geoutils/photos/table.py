"""Photo lists as manifests: CSV or Parquet with a position per row (MP-16, Im2GPS3k, YFCC26k …)."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Float
from numpy import ndarray
from pyarrow import compute, parquet

from geoutils.photos.columns import guess_columns, refuse_swapped
from geoutils.photos.csv_rows import UNREADABLE, first_line, open_rows, unreadable
from geoutils.photos.decode import PhotoFacts, examine_all
from geoutils.photos.labels import scenes_of
from geoutils.photos.manifest import SPLITS, sift, text_of

OTHER_SPLIT_NAMES = {"training": "train", "valid": "val", "validation": "val", "testing": "test"}
TABLE_SUFFIXES = (".csv", ".tsv", ".parquet")
WORKBOOK_SUFFIXES = (".xlsx", ".xls", ".ods", ".numbers")
NAMES = ("photo", "author")  # of which each digit counts


def read_table(
    path: str | Path, photos_dir: str | Path | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a photo list as (manifest, rejected); columns are found by their known names.

    Needs a latitude and a longitude column; photo, author, split, scene labels (S3, S16) and scene
    probabilities are used where there are any, `s16` and `s365` are kept (-1: none). Rows of a list
    without a photo column are named after the file and the row. With `photos_dir` the photos are
    looked for there, opened and checked; without it the manifest holds positions only.

    Raises ValueError, in one line, for a file that cannot be read, has no position columns, has
    them swapped, or has no row; bad rows are rejected one by one.
    """
    path = Path(path)
    table, broken_lines = read_columns(path)
    if len(table) == 0:
        raise no_row(path, broken_lines.itertuples(index=False, name=None))
    if "photo" not in table:
        table["photo"] = [f"{path.stem}-{row:07d}" for row in range(len(table))]
    if "split" in table:
        table["split"] = _known_splits(text_of(table["split"]), str(path))
    table = with_scene_codes(table)
    if photos_dir is not None:
        table = _with_files(table, Path(photos_dir))
    manifest, rejected = sift(table)
    return manifest, pd.concat([rejected, broken_lines], ignore_index=True)


def with_scene_codes(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `scene` from its best label, and whole numbers `s16`, `s365` (-1: none)."""
    table = table.assign(scene=scenes_of(table))
    for column in {"s16", "s365"} & set(table):
        codes = pd.to_numeric(table[column], errors="coerce")
        table[column] = codes.where(codes.between(0, 364), -1).astype("int16")
    return table.drop(columns=["s3", "prob_indoor", "prob_natural", "prob_urban"], errors="ignore")


def _known_splits(names: pd.Series, where: str) -> pd.Series:
    """Splits under our names; ValueError for unknown ones, or where only some rows have one."""
    names = names.map({name: split_of(name, where) for name in sorted(set(names))}).astype("str")
    if (names == "").any() and (names != "").any():
        raise ValueError(f"{where}: {(names == '').sum()} rows have no split; fill or drop them")
    return names


def split_of(name: str, where: str) -> str:
    """One split under our name, "" for none; ValueError for an unknown one."""
    name = name.strip().lower()
    if OTHER_SPLIT_NAMES.get(name, name) not in (*SPLITS, ""):
        raise ValueError(f"{where}: split {name!r}; expected {', '.join(SPLITS)}")
    return OTHER_SPLIT_NAMES.get(name, name)


def read_columns(path: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The columns of a list that we know, under our names, and its broken lines (photo, reason).

    Raises ValueError for a file that cannot be read, lacks positions or has them swapped.
    """
    path = Path(path)
    require_table(path)
    is_parquet = path.suffix.lower() == ".parquet"
    try:
        table, broken = _read_parquet(path) if is_parquet else _read_csv(path)
    except UNREADABLE as error:
        raise unreadable(path, error) from None
    latitude, longitude = (
        pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("latitude", "longitude")
    )
    refuse_swapped(latitude, longitude, str(path))
    return table, pd.DataFrame(broken, columns=["photo", "reason"], dtype="str")


def require_table(path: Path) -> None:
    """Raise ValueError where there is no such file, or none that looks like a table."""
    if not path.is_file():
        raise ValueError(f"{path}: no such file; expected a table ({', '.join(TABLE_SUFFIXES)})")
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise ValueError(
            f"{path}: {suffix or 'no suffix'} is no table; "
            f"expected {', '.join(TABLE_SUFFIXES)}{workbook_hint(path)}"
        )


def workbook_hint(path: Path) -> str:
    """What to do with a spreadsheet, behind what an error says of its suffix."""
    return "; save it as CSV UTF-8" if path.suffix.lower() in WORKBOOK_SUFFIXES else ""


def no_row(path: Path, broken: Iterable[tuple[str, str]]) -> ValueError:
    """The error for a table without a row; the first of its broken lines tells why, if any."""
    for line, reason in broken:
        return ValueError(f"{path}: no row that can be read; {line}: {reason}")
    return ValueError(f"{path}: no row in this table; expected one per photo")


def _read_parquet(path: Path) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    guessed = guess_columns(parquet.read_schema(path).names, str(path))
    table = parquet.read_table(path, columns=list(guessed.values()))
    return in_pandas(table, guessed, path), []


def _read_csv(path: Path) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Known columns of a CSV as text, and its broken lines."""
    broken: list[tuple[str, str]] = []
    guessed = guess_columns(first_line(path).fields, str(path))
    with open_rows(path, list(guessed.values()), broken) as rows:
        return in_pandas(rows.read_all(), guessed, path), broken


def in_pandas(
    table: pa.Table | pa.RecordBatch, guessed: dict[str, str], where: Path
) -> pd.DataFrame:
    """Columns of a table under our names, names of photos and authors with all their digits.

    pandas would round whole numbers of 2^53 and more where one is missing beside them. Raises
    ValueError where the file itself has photos' names as such rounded numbers.
    """
    columns = {ours: table.column(theirs) for ours, theirs in guessed.items()}
    for ours in columns.keys() & {*NAMES}:
        kind = columns[ours].type
        if pa.types.is_integer(kind):
            columns[ours] = compute.cast(columns[ours], pa.string())
        elif ours == "photo" and pa.types.is_floating(kind):
            _refuse_rounded(columns[ours].to_numpy(), guessed[ours], where)
    # What pandas noted beside the columns is not needed, and damaged it would lead anywhere.
    return pa.table(columns).to_pandas(ignore_metadata=True)


def _refuse_rounded(numbers: Float[ndarray, " rows"], column: str, where: Path) -> None:
    exact = 2.0 ** (np.finfo(numbers.dtype).nmant + 1)
    rounded = numbers[np.isfinite(numbers) & (np.abs(numbers) >= exact)]
    if len(rounded):
        raise ValueError(
            f"{where}: column {column} holds names as floating-point numbers, whose last digits "
            f"are lost, e.g. {rounded[0]:.0f}; write it as text or whole numbers"
        )


def _with_files(table: pd.DataFrame, photos_dir: Path) -> pd.DataFrame:
    """The table with facts of each photo's file in `photos_dir`; `problem` where it is unusable."""
    if not photos_dir.is_dir():
        raise ValueError(f"photos_dir: no folder {photos_dir}")
    names = [PurePosixPath(name) for name in text_of(table["photo"])]
    inside = [not (name.is_absolute() or ".." in name.parts) for name in names]
    paths = [photos_dir / name for name, fine in zip(names, inside, strict=True) if fine]
    looks = iter(examine_all(paths))
    outside = PhotoFacts("path leads out of the photos folder")
    facts = [next(looks) if fine else outside for fine in inside]
    return table.assign(
        path=[str((photos_dir / name).resolve()) for name in names],
        problem=[fact.problem for fact in facts],
        width=[fact.width for fact in facts],
        height=[fact.height for fact in facts],
        sha256=[fact.sha256 for fact in facts],
        camera=[fact.exif.camera if fact.exif else "" for fact in facts],
    )
