"""The photos of a folder, one by one, without a list of them all in memory."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from geoutils.photos.folder import (
    CLOSED_FOLDER,
    LINKED_FOLDER,
    LISTING_NAME,
    OTHER_PHOTO_SUFFIXES,
    PHOTO_SUFFIXES,
)
from geoutils.photos.photo_file import NO_REGULAR_FILE
from geoutils.photos.sources.candidate import Candidate
from geoutils.photos.sources.shard_readers import SHARD_READERS
from geoutils.photos.sources.tar_photos import COMPRESSED, COMPRESSED_SUFFIXES


def files_in(
    folder: Path, unread: list[Candidate] | None = None
) -> Iterator[tuple[str, os.DirEntry]]:
    """Every file below a folder, in the order of the disk, with its path in the folder.

    Hidden files and folders are skipped, links to folders not followed; these, and folders that
    cannot be read, are appended to `unread`. OSError where that is the folder itself.
    """
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            entries = os.scandir(folder / inside)
        except OSError as error:
            if not inside:
                raise
            problem = CLOSED_FOLDER.format(error.strerror)
            _note(unread, Candidate(inside, str(folder / inside), problem=problem))
            continue
        with entries:  # one by one, for a folder may hold millions
            for entry in entries:
                name = f"{inside}/{entry.name}" if inside else entry.name
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name)
                elif entry.is_symlink() and os.path.isdir(entry.path):
                    _note(unread, Candidate(name, entry.path, problem=LINKED_FOLDER))
                else:
                    yield name, entry


def folder_photos(
    folder: Path, listings: list[Path], say: Callable[[str], None] = print
) -> Iterator[Candidate]:
    """Every photo below a folder, named by its path in it.

    What is a photo by its name but of a format that is not read comes with its problem, and so do
    archives that may hold photos, links to folders and folders that cannot be read. Files called
    `photos.csv` are appended to `listings`; how many files of other kinds there are is said.
    """
    unread: list[Candidate] = []
    others: Counter[str] = Counter()
    for name, entry in files_in(folder, unread):
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix in PHOTO_SUFFIXES:
            # A named pipe would keep its reader waiting forever.
            problem = "" if _is_file(entry) else NO_REGULAR_FILE
            yield Candidate(name, entry.path, problem=problem)
        elif suffix in OTHER_PHOTO_SUFFIXES:
            yield Candidate(name, entry.path, problem=f"{suffix} photos are not read")
        elif entry.name.lower() == LISTING_NAME and _is_file(entry):
            listings.append(Path(entry.path))
        elif suffix == ".zip":
            yield Candidate(name, entry.path, problem="a zip archive; unpack it")
        elif entry.name.lower().endswith(COMPRESSED_SUFFIXES):
            yield Candidate(name, entry.path, problem=COMPRESSED)
        elif suffix not in SHARD_READERS:
            others[suffix or "no suffix"] += 1
    yield from unread
    if others:
        most = sorted(others.items(), key=lambda kind: (-kind[1], kind[0]))[:5]
        kinds = ", ".join(f"{suffix} {n:,}" for suffix, n in most)
        say(f"files of other kinds, left alone: {kinds}{', …' if len(others) > 5 else ''}")


def _note(unread: list[Candidate] | None, candidate: Candidate) -> None:
    if unread is not None:
        unread.append(candidate)


def _is_file(entry: os.DirEntry) -> bool:
    """Whether it is a regular file; a link that leads in circles, or nowhere, is none."""
    try:
        return entry.is_file()
    except OSError:
        return False
