"""The list of the atlas's files, with sizes and hashes."""

import hashlib
from pathlib import Path

import pandas as pd

from geoutils.files import replacing

LIST = "CONTENTS.csv"


def contents(folder: Path) -> pd.DataFrame:
    """Name, size in bytes and SHA-256 of every data file below `folder`, in alphabetical order."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".md", ".csv")
    )
    return pd.DataFrame(
        {
            "file": [path.relative_to(folder).as_posix() for path in files],
            "bytes": [path.stat().st_size for path in files],
            "sha256": [hashlib.sha256(path.read_bytes()).hexdigest() for path in files],
        }
    )


def write_contents(folder: Path) -> int:
    """Write the list into the folder; the total size in bytes."""
    table = contents(folder)
    with replacing(folder / LIST) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
    return int(table.bytes.sum())
