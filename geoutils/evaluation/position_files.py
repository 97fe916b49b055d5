"""Positions of photos from someone's file, refused rather than repaired where they are unclear.

A list to train on may lose a few bad rows; a list to be scored may not, since each counts.
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from geoutils.parquet import read_parquet
from geoutils.photos.columns import KNOWN_NAMES, guess_columns, known_columns, refuse_swapped

_UNREADABLE = (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.ParserWarning)
_DELIMITERS = (",", ";", "\t")
# Other groups' names in files that hold what was predicted and the truth as well.
_PREDICTED = {
    "latitude": ("predicted_lat", "pred_lat"),
    "longitude": ("predicted_long", "pred_lng", "pred_lon"),
}
_TRUE = {
    "latitude": ("true_lat", "gt_lat", "true_latitude"),
    "longitude": ("true_lon", "true_lng", "gt_long", "gt_lon", "true_longitude"),
}


def read_positions(path: str | Path, of_truth: bool = False) -> pd.DataFrame:
    """Read columns photo, latitude, longitude and, where there is one, author.

    Columns are found by the names that public lists use, or those of other groups' predictions
    (`geoutils.prediction.peer_files`), of which `of_truth` takes the true ones. Coordinates are
    degrees, both NaN where both are empty. Raises ValueError, in one sentence, for a file that
    cannot be read, unreadable coordinates, photos without a name or named twice, and for a truth
    that is predictions alone or looks swapped.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: no such file; expected a CSV or Parquet table")
    table = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    table = _with_our_names(table, _TRUE if of_truth else _PREDICTED)
    if of_truth and not {*known_columns(list(table.columns))} & {*_TRUE}:
        predicted = [*_found(table, _PREDICTED).values()]
        if predicted:
            told = f"found {', '.join(predicted)}, which are predictions"
            raise ValueError(f"{path}: no column for the true position; {told}")
    names = guess_columns(list(table.columns), str(path))
    if "photo" not in names:
        found = " ".join(", ".join(map(str, table.columns)).split())
        raise ValueError(f"{path}: no column for the photo; found {found}")
    wanted = [name for name in ("photo", "latitude", "longitude", "author") if name in names]
    table = table[[names[name] for name in wanted]].set_axis(wanted, axis=1)
    if len(table) == 0:
        raise ValueError(f"{path}: no row in this table; expected one per photo")
    for name in set(wanted) & {"photo", "author"}:
        table[name] = table[name].astype("str").fillna("").str.strip()
    for name, most in (("latitude", 90), ("longitude", 180)):
        table[name] = _coordinates(table[name], most, f"{path}: {name}")
    if of_truth:
        refuse_swapped(*table[["latitude", "longitude"]].to_numpy(np.float64).T, str(path))
    half = table["latitude"].isna() != table["longitude"].isna()
    _refuse(table, half, f"{path}: only one of two coordinates")
    _refuse(table, table["photo"] == "", f"{path}: no name of the photo")
    again = table["photo"].duplicated()
    _refuse(table, again, f"{path}: the same photo more than once")
    return table


def _found(table: pd.DataFrame, known: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """The columns that hold both coordinates by `known` names, {} where one is missing."""
    plain = {str(name).strip().lower(): name for name in table}
    found = {
        ours: next((plain[name] for name in theirs if name in plain), None)
        for ours, theirs in known.items()
    }
    return {} if None in found.values() else found


def _with_our_names(table: pd.DataFrame, known: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """The table in which the coordinates of `known` names, if there, are the only ones."""
    found = _found(table, known)
    if not found:
        return table
    others = {name.strip().lower() for ours in found for name in KNOWN_NAMES[ours]}
    kept = [name for name in table if str(name).strip().lower() not in others]
    return table[kept].rename(columns={theirs: ours for ours, theirs in found.items()})


def _coordinates(column: pd.Series, most: int, where: str) -> pd.Series:
    """Numbers of degrees, NaN where nothing is written."""
    text = column.astype("str").fillna("").str.strip()
    numbers = pd.to_numeric(text.where(text != "", None), errors="coerce").astype(np.float64)
    written = ~text.str.lower().isin(["", "nan"])
    bad = written & ~(numbers.abs() <= most)  # NaN compares false, so it is caught too
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise ValueError(
            f"{where}: {bad.sum()} unreadable, first {text.iloc[row]!r} in row {row + 1}; expected "
            f"degrees from −{most:g} to {most:g}"
        )
    return numbers


def _refuse(table: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        row = int(bad.to_numpy().argmax())
        name = table["photo"].iloc[row]
        raise ValueError(f"{what} in {bad.sum()} rows, first row {row + 1}, photo {name!r}")


def _csv(path: Path) -> pd.DataFrame:
    """All columns as text."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            header = file.readline()
        delimiter = max(_DELIMITERS, key=header.count)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # of more fields than names
            return pd.read_csv(
                path,
                sep=delimiter,
                dtype="str",
                keep_default_na=False,
                index_col=False,
                encoding="utf-8-sig",
            )
    except _UNREADABLE as error:
        raise ValueError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None
    except pd.errors.EmptyDataError:
        raise ValueError(f"{path}: an empty file; expected a table with a header") from None


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return read_parquet(path)
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None
