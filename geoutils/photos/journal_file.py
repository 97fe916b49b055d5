"""A hidden SQLite file in which long work notes what is done: it can be killed at any time.

One process at a time has it open. `recipe` says of what work it is.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ABOUT = "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);"


def connect(path: Path) -> sqlite3.Connection:
    """Open a journal for this process alone; a new one is empty, without any table.

    Raises what `plain_errors` makes plain.
    """
    base = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        base.executescript(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
            "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192; PRAGMA temp_store = FILE;"
            "BEGIN IMMEDIATE; COMMIT;"
        )
    except sqlite3.Error:
        base.close()
        raise
    return base


def begin(
    path: Path, recipe: str, schema: str, work: str, agree: Callable[[str], None] | None = None
) -> sqlite3.Connection:
    """Open the journal of some work (such as "check"); of another recipe it starts anew.

    The recipe is noted by the caller, once all that there is to do stands in the tables of
    `schema`. `agree` is asked before a journal with another recipe is deleted, and may raise.
    Raises what `plain_errors` does.
    """
    make_folder(path.parent)
    with plain_errors(path, work):
        base = connect(path)
        found = noted(base, "recipe")
        if found != recipe:
            base.close()
            if found and agree:
                agree(found)
            path.unlink()
            base = connect(path)
            base.executescript(schema)
        return base


def make_folder(folder: Path) -> None:
    """Make the folder that work writes into, if need be; ValueError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"out_dir: {folder} cannot be written ({error.strerror})") from None


def missing_folders(folder: Path) -> list[Path]:
    """The folder and those above it that are not there yet, the innermost first."""
    return [path for path in (folder, *folder.parents) if not path.exists()]


def discard(base: sqlite3.Connection, path: Path, made: list[Path]) -> None:
    """Delete the journal of work that cannot be done, and the folders made for it, if empty."""
    base.close()
    path.unlink(missing_ok=True)
    for folder in made:
        with suppress(OSError):  # something else lies in it
            folder.rmdir()


@contextmanager
def plain_errors(path: Path, work: str) -> Iterator[None]:
    """Turn errors of opening the journal of some work (such as "check") into one-line ValueErrors.

    Another process that works there, a full disk, and a file that is no journal are told apart.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        why = "no room"
        if "locked" in str(error):
            why = f"another {work} is writing here"
        elif any(word in str(error) for word in ("readonly", "unable to open")):
            why = "nothing can be written here"
        raise ValueError(f"{path.parent}: {why} ({error})") from None
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path}: no journal of a {work} ({error}); delete it") from None


def noted(base: sqlite3.Connection, name: str) -> str:
    """What the journal notes about its work under a name, "" if it notes nothing."""
    if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
        return ""
    found = base.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    return found[0] if found else ""


def note(base: sqlite3.Connection, name: str, value: str) -> None:
    """Note something about the work, in place of what was noted under this name."""
    base.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))


def insert(
    base: sqlite3.Connection, path: Path, table: str, columns: str, values: list[tuple]
) -> None:
    """Add rows to a table, on disk, all of them or none; OSError where there is no room."""
    if not values:
        return
    places = ", ".join("?" * len(values[0]))
    with plain_faults(path):
        base.execute("BEGIN IMMEDIATE")
        base.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)
        base.execute("COMMIT")


@contextmanager
def plain_faults(path: Path) -> Iterator[None]:
    """Turn errors of a journal at work, such as that of a full disk, into a one-line OSError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}; the same command goes on from here") from None
