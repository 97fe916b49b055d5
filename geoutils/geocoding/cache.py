"""Answers of a web service, kept in one SQLite file so that nothing is asked twice."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

APPLICATION_ID = 0x47454F41  # "GEOA": tells our files from other SQLite files
WAIT_FOR_OTHERS_S = 60  # another run may be writing the same file
AT_ONCE = 500  # SQLite allows 999 parameters a statement in its older versions

TABLES = f"""
CREATE TABLE servers (id INTEGER PRIMARY KEY, url TEXT UNIQUE NOT NULL);
CREATE TABLE answers (
    server INTEGER NOT NULL REFERENCES servers,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (server, question)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
"""


class AnswerCache:
    """What one server has answered so far; questions and answers are texts.

    The file is made with the first answers, so that a server that is not there leaves none behind.
    """

    def __init__(self, path: Path, url: str):
        self.path = path
        self._url = url
        self._connection: sqlite3.Connection | None = None
        self._server = 0
        if path.exists():
            self._open()

    def __len__(self) -> int:
        if self._connection is None:
            return 0
        sql = "SELECT count(*) FROM answers WHERE server = ?"
        return self._connection.execute(sql, [self._server]).fetchone()[0]

    def find(self, questions: list[str]) -> dict[str, str]:
        """Answers to those of `questions` that were asked before."""
        found: dict[str, str] = {}
        if self._connection is None:
            return found
        for start in range(0, len(questions), AT_ONCE):
            asked = questions[start : start + AT_ONCE]
            marks = ",".join("?" * len(asked))
            sql = f"SELECT question, answer FROM answers WHERE server = ? AND question IN ({marks})"
            found.update(self._connection.execute(sql, [self._server, *asked]))
        return found

    def keep(self, answers: list[tuple[str, str]]) -> None:
        """Write (question, answer) pairs to disk in one transaction."""
        if not answers:
            return
        connection = self._connection or self._open()
        with connection:
            connection.executemany(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
                [(self._server, question, answer) for question, answer in answers],
            )

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=WAIT_FOR_OTHERS_S)
        try:
            _prepare(connection, self.path)
            with connection:
                connection.execute("INSERT OR IGNORE INTO servers (url) VALUES (?)", [self._url])
            sql = "SELECT id FROM servers WHERE url = ?"
            self._server = connection.execute(sql, [self._url]).fetchone()[0]
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection


@contextmanager
def open_cache(path: str | Path, url: str) -> Iterator[AnswerCache]:
    """Open the answers of the server at `url` in the file `path`, made with the first answers.

    Raises ValueError if `path` is a folder or a file of another kind, which is left as it is, or
    if no file can be made there.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"cache: {path} is a folder; expected the name of a file")
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise ValueError(f"cache: {path} cannot be made; {folder} is no folder to write in")
    cache = AnswerCache(path, url)
    try:
        yield cache
    finally:
        cache.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    try:
        with connection:
            connection.execute("BEGIN IMMEDIATE")  # two first runs at once: one makes the tables
            kind = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if kind == 0 and tables == 0:
                for statement in TABLES.split(";\n"):
                    connection.execute(statement)
                return
    except sqlite3.DatabaseError as error:
        raise ValueError(f"cache: {path} is no SQLite file that can be used ({error})") from error
    if kind != APPLICATION_ID:
        raise ValueError(f"cache: {path} is an SQLite file of another program; name another file")
