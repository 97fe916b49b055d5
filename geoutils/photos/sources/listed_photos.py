"""The rows of a photo list, one by one, without the list in memory."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import parquet

from geoutils.photos.columns import SAMPLE, guess_columns, refuse_swapped
from geoutils.photos.csv_rows import UNREADABLE, first_line, open_rows, unreadable
from geoutils.photos.manifest import text_of
from geoutils.photos.sources.candidate import TEXT_LIMIT, Candidate
from geoutils.photos.table import in_pandas, no_row, require_table, split_of

SHARES = ("prob_indoor", "prob_natural", "prob_urban")  # of use together
SCENE_ALONE = ("scene", "s3", *SHARES)  # columns of which no more is kept than the scene
NO_NAMES = "no column for the photo; expected one called photo, file, id or the like"


def listed_photos(
    path: Path, say: Callable[[str], None] = print, needs_names: bool = False
) -> Iterator[Candidate]:
    """Every row of a CSV or Parquet list: its name and its facts. Lines that are broken follow.

    Which column was taken for what is told through `say`. Raises ValueError for a file that cannot
    be read, has no position columns or has them swapped, for unknown splits, or where only some
    rows have a split; with `needs_names` also for one without a column of the photos' names.
    """
    require_table(path)
    broken: list[tuple[str, str]] = []
    n_rows = n_split = 0
    try:
        for table in _tables(path, broken, say):
            if n_rows == 0:
                _refuse_swapped(table.head(SAMPLE), path)
            if "photo" not in table:
                if needs_names:
                    raise ValueError(f"{path}: {NO_NAMES}")
                names = [f"{path.stem}-{n_rows + row:07d}" for row in range(len(table))]
                table.insert(0, "photo", names)
            if "split" in table:
                names = {name: split_of(name, str(path)) for name in set(table["split"])}
                table["split"] = table["split"].map(names)
                n_split += int((table["split"] != "").sum())
            n_rows += len(table)
            for photo, *values in table.itertuples(index=False, name=None):
                yield Candidate(photo, facts=dict(zip(table.columns[1:], values, strict=True)))
    except UNREADABLE as error:
        raise unreadable(path, error) from None
    if n_rows == 0:
        raise no_row(path, broken)
    if 0 < n_split < n_rows:
        raise ValueError(f"{path}: {n_rows - n_split} rows have no split; fill or drop them")
    yield from (Candidate(line, problem=reason) for line, reason in broken)


def photos_beside(
    listing: Path, folder: Path, say: Callable[[str], None] = print
) -> Iterator[Candidate]:
    """Rows of a `photos.csv`, its photos named by their path in the `folder` that is checked.

    Rows that are broken come with their problem. A disk may hold a file of this name that means
    something else: one that cannot be used as a whole is left out, which is said, and comes as one
    candidate with that problem.
    """
    inside = listing.parent.relative_to(folder)
    name = (inside / listing.name).as_posix()
    try:
        # To its end before any row counts, for what is wrong may stand there.
        for _ in listed_photos(listing, lambda _: None, needs_names=True):
            pass
    except ValueError as error:
        reason = str(error).removeprefix(f"{listing}: ")
        say(f"{name} is left out: {reason}")
        yield Candidate(name, problem=f"left out: {reason}")
        return
    for row in listed_photos(listing, say, needs_names=True):
        if row.problem or not row.photo:
            photo = f"{name}, {row.photo or 'a row'}"
            yield Candidate(photo, problem=row.problem or "photo without a name")
        else:
            yield row._replace(photo=os.path.normpath(inside / row.photo))


def _tables(
    path: Path, broken: list[tuple[str, str]], say: Callable[[str], None]
) -> Iterator[pd.DataFrame]:
    """Pieces of the list: known columns under our names, as text, the photo's first."""
    if path.suffix.lower() == ".parquet":
        with parquet.ParquetFile(path) as file:
            guessed = guess_columns(file.schema_arrow.names, str(path))
            say(told(guessed, file.schema_arrow.names, path))
            for batch in file.iter_batches(columns=list(guessed.values())):
                yield _as_text(in_pandas(batch, guessed, path))
        return
    names = first_line(path).fields
    guessed = guess_columns(names, str(path))
    say(told(guessed, names, path))
    with open_rows(path, list(guessed.values()), broken) as batches:
        for batch in batches:
            yield _as_text(in_pandas(batch, guessed, path))


def told(guessed: dict[str, str], names: list[str], path: Path) -> str:
    """In a sentence which column was taken for what, and which are left.

    What only tells of the scene is told as that, since it is not kept.

    >>> told({"photo": "id", "s3": "S3", "s16": "S16"}, ["id", "S3", "S16", "url"], Path("a.csv"))
    'a.csv: photo from id, s16 from S16, scene from S3, else S16; not used: url'
    """
    plain = {ours: theirs for ours, theirs in guessed.items() if ours not in SCENE_ALONE}
    taken = [f"{ours} from {theirs}" for ours, theirs in plain.items()]
    scene = [guessed[name] for name in ("scene", "s3", "s16") if name in guessed]
    shares = [guessed[name] for name in SHARES if name in guessed]
    if len(shares) == len(SHARES):
        scene.append(f"the largest of {', '.join(shares)}")
        shares = []
    if scene:
        taken.append(f"scene from {', else '.join(scene)}")
    left = [name for name in names if name not in guessed.values() or name in shares]
    return f"{path.name}: {', '.join(taken)}" + (f"; not used: {', '.join(left)}" if left else "")


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    columns = {name: text_of(table[name]).str.slice(stop=TEXT_LIMIT) for name in table}
    ordered = sorted(columns, key=lambda name: name != "photo")
    return pd.DataFrame({name: columns[name].astype(object) for name in ordered})


def _refuse_swapped(table: pd.DataFrame, path: Path) -> None:
    latitude, longitude = (
        pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("latitude", "longitude")
    )
    refuse_swapped(latitude, longitude, str(path))
