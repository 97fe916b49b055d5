"""The manifest: one row per photo, and beside it the photos set aside, each with its reason.

| column | type | meaning |
|---|---|---|
| photo | str | key of the photo, unique: a relative path, an id, a shard key |
| latitude, longitude | float64 | where it was taken, degrees, longitude in [-180, 180) |
| author | str | who took it; "" where unknown |
| scene | str | indoor, nature or urban (Places365, three groups); "" where unknown |
| split | str | train, val, test: no author in two of them; seen: held out, by train authors |
| width, height | int32 | pixels as displayed; 0 where the file was not opened |

Photos on disk also have `path`, `sha256` (of the file's bytes; after a quick check of their number
and the last 4096), `camera` and `position_source`; photos in shards `offset` and `length`, the run
of bytes of `path` where they lie. Rendered photos have `seed` and the truth of their scene. Further
columns are kept as they come.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from geoutils.files import replacing
from geoutils.parquet import read_parquet
from geoutils.sphere import wrap_longitude
from geoutils.spreadsheets import guarded, unguarded

COLUMNS = {
    "photo": "str",
    "latitude": "float64",
    "longitude": "float64",
    "author": "str",
    "scene": "str",
    "split": "str",
    "width": "int32",
    "height": "int32",
}
SCENES = ("indoor", "nature", "urban")  # in the order of Places365's S3 labels
SPLITS = ("train", "val", "test", "seen")
MISSING_TEXT = {"", "nan", "na", "n/a", "none", "null", "<na>"}


def sift(candidates: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part candidate rows into a manifest and the rejected ones (columns photo, reason).

    Candidates need `photo`, `latitude` and `longitude`, as numbers or text; a column `problem`
    says what a reader already found wrong ("" if nothing). Other columns of the manifest are
    filled with "" or 0 where absent. Every row ends in exactly one of the two tables. Position 0, 0
    is rejected: it lies in the Gulf of Guinea and nearly always stands for "not known".
    """
    candidates = candidates.reset_index(drop=True)
    photo = text_of(candidates["photo"])
    latitude, longitude = _numbers(candidates["latitude"]), _numbers(candidates["longitude"])
    reason = _position_problems(candidates, latitude, longitude)
    reason = np.where(photo == "", "photo without a name", reason)
    if "problem" in candidates:
        found = text_of(candidates["problem"]).to_numpy(dtype=object)
        reason = np.where(found != "", found, reason)
    good = reason == ""
    again = photo.where(good).duplicated() & good
    reason = np.where(again, "a photo of this name came before", reason)

    kept = candidates.drop(columns="problem", errors="ignore").assign(
        photo=photo, latitude=latitude, longitude=wrap_longitude(longitude)
    )[reason == ""]
    rejected = pd.DataFrame({"photo": photo, "reason": reason}).astype("str")
    return complete(kept), rejected[reason != ""].reset_index(drop=True)


def complete(manifest: pd.DataFrame) -> pd.DataFrame:
    """The manifest's columns in order and of their types; text and sizes default to "" and 0."""
    blanks = {"str": "", "int32": 0}
    columns = {}
    for name, kind in COLUMNS.items():
        column = manifest.get(name, pd.Series(blanks.get(kind), index=manifest.index))
        column = text_of(column) if kind == "str" else column
        columns[name] = (column.fillna(blanks[kind]) if kind in blanks else column).astype(kind)
    others = [name for name in manifest if name not in COLUMNS]
    return pd.DataFrame({**columns, **manifest[others]}).reset_index(drop=True)


def validate_manifest(manifest: pd.DataFrame) -> None:
    """Raise ValueError, in one line, at the first thing that breaks the schema above."""
    missing = [name for name in COLUMNS if name not in manifest]
    if missing:
        raise ValueError(
            f"manifest: no column {', '.join(missing)}; found {', '.join(map(str, manifest))}"
        )
    if len(manifest) == 0:
        raise ValueError("manifest: no photo in it; expected at least one")
    for name, kind in COLUMNS.items():
        is_text = pd.api.types.is_string_dtype(manifest[name])
        is_number = pd.api.types.is_numeric_dtype(manifest[name])
        if not (is_text if kind == "str" else is_number):
            raise ValueError(f"manifest: column {name} holds {manifest[name].dtype}, not {kind}")
        if manifest[name].isna().any():
            first = int(manifest[name].isna().to_numpy().argmax())
            raise ValueError(f"manifest: row {first} has no {name}")
    _refuse(manifest, "photo", manifest["photo"].duplicated(), "comes twice")
    _refuse(manifest, "photo", manifest["photo"] == "", "is an empty name")
    _refuse(manifest, "latitude", manifest["latitude"].abs() > 90, "is beyond 90")
    outside = (manifest["longitude"] < -180) | (manifest["longitude"] >= 180)
    _refuse(manifest, "longitude", outside, "is outside [-180, 180)")
    _refuse(manifest, "scene", ~manifest["scene"].isin(["", *SCENES]), f"is none of {SCENES}")
    _refuse(manifest, "split", ~manifest["split"].isin(SPLITS), f"is none of {SPLITS}")


