"""Where a photo of a list is kept: its name in the list, as a path that cannot leave the folder."""

import os
from pathlib import Path, PurePosixPath

from geoutils.photos.folder import PHOTO_SUFFIXES

LONGEST_PART = 200  # bytes; file systems take 255, and a suffix may follow
LONGEST_NAME = 1000
FORBIDDEN = set('\\:*?"<>|') | {chr(code) for code in (*range(32), 127)}  # somewhere or other


def name_problem(photo: str) -> str:
    r"""Why no file in a folder can have this name; "" if one can.

    >>> name_problem("34/8d/9055806529.jpg"), name_problem("../../etc/passwd")
    ('', 'a name that leads out of the folder')
    """
    parts = photo.split("/")
    if photo.startswith("/") or ".." in parts:
        return "a name that leads out of the folder"
    if not all(parts) or any(part.startswith(".") or part.endswith((".", " ")) for part in parts):
        return "a name that no file should have"
    if FORBIDDEN & set(photo):
        return "a name with letters that files should not have"
    try:
        lengths = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        return "a name that is no UTF-8"
    if max(lengths) > LONGEST_PART or sum(lengths) > LONGEST_NAME:
        return "a name too long for a file"
    return ""


def file_of(folder: Path, photo: str, suffix: str) -> Path:
    """The file of a photo, with the suffix of its format where its name has none of a photo's."""
    return folder / (photo if _has_suffix(photo) else photo + suffix)


def is_there(folder: Path, photo: str) -> bool:
    """Whether the photo lies in the folder, with whatever suffix; an empty file is none."""
    names = [photo] if _has_suffix(photo) else [photo + suffix for suffix in PHOTO_SUFFIXES]
    files = [os.path.join(folder, name) for name in names]
    return any(os.path.isfile(file) and os.path.getsize(file) > 0 for file in files)


def _has_suffix(photo: str) -> bool:
    return PurePosixPath(photo).suffix.lower() in PHOTO_SUFFIXES
