"""Labels for all photos of a manifest that have none, by a network; resumed when interrupted."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import torch
from pyarrow import parquet
from torch import nn
from tqdm import tqdm

from geoutils.photos.counted import counted
from geoutils.photos.in_processes import in_processes
from geoutils.photos.journal_file import ABOUT, connect, insert, note, noted, plain_errors
from geoutils.photos.scene_labels.hierarchy import Hierarchy, packaged_hierarchy, read_hierarchy
from geoutils.photos.scene_labels.labelled_manifest import pieces, unlabelled, write_labels
from geoutils.photos.scene_labels.look import Place, crashed, look_at_place, probabilities_of
from geoutils.photos.scene_labels.network import load_network
from geoutils.photos.sources.checked import MANIFEST, is_checked

JOURNAL = ".scenes.sqlite"
SCHEMA = f"""
{ABOUT}
CREATE TABLE label (row INTEGER PRIMARY KEY, s3 INTEGER, s16 INTEGER, s365 INTEGER, problem TEXT);
"""


def label_scenes(
    folder: str | Path,
    model: str | Path,
    arch: str = "",
    hierarchy: str | Path = "",
    batch_size: int = 64,
    workers: int | None = None,
    say: Callable[[str], None] = print,
) -> int:
    """Label the photos of a folder that `photos check` wrote; return how many have new labels.

    Photos get a scene (of 3), `s16` and `s365`, where they have none: what a list said of them
    stays. `hierarchy` is the dataset's published one as CSV; without it a packaged one is used.
    A GPU is used where there is one. The same call goes on where an interrupted one stopped. Raises
    ValueError for a folder, model or hierarchy that cannot be used.
    """
    folder = Path(folder).resolve()
    if not is_checked(folder):
        raise ValueError(f"{folder}: no photos that were checked; run photos check first")
    manifest = folder / MANIFEST
    with parquet.ParquetFile(manifest) as file:
        if "path" not in file.schema_arrow.names:
            raise ValueError(f"{folder}: positions alone, so there are no photos to look at")
    groups = read_hierarchy(hierarchy) if hierarchy else packaged_hierarchy()
    files = [manifest, Path(model), *([Path(hierarchy)] if hierarchy else [])]
    network = load_network(model, arch)
    recipe = json.dumps([arch, *map(_state, files)])
    with closing(_journal(folder / JOURNAL, recipe)) as base:
        n_missing = sum(int(unlabelled(table).sum()) for _, table in pieces(manifest))
        (n_done,) = base.execute("SELECT count(*) FROM label").fetchone()
        if n_done:
            say(f"going on with the labels that {folder / JOURNAL} has begun")
        _label_all(base, folder, network, groups, batch_size, workers, n_missing)
        query = "SELECT count(*), coalesce(sum(problem != ''), 0), max(problem) FROM label"
        n_labelled, n_unread, problem = base.execute(query).fetchone()
        if n_labelled > n_unread:
            counts = write_labels(base, manifest)
            say(", ".join(f"{n:,} {scene or 'unknown'}" for scene, n in counts.items()))
    (folder / JOURNAL).unlink()
    unread = f"; {n_unread:,} could not be read, for one: {problem}" if n_unread else ""
    say(f"new labels for {counted(n_labelled - n_unread, 'photo')} in {manifest}{unread}")
    return n_labelled - n_unread


def _label_all(
    base: sqlite3.Connection,
    folder: Path,
    network: nn.Module,
    hierarchy: Hierarchy,
    batch_size: int,
    workers: int | None,
    n_missing: int,
) -> None:
    """Label whatever has no label yet and is not in the journal."""
    network.to("cuda" if torch.cuda.is_available() else "cpu")
    (n_done,) = base.execute("SELECT count(*) FROM label").fetchone()
    blocks = _blocks(base, folder / MANIFEST, batch_size)
    bar = tqdm(total=n_missing, initial=n_done, desc="Labelling", unit=" photos", mininterval=1)
    with bar:
        for block in in_processes(look_at_place, blocks, workers or os.cpu_count() or 1, crashed):
            seen = [(row, picture) for row, picture, problem in block if not problem]
            values = [(row, -1, -1, -1, problem) for row, _, problem in block if problem]
            if seen:
                probabilities = probabilities_of(network, np.stack([p for _, p in seen]))
                if not np.isfinite(probabilities).all():
                    raise ValueError("model: what it answers is no number; are its weights whole?")
                labels = hierarchy.labels(probabilities).tolist()
                values += [(row, *three, "") for (row, _), three in zip(seen, labels, strict=True)]
            insert(base, folder / JOURNAL, "label", "row, s3, s16, s365, problem", values)
            bar.update(len(block))


def _blocks(base: sqlite3.Connection, manifest: Path, batch_size: int) -> Iterator[list[Place]]:
    """The photos that are to be labelled, some at a time."""
    waiting: list[Place] = []
    for first, table in pieces(manifest):
        last = first + len(table)
        query = "SELECT row FROM label WHERE row >= ? AND row < ?"
        done = {row for (row,) in base.execute(query, (first, last))}
        columns = [name for name in ("path", "offset", "length") if name in table]
        rows = np.flatnonzero(unlabelled(table))
        for row, place in zip(
            rows.tolist(), table[columns].iloc[rows].itertuples(index=False), strict=True
        ):
            if first + row not in done:
                waiting.append(Place(first + row, *place))
        while len(waiting) >= batch_size:
            yield waiting[:batch_size]
            waiting = waiting[batch_size:]
    if waiting:
        yield waiting


def _journal(path: Path, recipe: str) -> sqlite3.Connection:
    """The journal of this work, with what an interrupted call has found."""
    with plain_errors(path, "labelling"):
        base = connect(path)
        if noted(base, "recipe") != recipe:
            base.close()
            path.unlink()
            base = connect(path)
            base.executescript(SCHEMA)
            note(base, "recipe", recipe)
        return base


def _state(path: Path) -> list:
    seen = path.stat()
    return [str(path.resolve()), seen.st_size, seen.st_mtime_ns]
