"""A folder of photos as a manifest: positions from EXIF, or from a `photos.csv` beside them."""

import os
from pathlib import Path

import pandas as pd

from geoutils.photos.decode import PhotoFacts, examine_all
from geoutils.photos.labels import scenes_of
from geoutils.photos.manifest import sift
from geoutils.photos.table import read_columns

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp"}
# Photos too, but not read here: set aside by name, so that nobody wonders where they went.
OTHER_PHOTO_SUFFIXES = {".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".tif", ".tiff", ".gif"}
OTHER_PHOTO_SUFFIXES |= {".bmp", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".pef", ".raf"}
OTHER_PHOTO_SUFFIXES |= {".rw2", ".srw"}
LISTING_NAME = "photos.csv"
LINKED_FOLDER = "a link to a folder, which is not followed"
CLOSED_FOLDER = "a folder that cannot be read ({})"


def read_folder(folder: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Index all JPEG, PNG and WebP photos below a folder as (manifest, rejected).

    The position comes from EXIF GPS. Where EXIF has none, or none that can be used, it comes from
    a `photos.csv` in the photo's folder or above (columns for file, latitude, longitude and, if
    wanted, author and scene; files relative to the CSV). Photos without any position, damaged
    ones, and files that `photos.csv` names but nobody finds are rejected with the reason.
    Folders whose name starts with a dot are skipped. `split` stays empty.

    Raises ValueError where there is no such folder or no photo in it.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise ValueError(f"folder: {folder} is no folder; expected one with photos")
    closed: dict[Path, str] = {}
    files = sorted(files_below(folder, closed))
    photos = [file for file in files if file.suffix.lower() in PHOTO_SUFFIXES]
    others = [file for file in files if file.suffix.lower() in OTHER_PHOTO_SUFFIXES]
    if not photos:
        found = f"{len(files)} files of other kinds" if files else "no file at all"
        raise ValueError(f"folder: {folder} holds no JPEG, PNG or WebP photo, but {found}")
    listed = listed_photos(files)
    facts = examine_all(photos)
    rows = [
        _row(path, fact, listed.get(path), folder) for path, fact in zip(photos, facts, strict=True)
    ]
    manifest, rejected = sift(pd.DataFrame(rows))
    unread = [(_key(path, folder), f"{path.suffix.lower()} photos are not read") for path in others]
    unread += [(_key(path, folder), why) for path, why in sorted(closed.items())]
    unread += [
        (_key(path, folder), f"listed in {LISTING_NAME}, but there is no such photo")
        for path in listed
        if path not in set(photos) | set(others)
    ]
    unread = pd.DataFrame(unread, columns=["photo", "reason"], dtype="str")
    return manifest, pd.concat([rejected, unread], ignore_index=True)


def files_below(folder: Path, closed: dict[Path, str] | None = None) -> list[Path]:
    """All files below a folder, but not those in hidden folders or behind links to folders.

    Such links, and folders that cannot be read, go to `closed` with the reason.
    """
    found: list[Path] = []
    closed = {} if closed is None else closed

    def unreadable(error: OSError) -> None:
        closed[Path(error.filename)] = CLOSED_FOLDER.format(error.strerror)

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [Path(parent, name) for name in folders if os.path.islink(Path(parent, name))]
        closed |= dict.fromkeys(links, LINKED_FOLDER)
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    return found


def listed_photos(files: list[Path]) -> dict[Path, dict[str, object]]:
    """What each `photos.csv` says of each photo, by the photo's path; the nearest listing wins."""
    # A named pipe would keep its reader waiting forever.
    listings = [file for file in files if file.name.lower() == LISTING_NAME and file.is_file()]
    listed = {}
    for listing in sorted(listings, key=lambda path: len(path.parts)):
        table, broken = read_columns(listing)
        if "photo" not in table:
            raise ValueError(f"{listing}: no column for the photo's file; expected one named file")
        if len(broken):
            raise ValueError(f"{listing}: {broken['photo'][0]} has {broken['reason'][0]}")
        for row in table.assign(scene=scenes_of(table)).to_dict("records"):
            listed[Path(os.path.normpath(listing.parent / row["photo"]))] = row
    return listed


def _row(
    path: Path, facts: PhotoFacts, listed: dict[str, object] | None, folder: Path
) -> dict[str, object]:
    """One candidate row for the manifest."""
    row = {
        "photo": _key(path, folder),
        "latitude": None,
        "longitude": None,
        "author": "",
        "scene": "",
        "width": facts.width,
        "height": facts.height,
        "path": str(path),
        "sha256": facts.sha256,
        "camera": "",
        "position_source": "",
        "problem": facts.problem,
    }
    if facts.exif is None:
        return row
    row |= {"author": facts.exif.author, "camera": facts.exif.camera}
    if facts.exif.latlon_deg is not None:
        row["latitude"], row["longitude"] = facts.exif.latlon_deg
        row["position_source"] = "EXIF"
    elif listed is not None:
        row |= {"latitude": listed["latitude"], "longitude": listed["longitude"]}
        row["position_source"] = LISTING_NAME
    else:
        row["problem"] = facts.exif.problem
    if listed is not None:
        row["author"] = listed.get("author", "") or row["author"]
        row["scene"] = listed["scene"]
    return row


def _key(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
