"""One run at a time in a folder: two would delete each other's half-written files."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def holding(folder: str | Path) -> Iterator[None]:
    """Hold a folder, made if need be, until the block ends or the process is killed.

    Raises ValueError where another process holds it. A file system without locks holds nothing.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    opened = os.open(folder, os.O_RDONLY)  # the folder itself, so that no lock file is left
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        raise ValueError(f"folder: another run is training in {folder}; let it end first") from None
    except OSError:
        pass
    try:
        yield
    finally:
        os.close(opened)
