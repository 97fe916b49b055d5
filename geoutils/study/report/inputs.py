"""What each notebook reads of what others wrote, with sizes and hashes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from geoutils.study.stale import photos_version

# By chapter, below the results folder; features are those of the models of chapter 03.
_MODELS = ("manifest.parquet", "photos", "partitions", "checkpoints", "features")
READS = {
    "02": ("manifest.parquet", "photos"),
    "03": ("manifest.parquet", "photos", "partitions"),
    "04": _MODELS,
    "05": (*_MODELS, "predictions"),
    "06": _MODELS,
    "07": (*_MODELS, "predictions"),
    "08": ("manifest.parquet", "photos", "partitions", "checkpoints", "predictions"),
    "09": ("manifest.parquet", "partitions", "predictions"),
    "10": ("ablations/*.csv",),
}
LARGEST = 4 * 2**30  # bytes; a larger file would keep the report waiting for its hash


@dataclass(frozen=True)
class Input:
    """A file, or a folder of so many `files`, that a notebook reads; `size` is in bytes.

    `sha256` is that of the file, or of the names and hashes of a folder's files in alphabetical
    order; empty where a file is larger than `LARGEST`. `newer` says that a file has changed since
    the notebook was executed.
    """

    name: str
    files: int
    size: int
    sha256: str
    newer: bool = False


def read_inputs(
    notebook: str,
    results: Path,
    lenders: Iterable[Path] = (),
    finished: datetime | None = None,
) -> list[Input]:
    """What an executed notebook of a study had read, as far as it is there.

    What a study has not made itself it reads from the results of other studies, the `lenders`.
    """
    found = []
    for name in READS.get(notebook[:2], ()):
        for folder in (results, *lenders):
            if paths := sorted(folder.glob(name)):
                shown = name if folder == results else f"../{folder.name}/{name}"
                found.append(_input(paths, folder / name, shown, finished))
                break
    return found


def own_photos(parameters: Mapping[str, Any]) -> list[Input]:
    """The photos that a notebook was given and did not draw, if it was and they are still there.

    Told by their names, sizes and times, for there may be millions.
    """
    if parameters.get("source", "rendered") == "rendered":
        return []
    given = [Path(parameters[key]) for key in ("photos", "photos_dir") if parameters.get(key)]
    if not any(path.exists() for path in given):
        return []
    return [Input("the photos given, by names, sizes and times", 0, 0, photos_version(parameters))]


def _input(paths: list[Path], place: Path, name: str, finished: datetime | None) -> Input:
    """One file, one folder, or the files that a pattern found."""
    folder = paths[0] if paths[0].is_dir() else None
    files = sorted(_files_below(folder)) if folder else paths
    seen = [file.stat() for file in files]
    hashes = [
        _sha256(file, facts.st_size, facts.st_mtime_ns)
        for file, facts in zip(files, seen, strict=True)
    ]
    total = hashes[0] if files == [place] else _sha256_of_all(folder or place.parent, files, hashes)
    return Input(
        name=f"{name}/" if folder else name,
        files=len(files),
        size=sum(facts.st_size for facts in seen),
        sha256=total if all(hashes) else "",
        newer=finished is not None and any(f.st_mtime > finished.timestamp() for f in seen),
    )


def _files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.name[0] != "."]


@cache
def _sha256(path: Path, size: int, changed_ns: int) -> str:
    """The hash of a file of that size, last changed then; "" if it is too large."""
    if size > LARGEST:
        return ""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_of_all(folder: Path, files: list[Path], hashes: list[str]) -> str:
    names = [file.relative_to(folder).as_posix() for file in files]
    lines = "".join(f"{hash_}  {name}\n" for hash_, name in zip(hashes, names, strict=True))
    return hashlib.sha256(lines.encode()).hexdigest()
