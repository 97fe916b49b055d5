"""Files appear whole or not at all."""

import fcntl
import glob
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place once the block ends without error.

    The temporary name keeps the suffix, so that writers which look at it behave. The file is
    synced to disk before the rename; on an error it is removed and `path` stays as it was. What
    killed writers of the same file left is removed first. Missing parent folders are made.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)
    number, name = tempfile.mkstemp(
        prefix=f".{path.stem}.new-", suffix=path.suffix, dir=path.parent
    )
    temporary = Path(name)
    try:
        _lock(number)  # tells others that its writer lives
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # mkstemp makes files private to their owner
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        os.close(number)
        temporary.unlink(missing_ok=True)


def replace_synced(temporary: str | Path, path: str | Path) -> None:
    """Rename a finished file to the name that others look for, once it is safe on disk."""
    with open(temporary, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(Path(path).parent)


def remove_leftovers(path: str | Path) -> None:
    """Delete what killed writers left of a file under temporary names."""
    path = Path(path)
    for leftover in path.parent.glob(_pattern(path)):
        with suppress(OSError):  # its writer has just ended, or is somebody else
            number = os.open(leftover, os.O_RDWR | os.O_CLOEXEC)
            try:
                if _lock(number):
                    leftover.unlink()
            finally:
                os.close(number)


def _pattern(path: Path) -> str:
    return glob.escape(f".{path.stem}.new-") + "*" + glob.escape(path.suffix)


def sync_folder(folder: str | Path) -> None:
    """Make renames in a folder outlast a power cut, where the file system can."""
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)


def _lock(number: int) -> bool:
    """Lock an open file; whether nobody else has locked it. It ends when the file is closed."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # taken, or a file system without locks
        return False
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
