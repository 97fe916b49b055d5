"""A photo's bytes: a whole file, or the run of bytes in a shard where it lies."""

import io
import os
import stat
from pathlib import Path

BYTES_LIMIT = 2**28  # of one photo; no camera makes larger ones in the formats that are read
NO_REGULAR_FILE = "no such file, or no regular one"


class NoPhotoFile(Exception):
    """Why a file is not even read, in a few words."""


def open_regular(path: str | Path) -> io.BufferedReader:
    """Open a file to read it; NoPhotoFile for a pipe or a device, which could keep us waiting.

    Raises OSError where there is none, or none that may be read.
    """
    # Without waiting for a writer, as opening a pipe otherwise does.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NoPhotoFile(NO_REGULAR_FILE)
    return os.fdopen(handle, "rb")


def read_photo(path: str | Path, offset: int = 0, length: int = 0) -> bytes:
    """The bytes of a photo that is a file, or `length` bytes of one from `offset` on.

    Raises NoPhotoFile, with the reason, for what is cut off, too large or no regular file, and
    OSError where nothing can be read.
    """
    with open_regular(path) as file:
        size = length or os.fstat(file.fileno()).st_size
        if size > BYTES_LIMIT:
            raise NoPhotoFile(f"more than {BYTES_LIMIT:,} bytes")
        file.seek(offset)
        data = file.read(size)
    if len(data) < length:
        raise NoPhotoFile("truncated file")
    return data
