"""Whether a study of given photos trains a model of its own, or borrows one.

A study file may say both. Its top level borrows (`model_from`); its key `own_model` says from how
many photos on the study has a model of its own, and what it does then:

    own_model:
      enough_photos: 1000
      grow: [t_max]          # settings of 02_partitions, written for that many photos
      title: ...
      01_photos: {size: 224} # replaces single parameters
      02_partitions: ...     # adds sections
"""

from math import sqrt
from pathlib import Path
from typing import Any

TEXTS = ("title", "about")
GROWING = "02_partitions"


def settled(contents: dict[str, Any], n_photos: int) -> dict[str, Any]:
    """A study file's contents once it is known how many photos there are; no `own_model` in them.

    With enough photos sections and texts of `own_model` replace and extend those of the file, and
    nothing is borrowed. The numbers listed under `grow` then grow with the square root of the
    photos: halfway between cells that stay as few and cells that stay as full, which leads from
    the numbers of a small study to those of the papers. With too few photos `about` says so.
    Raises ValueError for an `own_model` that lacks a key or has an unknown one.
    """
    if "own_model" not in contents:
        return contents
    own = _checked(contents["own_model"])
    settled = {name: value for name, value in contents.items() if name != "own_model"}
    enough = own["enough_photos"]
    if n_photos < enough:
        few = (
            f"Photos with a position: {n_photos:,}. From {enough:,} on the study trains a model on "
            "them instead of borrowing one."
        )
        return settled | {"about": f"{contents.get('about', '')} {few}".strip()}
    settled.pop("model_from", None)
    settled |= {name: own[name] for name in TEXTS if name in own}
    for name in _sections(own):
        settled[name] = settled.get(name, {}) | own[name]
    factor = sqrt(n_photos / enough)
    for name in own["grow"]:
        if name not in settled.get(GROWING, {}):
            raise ValueError(f"own_model: grow names {name}; {GROWING} has no such parameter")
        settled[GROWING] |= {name: _scaled(settled[GROWING][name], factor)}
    return settled


def count_placed(photos: dict[str, Any]) -> int:
    """About how many photos a model could learn from, by the parameters of 01_photos.

    A quick look: positions are read, pictures are not decoded, so a few may turn out unusable. A
    list of positions without files has none.
    """
    from geoutils.photos.quick_count import (  # they take a while
        count_checked,
        count_in_folder,
        count_in_list,
    )

    if not photos.get("photos"):
        return 0
    if photos["source"] == "folder":
        return count_in_folder(Path(photos["photos"]))
    if photos["source"] == "checked":
        return count_checked(Path(photos["photos"]))
    return count_in_list(Path(photos["photos"]), photos["photos_dir"])


def _checked(own: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(own.get("enough_photos"), int) or own["enough_photos"] < 1:
        found = own.get("enough_photos")
        raise ValueError(f"own_model: enough_photos should be a number of photos, found {found!r}")
    own = {"grow": []} | own
    for name, value in own.items():
        if name not in ("enough_photos", "grow", *TEXTS, *_sections(own)):
            raise ValueError(f"own_model: unknown key {name!r}")
        if name in _sections(own) and not isinstance(value, dict):
            raise ValueError(f"own_model: {name} should be a dict, found {value!r}")
    return own


def _sections(own: dict[str, Any]) -> list[str]:
    return [name for name in own if name[:2].isdigit()]


def _scaled(value: Any, factor: float) -> Any:
    """Numbers of photos or of cells times a factor, in whatever they are listed."""
    if isinstance(value, dict):
        return {name: _scaled(number, factor) for name, number in value.items()}
    if isinstance(value, list):
        return [_scaled(number, factor) for number in value]
    return round(value * factor)
