"""The list of photos that could not be read when asked for, kept beside a study's pixels.

Whoever is on it stays on it though the photo may come back, since what was learned and scored
meanwhile did without it. Notebook 01 begins a new list.
"""

import csv
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pandas as pd

from geoutils.spreadsheets import guarded, unguarded

ENDING = "_lost.csv"


def lost_list(path: str | Path) -> Path:
    """Where photos are listed that could not be read: 64px.npy -> 64px_lost.csv."""
    path = Path(path)
    return path.with_name(f"{path.stem}{ENDING}")


def read_lost(file: str | Path) -> dict[str, str]:
    """Photos of a list and why each was lost when it was put there; {} where there is no list."""
    if not Path(file).is_file():
        return {}
    with open(file, newline="") as lines:
        rows = [row for row in csv.reader(lines) if len(row) == 2]
    table = pd.DataFrame(rows, columns=["photo", "reason"], dtype="str").apply(unguarded)
    table = table.drop_duplicates("photo")
    return dict(zip(table["photo"], table["reason"], strict=True))


def add_lost(file: str | Path, photos: Iterable[tuple[str, str]]) -> None:
    """Put photos and reasons on a list; a full disk, say, that keeps it from that stops nobody."""
    with suppress(OSError), open(file, "a", newline="") as lines:
        csv.writer(lines).writerows(guarded(pd.Series(photo)) for photo in photos)


def lost_photos(folder: str | Path) -> dict[str, str]:
    """Photos of all lists in a study's folder of pixels, and why each was lost."""
    found: dict[str, str] = {}
    for file in _lists(folder):
        found |= read_lost(file)
    return found


def told_of_lost(folder: str | Path) -> str:
    """A sentence on the photos that could not be read, by the lists in a folder; "" without any."""
    lost = lost_photos(folder)
    if not lost:
        return ""
    some = [f"{photo} ({reason})" for photo, reason in list(lost.items())[:3]]
    photos = "1 photo" if len(lost) == 1 else f"{len(lost):,} photos"
    return (
        f"{photos} could not be read when asked for: no loss is computed for them, no score counts "
        f"them and no search finds them: {', '.join(some)}{', …' if len(lost) > 3 else ''}; all "
        f"are in {_lists(folder)[0]}."
    )


def _lists(folder: str | Path) -> list[Path]:
    return sorted(Path(folder).glob(f"*{ENDING}"))
