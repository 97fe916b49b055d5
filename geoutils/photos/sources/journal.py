"""What a check has found so far, on disk: it can be killed at any time, and memory stays small.

The journal is a hidden SQLite file in the folder of the results. All candidates are in it before
the first look; each block of looks is one transaction.
"""

import json
import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from geoutils.photos.folder import PHOTO_SUFFIXES
from geoutils.photos.journal_file import ABOUT, begin, discard, insert, note, noted
from geoutils.photos.sources.candidate import Candidate
from geoutils.photos.sources.look import Look
from geoutils.photos.sources.origin import Origin, refuse_begun
from geoutils.photos.sources.reasons import on_screen

BATCH = 5_000  # rows in one go
SCHEMA = f"""{ABOUT}
CREATE TABLE candidate (
    id INTEGER PRIMARY KEY, photo TEXT, path TEXT, offset INTEGER, length INTEGER,
    facts TEXT, problem TEXT, listed INTEGER,
    whole TEXT, whole_key TEXT, name TEXT, name_key TEXT
);
CREATE TABLE listed (
    id INTEGER PRIMARY KEY, photo TEXT, facts TEXT, problem TEXT, whole TEXT, key TEXT
);
CREATE TABLE look (
    id INTEGER PRIMARY KEY, problem TEXT, width INTEGER, height INTEGER, latitude REAL,
    longitude REAL, no_position TEXT, author TEXT, camera TEXT, sha256 TEXT
);
"""
MATCH_BESIDE = """
CREATE INDEX listed_photo ON listed (photo);
UPDATE candidate SET listed = (SELECT max(id) FROM listed WHERE listed.photo = candidate.photo);
"""
# A listed photo is meant by its path, or by its name alone wherever it lies; a key is either
# without suffix, for lists that leave it out.
MATCH_LIST = """
CREATE INDEX listed_whole ON listed (whole);
CREATE INDEX listed_key ON listed (key);
UPDATE candidate SET listed = coalesce(
    (SELECT min(id) FROM listed WHERE whole = candidate.whole),
    (SELECT min(id) FROM listed WHERE key = whole_key),
    (SELECT min(id) FROM listed WHERE whole = candidate.name),
    (SELECT min(id) FROM listed WHERE key = name_key)
);
UPDATE candidate SET problem = 'not in the list' WHERE listed IS NULL AND problem = '';
"""
# Of several files one with the very name stands for the listed photo (a.png, not a.jpg), of these
# one that can be used, best one at its very path.
SETTLE_LIST = """
UPDATE candidate SET problem = 'another file stands for this photo of the list', listed = NULL
WHERE id IN (
    SELECT id FROM (
        SELECT candidate.id AS id, row_number() OVER (
            PARTITION BY listed ORDER BY
            substr('/' || listed.whole, -length(candidate.name) - 1) != '/' || candidate.name,
            candidate.problem || coalesce(look.problem, '') != '',
            candidate.whole != listed.whole, candidate.photo
        ) AS turn FROM candidate JOIN listed ON listed.id = candidate.listed
        LEFT JOIN look ON look.id = candidate.id
    ) WHERE turn > 1
);
UPDATE candidate SET photo = (SELECT photo FROM listed WHERE id = candidate.listed)
WHERE listed NOT NULL;
"""
Row = TypeVar("Row")


