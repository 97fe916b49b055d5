"""Answers of a web service, kept in one SQLite file so that nothing is asked twice."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class AnswerCache:
    """What one server has answered so far; questions and answers are texts."""

    path: Path
    connection: sqlite3.Connection
    server: int

    def __len__(self) -> int:
        sql = "SELECT count(*) FROM answers WHERE server = ?"
        return self.connection.execute(sql, [self.server]).fetchone()[0]

    def find(self, questions: list[str]) -> dict[str, str]:
        """Answers to those of `questions` that were asked before."""
        found: dict[str, str] = {}
        for start in range(0, len(questions), AT_ONCE):
            asked = questions[start : start + AT_ONCE]
            marks = ",".join("?" * len(asked))
            sql = f"SELECT question, answer FROM answers WHERE server = ? AND question IN ({marks})"
            found.update(self.connection.execute(sql, [self.server, *asked]))
        return found

    def keep(self, answers: list[tuple[str, str]]) -> None:
        """Write (question, answer) pairs to disk in one transaction."""
        if answers:
            with self.connection:
                self.connection.executemany(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
                    [(self.server, question, answer) for question, answer in answers],
                )


@contextmanager
def open_cache(path: str | Path, url: str) -> Iterator[AnswerCache]:
    """Open the answers of the server at `url` in the file `path`, made if it is not there.

    Raises ValueError if `path` is a folder or a file of another kind, which is left as it is.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"cache: {path} is a folder; expected the name of a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=WAIT_FOR_OTHERS_S)
    try:
        _prepare(connection, path)
        with connection:
            connection.execute("INSERT OR IGNORE INTO servers (url) VALUES (?)", [url])
        sql = "SELECT id FROM servers WHERE url = ?"
        yield AnswerCache(path, connection, connection.execute(sql, [url]).fetchone()[0])
    finally:
        connection.close()


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
