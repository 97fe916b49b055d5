"""Which photos a run of a study is given, on the command line or by the study's file."""

from pathlib import Path
from typing import Any

PHOTOS = "01_photos"  # the notebook that reads them


def photos_argument(path: str) -> dict[str, str]:
    """Parameters of notebook 01 for the user's photos; ValueError where there are none.

    The files of a list are looked for beside it; a folder that `photos check` wrote is told by its
    manifest. Refused are lists without a row that can be read, and checks that have not ended or
    that kept nothing.
    """
    from geoutils.photos.folder import PHOTO_SUFFIXES  # here, since these take a while
    from geoutils.photos.packing.originals import n_rows
    from geoutils.photos.sources import is_checked
    from geoutils.photos.sources.checked import JOURNAL, MANIFEST, REJECTED
    from geoutils.photos.sources.listed_photos import listed_photos

    photos = Path(path).resolve()
    if not photos.exists():
        raise ValueError(f"photos: {path} does not exist; expected a folder or a CSV/Parquet list")
    if photos.is_file():
        next(listed_photos(photos, say=lambda _: None))  # which tells what is wrong with a list
        return {"source": "table", "photos": str(photos), "photos_dir": str(photos.parent)}
    if (photos / JOURNAL).exists():
        raise ValueError(f"photos: the check in {path} has not ended; the same command goes on")
    if is_checked(photos):
        if n_rows(photos / MANIFEST) == 0:
            why = photos / REJECTED
            raise ValueError(f"photos: the check in {path} kept no photo; {why} tells why")
        return {"source": "checked", "photos": str(photos)}
    if not any(file.suffix.lower() in PHOTO_SUFFIXES for file in photos.rglob("*")):
        raise ValueError(f"photos: no JPEG, PNG or WebP photo below {path}")
    return {"source": "folder", "photos": str(photos)}


def found_photos(section: dict[str, Any], root: Path, study: str) -> dict[str, str]:
    """Whole paths of the photos that parameters of notebook 01 name; {} where it draws its own.

    Relative ones are looked for from the current folder, then from the repository. ValueError where
    none are named, or none are there.
    """
    if section.get("source") not in ("folder", "table", "checked"):
        return {}
    if not section["photos"]:
        raise ValueError(f"photos: study {study} needs a folder or list; give --photos")
    names = ["photos"]
    if section["source"] == "table" and section["photos_dir"]:  # a list without: positions alone
        names.append("photos_dir")
    return {name: str(_found(section[name], root, name, study)) for name in names}


def _found(path: str, root: Path, name: str, study: str) -> Path:
    for place in (Path(path).resolve(), root / path):
        if place.exists():
            return place
    raise ValueError(
        f"{name}: study {study} would read {root / path}, which is not there; give --photos"
    )