class Journal:
    """The journal of one check; `recipe` says of what, and with another recipe it starts anew.

    Raises ValueError where a check of another source than that of `origin` has begun.
    """

    def __init__(self, path: Path, recipe: dict[str, Any], origin: Origin):
        self.path, self.origin = path, origin
        self.recipe = json.dumps(recipe | {"origin": origin})
        self.base = begin(path, self.recipe, SCHEMA, "check", self._agree)

    @property
    def resumed(self) -> bool:
        """Whether all candidates of this recipe are in, so that a check can go on from here."""
        return noted(self.base, "recipe") == self.recipe

    def add(self, candidates: Iterable[Candidate], by_list: bool) -> Iterator[int]:
        """Take candidates in, with `by_list` ready to be matched; yield each batch's number."""
        columns = "photo, path, offset, length, facts, problem, whole, whole_key, name, name_key"
        for rows in batches(map(_printable, candidates)):
            values = []
            for c in rows:
                keys = ("", "", "", "")
                if by_list:
                    whole = plain_path(c.photo)
                    name = whole.rsplit("/", 1)[-1]
                    keys = whole, key_of(whole), name, key_of(name)
                facts = json.dumps(dict(c.facts)) if c.facts else "{}"
                where = c.path, c.offset, c.length
                values.append((c.name.rstrip("/"), *where, facts, c.problem, *keys))
            self._insert("candidate", columns, values)
            yield len(values)

    def add_listed(self, rows: Iterable[Candidate]) -> Iterator[int]:
        """Take the rows of a list in, which have no files of their own."""
        for some in batches(map(_printable, rows)):
            values = []
            for row in some:
                whole, facts = plain_path(row.photo), json.dumps(dict(row.facts))
                values.append((row.photo, facts, row.problem, whole, key_of(whole)))
            self._insert("listed", "photo, facts, problem, whole, key", values)
            yield len(values)

    def match(self, by_list: bool) -> None:
        """Find each candidate's row among those listed; after this the journal can be resumed.

        With `by_list` whatever is not listed is set aside; ValueError where that is everything.
        """
        self.base.executescript(MATCH_LIST if by_list else MATCH_BESIDE)
        if by_list and not self.has("listed NOT NULL"):
            raise ValueError(
                f"list: none of its photos is in the source: it names {self._some('listed')}, "
                f"in the source are {self._some('candidate')}"
            )
        self.base.execute("CREATE INDEX candidate_listed ON candidate (listed)")
        note(self.base, "recipe", self.recipe)

    def settle(self) -> None:
        """Choose, once all photos were looked at, among files that stand for one listed photo."""
        self.base.executescript(SETTLE_LIST)

    def counts(self) -> tuple[int, int]:
        """Number of candidates, and of those that need no look any more."""
        (total,) = self.base.execute("SELECT count(*) FROM candidate").fetchone()
        (waiting,) = self.base.execute(f"SELECT count(*) {WAITING}").fetchone()
        return total, total - waiting

    def waiting(self, size: int) -> Iterator[list[tuple[int, str, int, int]]]:
        """Blocks of (id, path, offset, length) that nobody has looked at, `size` photos each."""
        last = 0
        while block := self.base.execute(
            f"SELECT id, path, offset, length {WAITING} AND id > ? ORDER BY id LIMIT ?",
            (last, size),
        ).fetchall():
            last = block[-1][0]
            yield block

    def add_looks(self, looks: Sequence[tuple[int, Look]]) -> None:
        """Keep what was found, on disk, all of it or nothing."""
        values = [(number, *look) for number, look in looks]
        columns = "id, " + ", ".join(Look._fields)
        self._insert("look", columns, values)

    def facts_have(self, name: str) -> bool:
        """Whether any photo or row of a list has a fact of this name."""
        pattern = f'%"{name}": %'
        return any(
            self.base.execute(
                f"SELECT 1 FROM {table} WHERE facts LIKE ? LIMIT 1", (pattern,)
            ).fetchone()
            for table in ("candidate", "listed")
        )

    def has(self, condition: str) -> bool:
        """Whether any candidate fulfils a condition of SQL."""
        query = f"SELECT 1 FROM candidate WHERE {condition} LIMIT 1"
        return self.base.execute(query).fetchone() is not None

    def _some(self, table: str) -> str:
        """The first names of a table and how many there are."""
        (n,) = self.base.execute(f"SELECT count(*) FROM {table}").fetchone()
        rows = self.base.execute(f"SELECT photo FROM {table} ORDER BY id LIMIT 2").fetchall()
        return ", ".join(on_screen(row[0]) for row in rows) + f" … ({n:,})" * (n > 2)

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        self.base.close()

    def discard(self, made: list[Path]) -> None:
        """Delete the journal of what cannot be checked, and the folders that were made for it."""
        discard(self.base, self.path, made)

    @contextmanager
    def finished(self) -> Iterator[None]:
        """Delete the journal after a block that ends without error."""
        yield
        self.close()
        self.path.unlink()

    def _agree(self, found: str) -> None:
        refuse_begun(self.path.parent, json.loads(found).get("origin", self.origin), self.origin)

    def _insert(self, table: str, columns: str, values: list[tuple]) -> None:
        insert(self.base, self.path, table, columns, values)


WAITING = """
FROM candidate WHERE problem = '' AND path != ''
AND NOT EXISTS (SELECT 1 FROM look WHERE look.id = candidate.id)
"""


def plain_path(photo: str) -> str:
    r"""A photo's path as folders and shards write it, where a list or a shard has it otherwise.

    >>> plain_path("./34/8d/1.jpg"), plain_path(r"34\8d\1.jpg"), plain_path("34/1.jpg")
    ('34/8d/1.jpg', '34/8d/1.jpg', '34/1.jpg')
    """
    if photo.startswith("./") or "\\" in photo or "//" in photo:
        return posixpath.normpath(photo.replace("\\", "/"))
    return photo


def key_of(photo: str) -> str:
    """What a photo is called without the suffix of its format, which some lists leave out.

    >>> key_of("34/8d/9055806529.jpg"), key_of("4065883540137904")
    ('34/8d/9055806529', '4065883540137904')
    """
    stem, suffix = os.path.splitext(photo)
    return stem if suffix.lower() in PHOTO_SUFFIXES else photo


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows, BATCH at a time."""
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _printable(candidate: Candidate) -> Candidate:
    """The candidate; set aside if its name is no text, as names of files need not be."""
    try:
        (candidate.name + candidate.path).encode()
    except UnicodeEncodeError:
        name = candidate.name.encode(errors="surrogateescape").decode(errors="replace")
        return Candidate(name, problem="a name that is no UTF-8")
    return candidate
