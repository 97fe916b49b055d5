"""Which column of a photo list is which, and whether latitude and longitude are swapped."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from geoutils.atlas import is_land

# Names seen in public lists, in the order of trust; capitals and blanks around do not matter.
KNOWN_NAMES = {
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng", "long"),
    "photo": (
        *("photo", "img_id", "image_id", "photo_id", "file", "filename", "path", "image"),
        *("img_file", "id"),
    ),
    "author": (
        *("author", "creator", "photographer", "user", "user_id", "owner"),
        *("creator_id", "creator_username"),
    ),
    "split": ("split",),
    "scene": ("scene",),
    "s3": ("s3_label", "s3"),
    "s16": ("s16_label", "s16"),
    "s365": ("s365_label", "s365"),
    "prob_indoor": ("prob_indoor",),
    "prob_natural": ("prob_natural",),
    "prob_urban": ("prob_urban",),
}
SAMPLE = 20_000  # rows looked at for swapped columns


def guess_columns(names: Sequence[str], where: str) -> dict[str, str]:
    """Which of a table's columns holds what: {our name: the table's name}, absent ones left out.

    Raises ValueError naming what was found and what was expected if there is no position, or if
    two of these columns have one name.

    >>> guess_columns(["IMG_ID", "LAT", "LON"], "list.csv")
    {'latitude': 'LAT', 'longitude': 'LON', 'photo': 'IMG_ID'}
    """
    guessed = known_columns(names)
    for ours in ("latitude", "longitude"):
        if ours not in guessed:
            raise ValueError(
                f"{where}: no column for the {ours}; found {_shortened(names)}; "
                f"expected one of {', '.join(KNOWN_NAMES[ours])}"
            )
    refuse_twins(guessed, names, where)
    return guessed


def refuse_twins(guessed: dict[str, str], names: Sequence[str], where: str) -> None:
    """Raise ValueError where another column has the very name of one that is used."""
    for theirs in guessed.values():
        if list(names).count(theirs) > 1:
            raise ValueError(f"{where}: two columns are called {theirs}; drop or rename one")


def known_columns(names: Sequence[str]) -> dict[str, str]:
    """The columns whose names we know: {our name: the table's name}.

    >>> known_columns(["id", "latitude", "longitude", "region", "creator_id"])
    {'latitude': 'latitude', 'longitude': 'longitude', 'photo': 'id', 'author': 'creator_id'}
    """
    plain = {name.strip().lower(): name for name in reversed(names)}
    return {
        ours: next(plain[known] for known in theirs if known in plain)
        for ours, theirs in KNOWN_NAMES.items()
        if any(known in plain for known in theirs)
    }


def refuse_swapped(
    latitude: Float[ndarray, " rows"], longitude: Float[ndarray, " rows"], where: str
) -> None:
    """Raise ValueError if the two columns look swapped: photos lie on land, mostly.

    Swapped is likelier when far more rows (more than half of all) fall on land the other way
    round. Fewer than ten rows need one row out of range besides, for a few boats prove nothing.
    """
    known = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if len(known) > SAMPLE:
        known = np.random.default_rng([0, len(known)]).choice(known, SAMPLE, replace=False)
    given = np.stack([latitude[known], longitude[known]], axis=1)
    out_of_range = np.abs(given[:, 0]) > 90
    if len(known) == 0 or (len(known) < 10 and not out_of_range.any()):
        return
    gain = _share_on_land(given[:, ::-1]) - _share_on_land(given)
    if gain > 0.5:
        raise ValueError(
            f"{where}: latitude and longitude look swapped: {out_of_range.mean():.0%} of the rows "
            f"have a latitude beyond 90; {gain:.0%} more of them fall on land the other way round"
        )


def _share_on_land(latlon_deg: Float[ndarray, "rows 2"]) -> float:
    """Share of positions on land; those out of range are not."""
    valid = (np.abs(latlon_deg[:, 0]) <= 90) & (np.abs(latlon_deg[:, 1]) <= 180)
    return float(is_land(latlon_deg[valid]).sum() / len(latlon_deg)) if valid.any() else 0.0


def _shortened(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    # Names may hold line breaks, messages are one line.
    return ", ".join(" ".join(str(name).split()) for name in names[:most]) + more or "none"
