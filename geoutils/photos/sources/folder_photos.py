"""The photos of a folder, one by one, without a list of them all in memory."""

import os
from collections.abc import Iterator
from pathlib import Path

from geoutils.photos.folder import LISTING_NAME, OTHER_PHOTO_SUFFIXES, PHOTO_SUFFIXES
from geoutils.photos.photo_file import NO_REGULAR_FILE
from geoutils.photos.sources.candidate import Candidate
from geoutils.photos.sources.tar_photos import COMPRESSED, COMPRESSED_SUFFIXES


def files_in(folder: Path) -> Iterator[tuple[str, os.DirEntry]]:
    """Every file below a folder, in the order of the disk, with its path in the folder.

    Hidden files and folders are skipped, links to folders not followed.
    """
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(folder / inside) as entries:
            for entry in entries:
                name = f"{inside}/{entry.name}" if inside else entry.name
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name)
                else:
                    yield name, entry


def folder_photos(folder: Path, listings: list[Path]) -> Iterator[Candidate]:
    """Every photo below a folder, named by its path in it.

    What is a photo by its name but of a format that is not read comes with its problem, and so do
    archives that may hold photos. Files called `photos.csv` are appended to `listings`.
    """
    for name, entry in files_in(folder):
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix in PHOTO_SUFFIXES:
            # A named pipe would keep its reader waiting forever.
            problem = "" if entry.is_file() else NO_REGULAR_FILE
            yield Candidate(name, entry.path, problem=problem)
        elif suffix in OTHER_PHOTO_SUFFIXES:
            yield Candidate(name, entry.path, problem=f"{suffix} photos are not read")
        elif entry.name.lower() == LISTING_NAME and entry.is_file():
            listings.append(Path(entry.path))
        elif suffix == ".zip":
            yield Candidate(name, entry.path, problem="a zip archive; unpack it")
        elif entry.name.lower().endswith(COMPRESSED_SUFFIXES):
            yield Candidate(name, entry.path, problem=COMPRESSED)
