"""Predictions as the scripts of other groups read and write them: a CSV, one row per photo.

"isn" are the result files that Müller-Budack et al. (2018) published; "isn_classes" is what the
inference of their later code writes, a row for each photo and partition; "osv5m" has the names of
OpenStreetView-5M (Astruc et al. 2024).
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.files import replacing
from geoutils.known_names import known_name
from geoutils.sphere import EARTH_RADIUS_KM, checked_latlon, great_circle_km

FORMATS = {  # their columns in order, and what we call them
    "isn": {
        "img_id": "photo",
        "gt_lat": "true_latitude",
        "predicted_lat": "latitude",
        "gt_long": "true_longitude",
        "predicted_long": "longitude",
        "great_circle_distance": "distance_km",
    },
    "isn_classes": {
        "img_id": "photo",
        "p_key": "partition",
        "pred_class": "cell",
        "pred_lat": "latitude",
        "pred_lng": "longitude",
    },
    "osv5m": {
        "id": "photo",
        "pred_lat": "latitude",
        "pred_lon": "longitude",
        "true_lat": "true_latitude",
        "true_lon": "true_longitude",
        "distance": "distance_km",
    },
}
_NEEDED = ("photo", "latitude", "longitude")
_TEXTS = ("photo", "partition")


def write_predictions_csv(
    table: pd.DataFrame,
    path: str | Path,
    style: str = "isn",
    truth_deg: Real[ndarray, "truths 2"] | None = None,
    partition: str = "",
    radius_km: float = EARTH_RADIUS_KM,
) -> None:
    """Write a table of `locate`, or of a saved study's, in one of FORMATS.

    Without a truth its columns and the distance in km stay empty, as do the points of photos that
    are placed nowhere. `partition` is the key of the cells in isn_classes. Peers' distances are on
    a sphere of `radius_km` = 6371. Names stand as they are, also where a spreadsheet would run them
    as a formula, since others look photos up by them. Raises ValueError for an unknown style and
    truths that do not fit the table.
    """
    columns = FORMATS[known_name("style", style, FORMATS)]
    points = table[["latitude", "longitude"]].to_numpy(np.float64)
    truth = np.full(points.shape, np.nan) if truth_deg is None else truth_deg
    if len(truth) != len(table):
        raise ValueError(f"truth_deg: {len(truth)} rows for {len(table)} photos of the table")
    both = np.isfinite(points).all(axis=1) & np.isfinite(truth).all(axis=1)
    distances_km = np.full(len(table), np.nan)
    distances_km[both] = great_circle_km(points[both], truth[both], radius_km)
    values = {
        "photo": table["photo"].to_numpy(),
        "partition": partition,
        "cell": table["cell"].to_numpy(),
        "latitude": points[:, 0],
        "longitude": points[:, 1],
        "true_latitude": truth[:, 0],
        "true_longitude": truth[:, 1],
        "distance_km": distances_km,
    }
    with replacing(path) as temporary:
        written = pd.DataFrame({theirs: values[ours] for theirs, ours in columns.items()})
        written.to_csv(temporary, index=False, lineterminator="\n")


def read_predictions_csv(path: str | Path) -> pd.DataFrame:
    """Read a file in any of FORMATS, known by its columns; others in it are left out.

    Columns photo, latitude, longitude and, where the format has them, true_latitude,
    true_longitude and distance_km as it stands there, or partition and cell; empty numbers are
    NaN. Raises ValueError for other files, and for numbers that are none or out of range.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # of more fields than names
            table = pd.read_csv(
                path, dtype=str, keep_default_na=False, index_col=False, encoding="utf-8-sig"
            )
    except (ValueError, pd.errors.ParserWarning) as error:
        raise ValueError(f"path: {path} is no CSV table ({' '.join(str(error).split())})") from None
    columns = next((names for names in FORMATS.values() if _needed(names) <= {*table}), None)
    if columns is None:
        known = "; ".join(", ".join(sorted(_needed(names))) for names in FORMATS.values())
        raise ValueError(f"path: {path} has columns {[*table][:12]}; expected {known}")
    read = pd.DataFrame(
        {
            ours: table[theirs] if ours in _TEXTS else _numbers(table[theirs], path)
            for theirs, ours in columns.items()
            if theirs in table
        }
    )
    for kind in ("", "true_"):
        names = [f"{kind}latitude", f"{kind}longitude"]
        if {*names} <= {*read}:
            points = read[names].to_numpy(np.float64)
            checked_latlon(points[~np.isnan(points).any(axis=1)], f"path: {path}: {names[0]}")
    return read


def _needed(columns: dict[str, str]) -> set[str]:
    return {theirs for theirs, ours in columns.items() if ours in _NEEDED}


def _numbers(column: pd.Series, path: str | Path) -> pd.Series:
    text = column.str.strip()
    numbers = pd.to_numeric(text.where(text != "", None), errors="coerce").astype(np.float64)
    bad = numbers.isna() & ~text.str.lower().isin(["", "nan"])
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise ValueError(
            f"path: {column.name} in row {row + 1} of {path} is {text[row]!r}, expected a number"
        )
    return numbers
