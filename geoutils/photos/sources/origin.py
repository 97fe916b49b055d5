"""Of which source a folder holds the check, so that none takes the place of another's."""

import json
from pathlib import Path

from geoutils.files import replacing

ORIGIN = "checked.json"
Origin = dict[str, str]  # the paths of the source and of its list, "" for none


def origin_of(source: Path, listing: Path | None) -> Origin:
    """What the check of a source, by a list if there is one, notes of itself."""
    return {"source": str(source), "list": str(listing) if listing else ""}


def write_origin(origin: Origin, folder: Path) -> None:
    """Note beside a manifest of which source it is."""
    with replacing(folder / ORIGIN) as temporary:
        temporary.write_text(json.dumps(origin, indent=1) + "\n")


def refuse_other(folder: Path, manifest: str, origin: Origin) -> None:
    """Raise ValueError where a folder holds a manifest, but not that of this source."""
    if not (folder / manifest).exists():
        return
    try:
        found = json.loads((folder / ORIGIN).read_text())
        found = {name: str(found[name]) for name in origin}
    except FileNotFoundError:
        raise ValueError(
            f"out_dir: {folder} holds a {manifest} of another kind; give another --out-dir"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"out_dir: {folder / ORIGIN} tells of no check; give another --out-dir"
        ) from None
    refuse_begun(folder, found, origin)


def refuse_begun(folder: Path, found: Origin, origin: Origin) -> None:
    """Raise ValueError where a check that has ended, or has begun, is that of another source."""
    if found != origin:
        by_list = f" by {found['list']}" if found["list"] else ""
        raise ValueError(
            f"out_dir: {folder} holds the check of {found['source']}{by_list}; give another "
            "--out-dir, or delete that one"
        )
