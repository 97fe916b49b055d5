"""What has been packed so far, on disk: packing that was killed goes on from there."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from geoutils.photos.journal_file import (
    ABOUT,
    connect,
    discard,
    insert,
    make_folder,
    note,
    noted,
    plain_errors,
)
from geoutils.photos.packing.shards import PackedRow, shard_name

SCHEMA = f"""{ABOUT}
CREATE TABLE packed (
    row INTEGER PRIMARY KEY, problem TEXT, shard INTEGER, offset INTEGER, length INTEGER,
    width INTEGER, height INTEGER, sha256 TEXT
);
CREATE INDEX packed_shard ON packed (shard) WHERE problem = '';
"""
LAST = "SELECT shard, max(offset + length) FROM packed WHERE problem = '' GROUP BY shard ORDER BY 1"


class PackJournal:
    """The journal of packing into one folder; `recipe` says what is packed, and how.

    Raises ValueError where another pack works on the folder, or has begun it with another recipe.
    """

    def __init__(self, path: Path, recipe: Mapping[str, Any]):
        self.path, told = path, json.dumps(recipe)
        make_folder(path.parent)
        with plain_errors(path, "pack"):
            self.base = connect(path)
            found = noted(self.base, "recipe")
            if not found:
                self.base.executescript(SCHEMA)
                note(self.base, "recipe", told)
            elif found != told:
                self.base.close()
                raise ValueError(f"out_dir: {path.parent} was begun as {found}, not {told}")

    def keep_manifest(self, state: str) -> None:
        """Note of which manifest this is the pack; ValueError where it has changed meanwhile."""
        found = noted(self.base, "manifest")
        if found and found != state:
            raise ValueError(
                f"source: its manifest has changed since {self.path.parent} was begun; delete that"
            )
        note(self.base, "manifest", state)

    def go_on(self, folder: Path) -> tuple[int, int]:
        """The next row to pack and the next shard to write.

        What is noted of a shard that has gone, or is shorter than it was, is forgotten with
        whatever came after it.
        """
        for shard, end in self.base.execute(LAST).fetchall():
            path = folder / shard_name(shard)
            if not path.is_file() or path.stat().st_size < end:
                first = "SELECT min(row) FROM packed WHERE problem = '' AND shard = ?"
                self.base.execute(f"DELETE FROM packed WHERE row >= ({first})", (shard,))
                break
        row, shard = self.base.execute(
            "SELECT coalesce(max(row), -1), max(CASE problem WHEN '' THEN shard END) FROM packed"
        ).fetchone()
        return row + 1, 0 if shard is None else shard + 1

    def add(self, rows: Sequence[PackedRow]) -> None:
        """Note the photos of a shard that lies under its final name, all of them or none."""
        insert(self.base, self.path, "packed", ", ".join(PackedRow._fields), list(rows))

    def forget(self) -> None:
        """Take back all that was noted of photos."""
        self.base.execute("DELETE FROM packed")

    def rows(self, size: int) -> Iterator[list[PackedRow]]:
        """All rows in order, `size` of them at a time."""
        columns = ", ".join(PackedRow._fields)
        cursor = self.base.execute(f"SELECT {columns} FROM packed ORDER BY row")
        while found := cursor.fetchmany(size):
            yield [PackedRow(*row) for row in found]

    def problems(self) -> list[tuple[str, int]]:
        """Why photos could not be packed and how many they are, the commonest reason first."""
        return self.base.execute(
            "SELECT problem, count(*) AS n FROM packed WHERE problem != '' GROUP BY problem "
            "ORDER BY n DESC, problem"
        ).fetchall()

    def counts(self) -> tuple[int, int]:
        """Numbers of photos in shards and of those that could not be packed."""
        packed, lost = self.base.execute(
            "SELECT coalesce(sum(problem = ''), 0), coalesce(sum(problem != ''), 0) FROM packed"
        ).fetchone()
        return packed, lost

    def delete(self) -> None:
        """Forget it all, once nothing is left to go on with."""
        self.close()
        self.path.unlink()

    def discard_unused(self, made: list[Path]) -> None:
        """Delete a journal without photos, and the folders that were made for it."""
        if self.counts() == (0, 0):
            discard(self.base, self.path, made)

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        self.base.close()
