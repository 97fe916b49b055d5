"""What has become of each photo of a list of addresses so far, on disk: a run can be killed."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from geoutils.photos.download.addresses import Address, address_problem
from geoutils.photos.download.names import name_problem
from geoutils.photos.journal_file import ABOUT, begin, discard, insert, note, noted
from geoutils.photos.sources.journal import batches, key_of

WAITING, KEPT, GONE, FAILED = range(4)  # FAILED: nobody has said for good that it is gone
SCHEMA = f"""
{ABOUT}
CREATE TABLE photo (
    id INTEGER PRIMARY KEY, photo TEXT, key TEXT, url TEXT, state INTEGER, reason TEXT
);
"""
# Photos are found again by their names without the suffix.
READY = f"""
CREATE INDEX photo_key ON photo (key);
UPDATE photo SET state = {GONE}, reason = 'a photo of this name came before'
WHERE state = {WAITING} AND EXISTS (
    SELECT 1 FROM photo o WHERE o.key = photo.key AND o.id < photo.id AND o.state = {WAITING}
);
CREATE INDEX photo_state ON photo (state, id);
"""


class Task(NamedTuple):
    """A photo that is to be fetched."""

    number: int
    photo: str
    url: str


class Ledger:
    """The ledger of one list's download; with another `recipe` it starts anew."""

    def __init__(self, path: Path, recipe: dict[str, Any]):
        self.path, self.recipe = path, json.dumps(recipe)
        self.base = begin(path, self.recipe, SCHEMA, "download")

    @property
    def resumed(self) -> bool:
        """Whether the whole list of this recipe is in."""
        return noted(self.base, "recipe") == self.recipe

    def add(self, rows: Iterable[Address]) -> Iterator[int]:
        """Take the rows of the list in; yield the number of each batch once it is in."""
        columns = "photo, key, url, state, reason"
        for some in batches(rows):
            values = []
            for photo, url, problem in some:
                reason = problem or name_problem(photo) or address_problem(url)
                texts = (_printable(photo), key_of(_printable(photo)), _printable(url))
                values.append((*texts, GONE if reason else WAITING, reason))
            insert(self.base, self.path, "photo", columns, values)
            yield len(values)

    def ready(self) -> None:
        """Set aside what has the name of a photo before it; from now on a run can be resumed."""
        self._run(READY)
        note(self.base, "recipe", self.recipe)

    def again(self) -> int:
        """Wait for those that failed once more; how many there are."""
        query = f"UPDATE photo SET state = {WAITING}, reason = '' WHERE state = {FAILED}"
        return self.base.execute(query).rowcount

    def counts(self) -> dict[int, int]:
        """How many photos are in each state."""
        found = dict(self.base.execute("SELECT state, count(*) FROM photo GROUP BY state"))
        return {state: found.get(state, 0) for state in (WAITING, KEPT, GONE, FAILED)}

    def some(self, state: int, after: int, most: int) -> list[Task]:
        """Some photos in a state, from the one numbered `after` on, in the list's order."""
        found = self.base.execute(
            "SELECT id, photo, url FROM photo WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
            (state, after, most),
        )
        return [Task(*row) for row in found]

    def write(self, ends: list[tuple[int, int, str]]) -> None:
        """Note (number, state, reason) of some photos, on disk, all of them or none."""
        try:
            self.base.execute("BEGIN IMMEDIATE")
            self.base.executemany(
                "UPDATE photo SET state = ?2, reason = ?3 WHERE id = ?1",
                [(number, state, _printable(reason)) for number, state, reason in ends],
            )
            self.base.execute("COMMIT")
        except sqlite3.OperationalError as error:  # the disk is full, for one
            raise OSError(f"{self.path}: {error}; the same command goes on from here") from None

    def rejected(self) -> sqlite3.Cursor:
        """(photo, reason, url) of every photo that is not there, in the list's order."""
        return self.base.execute(
            f"SELECT photo, reason, url FROM photo WHERE state IN ({GONE}, {FAILED}) ORDER BY id"
        )

    def commonest(self, most: int) -> list[tuple[str, int]]:
        """The commonest reasons, and how many photos each has kept away."""
        return self.base.execute(
            f"SELECT reason, count(*) FROM photo WHERE state IN ({GONE}, {FAILED}) "
            "GROUP BY reason ORDER BY count(*) DESC, reason LIMIT ?",
            (most,),
        ).fetchall()

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        self.base.close()

    def discard(self, made: list[Path]) -> None:
        """Delete the ledger of a list that cannot be used, and the folders made for it."""
        discard(self.base, self.path, made)

    def _run(self, script: str) -> None:
        try:
            self.base.executescript(script)
        except sqlite3.OperationalError as error:
            raise OSError(f"{self.path}: {error}; the same command goes on from here") from None


def _printable(text: str) -> str:
    return text.encode(errors="replace").decode()