def write_manifest(manifest: pd.DataFrame, path: str | Path) -> None:
    """Write a valid manifest as Parquet; ValueError, and nothing written, where it is not valid."""
    manifest = complete(manifest)
    validate_manifest(manifest)
    with replacing(path) as temporary:
        manifest.to_parquet(temporary, index=False)


def read_manifest(path: str | Path) -> pd.DataFrame:
    """Read and check a manifest; ValueError where the file is absent, no Parquet or not valid."""
    if not Path(path).is_file():
        raise ValueError(f"manifest: no file {path}; notebook 01_photos writes it")
    try:
        manifest = read_parquet(path)
    except ValueError as error:
        raise ValueError(f"manifest: {path} is no Parquet file ({_one_line(error)})") from None
    validate_manifest(manifest)
    return manifest


def write_rejected(rejected: pd.DataFrame, path: str | Path) -> None:
    """Write the photos set aside (columns photo, reason) as CSV; an empty table too.

    What a spreadsheet would take for a formula is written with an apostrophe in front.
    """
    with replacing(path) as temporary:
        rejected[["photo", "reason"]].apply(guarded).to_csv(temporary, index=False)


def read_rejected(path: str | Path) -> pd.DataFrame:
    """Read what `write_rejected` wrote."""
    return pd.read_csv(path, dtype="str", keep_default_na=False).apply(unguarded)


def set_aside(
    manifest: pd.DataFrame, rejected: pd.DataFrame, lost: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The manifest without photos that were lost since, and the rejected with them."""
    kept = manifest[~manifest["photo"].isin(lost["photo"])].reset_index(drop=True)
    return kept, pd.concat([rejected, lost[["photo", "reason"]]], ignore_index=True)


def require_photos(manifest: pd.DataFrame, rejected: pd.DataFrame, where: str | Path) -> None:
    """Raise ValueError, with the commonest reason, if every photo of a source was rejected."""
    if len(manifest) == 0:
        reasons = rejected["reason"].value_counts()
        raise ValueError(
            f"{where}: none of {len(rejected)} photos can be used; "
            f"{reasons.iloc[0]} x {reasons.index[0]}, e.g. {rejected['photo'].iloc[0]}"
        )


def latlon_deg(manifest: pd.DataFrame) -> Float[ndarray, "photos 2"]:
    """Positions of a manifest's photos as an array, latitude first, degrees."""
    return manifest[["latitude", "longitude"]].to_numpy(dtype=np.float64)


def text_of(column: pd.Series) -> pd.Series:
    """A column as text, "" where nothing is known; whole numbers lose the ".0" of a float column.

    >>> text_of(pd.Series([7.0, None])).tolist()
    ['7', '']
    """
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("str").fillna("").str.strip()


def _numbers(column: pd.Series) -> Float[ndarray, " rows"]:
    """Numbers of a column that may hold text; NaN where there is none."""
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _position_problems(
    candidates: pd.DataFrame, latitude: Float[ndarray, " rows"], longitude: Float[ndarray, " rows"]
) -> ndarray:
    """What is wrong with each row's position, "" where nothing is."""
    reason = np.full(len(candidates), "", dtype=object)
    for name, values, limit in (("longitude", longitude, 180), ("latitude", latitude, 90)):
        beyond, unread = np.abs(values) > limit, np.isnan(values)
        reason[beyond] = [f"{name} {value:g} is beyond {limit}" for value in values[beyond]]
        texts = candidates[name][unread].astype("str").fillna("").str.strip()
        reason[unread] = [
            f"no {name}" if text.lower() in MISSING_TEXT else f"{name} {text!r} is not a number"
            for text in texts
        ]
    reason[(latitude == 0) & (longitude == 0)] = "position 0, 0: the usual sign of an unknown one"
    return reason


def _refuse(manifest: pd.DataFrame, column: str, bad: pd.Series, why: str) -> None:
    if bad.any():
        rows = np.flatnonzero(bad)
        value = manifest[column].iloc[rows[0]]
        raise ValueError(f"manifest: {column} {value!r} {why} (row {rows[0]}; {len(rows)} such)")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
