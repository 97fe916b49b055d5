"""From the journal of a check to the manifest and the photos set aside, and back from these."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from geoutils.files import replacing
from geoutils.parquet import read_parquet
from geoutils.photos.folder import LISTING_NAME
from geoutils.photos.manifest import COLUMNS, read_rejected, sift, validate_manifest
from geoutils.photos.sources.journal import Journal
from geoutils.photos.sources.origin import write_origin
from geoutils.photos.table import with_scene_codes
from geoutils.spreadsheets import guarded

MANIFEST, REJECTED, JOURNAL = "manifest.parquet", "rejected.csv", ".check.sqlite"
FROM_JOURNAL = ("photo", "path", "offset", "length", "width", "height")
ROWS = 20_000  # rows in memory at a time
FOUND = """
SELECT c.photo, c.path, c.offset, c.length, c.facts,
    coalesce(l.facts, '{}') AS listed,
    CASE WHEN c.problem != '' THEN c.problem ELSE coalesce(k.problem, '') END AS problem,
    k.width, k.height, k.latitude, k.longitude, k.no_position, k.author, k.camera, k.sha256
FROM candidate c LEFT JOIN listed l ON l.id = c.listed LEFT JOIN look k ON k.id = c.id
ORDER BY
"""
LOST_FROM_LIST = """
SELECT photo, CASE WHEN problem != '' THEN problem WHEN photo = '' THEN 'photo without a name'
    WHEN EXISTS (SELECT 1 FROM listed o WHERE o.whole = l.whole AND o.id < l.id)
    THEN 'a photo of this name came before' ELSE 'listed, but there is no such photo' END AS reason
FROM listed l WHERE NOT EXISTS (SELECT 1 FROM candidate WHERE listed = l.id) ORDER BY id
"""
LOST_BESIDE = f"""
SELECT DISTINCT photo, CASE WHEN problem != '' THEN problem
    ELSE 'listed in {LISTING_NAME}, but there is no such photo' END AS reason
FROM listed WHERE photo NOT IN (SELECT photo FROM candidate) ORDER BY photo
"""


def write_checked(journal: Journal, folder: Path, by_list: bool, by_name: bool) -> tuple[int, int]:
    """Write the manifest and the photos set aside; return how many there are of each.

    With `by_list` a photo is where the list says; else where the record beside it does, else its
    EXIF, else a `photos.csv`. With `by_name` photos are sorted by name, else they stand as they do
    in the source. The journal is deleted once both files are there.
    """
    journal.base.execute("CREATE INDEX IF NOT EXISTS candidate_photo ON candidate (photo)")
    codes = [name for name in ("s16", "s365") if journal.facts_have(name)]
    columns = [*COLUMNS, *codes]
    columns += ["path", "sha256", "camera", "position_source"] if journal.has("path != ''") else []
    columns += ["offset", "length"] if journal.has("length > 0") else []
    repeated = journal.has("1 GROUP BY photo HAVING count(*) > 1")
    journal.base.execute("CREATE TEMP TABLE written (photo TEXT PRIMARY KEY) WITHOUT ROWID")
    n_kept = n_rejected = 0
    with (
        journal.finished(),
        replacing(folder / MANIFEST) as manifest_file,
        replacing(folder / REJECTED) as rejected_file,
    ):
        write_origin(journal.origin, folder)
        pd.DataFrame(columns=["photo", "reason"]).to_csv(rejected_file, index=False)
        with ExitStack() as stack:
            writer = None
            for rows in pieces(journal, FOUND + ("c.photo" if by_name else "c.id")):
                kept, rejected = _sifted(journal, rows, by_list, repeated)
                table = pa.Table.from_pandas(_filled(kept, columns), preserve_index=False)
                if writer is None:
                    writer = stack.enter_context(parquet.ParquetWriter(manifest_file, table.schema))
                writer.write_table(table)
                append_rejected(rejected, rejected_file)
                n_kept, n_rejected = n_kept + len(kept), n_rejected + len(rejected)
        for rejected in pieces(journal, LOST_FROM_LIST if by_list else LOST_BESIDE):
            append_rejected(rejected, rejected_file)
            n_rejected += len(rejected)
    return n_kept, n_rejected


def pieces(journal: Journal, query: str) -> Iterator[pd.DataFrame]:
    """The answer of the journal, some rows at a time."""
    cursor = journal.base.execute(query)
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(ROWS):
        yield pd.DataFrame(rows, columns=names, dtype=object)


def _sifted(
    journal: Journal, rows: pd.DataFrame, by_list: bool, repeated: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One piece of the manifest, and its photos set aside; names may be `repeated` elsewhere."""
    for name in ("width", "height"):
        rows[name] = pd.to_numeric(rows[name]).fillna(0).astype("int32")
    for name in ("offset", "length"):
        rows[name] = rows[name].astype("int64")
    if not by_list and (rows[["facts", "listed"]] == "{}").all(axis=None):
        table = _told_by_exif(rows)
    else:
        table = pd.DataFrame([_told(row, by_list) for row in rows.itertuples(index=False)])
    table[list(FROM_JOURNAL)] = rows[list(FROM_JOURNAL)]
    for name in ("camera", "sha256"):
        table[name] = rows[name].fillna("").astype("str")
    manifest, rejected = sift(with_scene_codes(table))
    if not repeated:
        return manifest, rejected
    new = [
        journal.base.execute("INSERT OR IGNORE INTO written VALUES (?)", (photo,)).rowcount == 1
        for photo in manifest["photo"]
    ]
    again = manifest.loc[~np.array(new, dtype=bool), ["photo"]]
    again = again.assign(reason="a photo of this name came before")
    return manifest[new], pd.concat([rejected, again], ignore_index=True)


