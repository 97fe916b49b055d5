"""Geocoders by names, which a study's file can hold, and a saved partition too."""

import os
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from geoutils.geocoding.addresses import Geocoder
from geoutils.geocoding.atlas_addresses import atlas_addresses
from geoutils.geocoding.listed_addresses import read_listed_addresses
from geoutils.geocoding.nominatim import Nominatim

ATLAS = "atlas"


@cache
def named_geocoder(name: str) -> Geocoder:
    """The geocoder "atlas", the Nominatim server at an address, or the tables in a folder.

    A server is asked for polygons too; what it answers is kept in `answers_file()`. Raises
    ValueError for a name that is none of these.
    """
    if name == ATLAS:
        return atlas_addresses
    if _is_address(name):
        return Nominatim(name, answers_file(), polygons=True)
    if Path(name).is_dir():
        return read_listed_addresses(name)
    raise ValueError(
        f"geocoder: {name!r}; expected {ATLAS!r}, the address of a Nominatim server such as "
        "http://localhost:8080, or a folder with tables of addresses as EMP-16 has them"
    )


def settled_name(name: str, root: Path) -> str:
    """The name as it is good everywhere: a folder's path, which is relative to `root`, in full."""
    return name if name == ATLAS or _is_address(name) else str((root / name).resolve())


def answers_file() -> Path:
    """Where all studies of this user keep what servers have answered."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "geoutils" / "addresses.sqlite"


def _is_address(name: str) -> bool:
    return urlsplit(name).scheme in ("http", "https")
