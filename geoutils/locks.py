"""One process at a time: a lock that ends with whoever holds it, and tells who that is."""

import fcntl
import os
import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

COMMAND_LIMIT = 200  # letters of a command that a message shows


@contextmanager
def held(path: str | Path, what: str, shared: bool = False) -> Iterator[int]:
    """Hold the lock file at `path`, made if need be, until the block ends; yield its number.

    However its process ends, the lock ends with it, or with the last child that was given its
    number. The file stays, and says who held it last. Several may hold a lock that is `shared`,
    but not beside one that is not. Raises ValueError, `what` and by whom, where another process
    holds it; OSError where the file cannot be written. A file system without locks holds nothing.
    """
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        if not _locked(number, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            raise ValueError(what + _by(number))
        if not shared:
            os.ftruncate(number, 0)
            os.pwrite(number, f"{os.getpid()}\n{socket.gethostname()}\n{_about()}\n".encode(), 0)
        yield number
    finally:
        os.close(number)


def check_free(path: str | Path, what: str) -> None:
    """Raise ValueError, `what` and by whom, where another process holds the lock at `path`."""
    if Path(path).exists():
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if not _locked(number, fcntl.LOCK_SH):
                raise ValueError(what + _by(number))
        finally:
            os.close(number)


@contextmanager
def holding(folder: str | Path, taken: str = "") -> Iterator[None]:
    """Hold a folder itself, made if need be, until the block ends or the process is killed.

    Where another process holds it, a ValueError says that it is `taken`; without such a sentence
    this one waits until the other has ended. No file is left. A file system without locks holds
    nothing.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not _locked(number, fcntl.LOCK_EX):
            if taken:
                raise ValueError(taken)
            print(f"waiting for another process that writes in {folder}", flush=True)
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _locked(number: int, kind: int) -> bool:
    try:
        fcntl.flock(number, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        pass
    return True


def _about() -> str:
    command = shlex.join(sys.orig_argv)
    if len(command) > COMMAND_LIMIT:
        command = command[: COMMAND_LIMIT - 1] + "…"
    return f"since {datetime.now():%Y-%m-%d %H:%M}: {' '.join(command.split())}"


def _by(number: int) -> str:
    """Who holds a lock, as far as its file tells."""
    if _locked(number, fcntl.LOCK_SH):  # so those who hold it share it, and wrote nothing
        return ""
    lines = os.pread(number, 4096, 0).decode(errors="replace").split("\n")
    if len(lines) < 4 or not lines[0].isdecimal():  # it is just being written
        return ""
    process, host, about = lines[:3]
    ended = host == socket.gethostname() and not _lives(int(process))
    left = " (it has ended, what it started has not)" if ended else ""
    return f" by process {process} on {host} {about}{left}"


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        pass
    return True