def _told_by_exif(rows: pd.DataFrame) -> pd.DataFrame:
    """`_told` where nothing but EXIF says anything, for all rows at once."""
    placed, problem = rows["latitude"].notna(), rows["problem"]
    unplaced = rows["no_position"].fillna("").replace("", "no position")
    return pd.DataFrame(
        {
            "latitude": rows["latitude"],
            "longitude": rows["longitude"],
            "author": rows["author"].fillna(""),
            "position_source": np.where(placed, "EXIF", ""),
            "problem": problem.where((problem != "") | placed, unplaced),
        }
    )


def _told(row: Any, by_list: bool) -> dict[str, Any]:
    """What is known of one photo: its position by the best source, its author and labels."""
    beside, listed = (json.loads(text) if text != "{}" else {} for text in (row.facts, row.listed))
    exif = {"latitude": row.latitude, "longitude": row.longitude}
    sources = {
        "list": listed if by_list else {},
        "record": {} if by_list else beside,
        "EXIF": {} if by_list or row.latitude is None else exif,
        LISTING_NAME: {} if by_list else listed,
    }
    said = [name for name, facts in sources.items() if "latitude" in facts]
    # What names no place does not stand before one that does.
    source = next((name for name in said if _is_place(sources[name])), said[0] if said else "")
    place = sources.get(source, {})
    facts = {name: value for name, value in beside.items() if value} | listed
    facts |= {name: place.get(name) for name in ("latitude", "longitude")}
    facts |= {
        "author": facts.get("author") or row.author or "",
        "position_source": source,
        "problem": row.problem or ("" if source else row.no_position or "no position"),
    }
    facts.pop("photo", None)
    return facts


def _is_place(facts: dict[str, Any]) -> bool:
    """Whether facts have two coordinates that are numbers, and not 0, 0, which means unknown."""
    try:
        latitude, longitude = float(facts["latitude"]), float(facts["longitude"])
    except (KeyError, TypeError, ValueError):
        return False
    return isfinite(latitude) and isfinite(longitude) and (latitude, longitude) != (0, 0)


def _filled(manifest: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """These columns, of the same types whatever the piece has; what it lacks is "" or -1."""
    for name in columns:
        if name in ("s16", "s365"):
            manifest = manifest.assign(**{name: manifest.get(name, -1)}).astype({name: "int16"})
        elif name in ("path", "sha256", "camera", "position_source"):
            manifest = manifest.astype({name: "str"})
    return manifest[columns]


def append_rejected(rejected: pd.DataFrame, path: Path) -> None:
    """Add photos set aside to a rejected.csv, without what a spreadsheet takes for a formula."""
    texts = rejected[["photo", "reason"]].apply(guarded)
    texts.to_csv(path, mode="a", header=False, index=False)


def is_checked(folder: str | Path) -> bool:
    """Whether a folder holds what `photos check` wrote."""
    return all((Path(folder) / name).is_file() for name in (MANIFEST, REJECTED))


def read_checked(folder: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The (manifest, rejected) that `photos check` wrote into a folder; ValueError without them.

    So it is where a check is under way or was interrupted: one file might be of another check.
    """
    if not is_checked(folder):
        raise ValueError(f"{folder}: no {MANIFEST} and {REJECTED}; photos check writes them")
    if (Path(folder) / JOURNAL).exists():
        raise ValueError(
            f"{folder}: its check has not ended; the same photos check goes on with it"
        )
    try:
        manifest = read_parquet(Path(folder) / MANIFEST)
    except ValueError as error:
        raise ValueError(f"{folder}: {MANIFEST} is no Parquet file ({error})") from None
    manifest = with_whole_paths(manifest, Path(folder))
    if len(manifest):  # splits come later
        validate_manifest(manifest.assign(split=manifest["split"].replace("", "test")))
    return manifest, read_rejected(Path(folder) / REJECTED)


def with_whole_paths(manifest: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The manifest with paths that are whole, where some are those in the manifest's own folder.

    Raises ValueError for a path that leads out of that folder.
    """
    if "path" not in manifest:
        return manifest
    paths, here = manifest["path"].astype("str"), os.path.abspath(folder)
    whole = {}
    for name in paths.unique():
        if name and not os.path.isabs(name):
            whole[name] = os.path.join(here, name)
            if ".." in Path(name).parts:
                raise ValueError(f"{folder}: path {name!r} leads out of the folder")
    if whole:
        paths = paths.map(lambda name: whole.get(name, name)).astype("str")
    return manifest.assign(path=paths)
