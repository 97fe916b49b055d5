"""The rows of a list of addresses: what each photo is called and where it can be fetched."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pandas as pd
import urllib3
from pyarrow import parquet

from geoutils.photos.columns import known_columns, refuse_twins
from geoutils.photos.csv_rows import UNREADABLE, first_line, open_rows, unreadable
from geoutils.photos.manifest import text_of
from geoutils.photos.sources.listed_photos import told
from geoutils.photos.table import in_pandas, no_row, require_table

# Names seen in public lists (OSV-5M, Open Images, YFCC100M, exports of Flickr), in order of trust.
URL_NAMES = (
    *("url", "image_url", "photo_url", "img_url", "download_url", "photo_download_url"),
    *("photo/video download url", "thumb_original_url", "originalurl", "original_url"),
    *("flickr_url", "url_o", "url_k", "url_h", "url_l", "url_c", "url_z", "url_m", "link"),
)
LONGEST = 4000  # letters of an address
PLAIN = ".txt"  # the suffix of files with an address on each line
LINES = 5_000  # of such a file, in one go


class Address(NamedTuple):
    """One row of a list; `problem` tells why it cannot be fetched, "" if it may be tried."""

    photo: str
    url: str
    problem: str = ""


def listed_addresses(path: Path, say: Callable[[str], None] = print) -> Iterator[Address]:
    """Every row of a CSV or Parquet list, its broken lines last; what was taken for what is told.

    A CSV without a line of names, as that of MP-16's addresses comes, holds a photo's name and its
    address in either order, or addresses alone, and a `.txt` an address on each line. Photos
    without a name are called after the list and the row, as `photos check` calls them. Raises
    ValueError for a file that cannot be read or has no addresses.
    """
    require_addresses(path)
    broken: list[tuple[str, str]] = []
    n_rows = 0
    try:
        for table in _tables(path, broken, say):
            names = range(n_rows, n_rows + len(table))
            photos = table.get("photo", [f"{path.stem}-{row:07d}" for row in names])
            for photo, url in zip(photos, table["url"], strict=True):
                problem = "" if url else "no address"
                if len(url) > LONGEST:
                    url, problem = url[:LONGEST], f"an address of more than {LONGEST:,} letters"
                yield Address(photo, url, problem if photo else "photo without a name")
            n_rows += len(table)
    except UNREADABLE as error:
        raise unreadable(path, error) from None
    if n_rows == 0:
        raise no_row(path, broken)
    yield from (Address(line, "", reason) for line, reason in broken)


def require_addresses(path: Path) -> None:
    """Raise ValueError where there is no such file, or none of a kind that may hold addresses."""
    if path.suffix.lower() == PLAIN and path.is_file():
        return
    try:
        require_table(path)
    except ValueError as error:
        also = f", or {PLAIN} with an address on each line" if path.is_file() else ""
        raise ValueError(f"{error}{also}") from None


def has_positions(path: Path) -> bool:
    """Whether a list that was read also says where its photos were taken."""
    if path.suffix.lower() == PLAIN:
        return False
    if path.suffix.lower() == ".parquet":
        names = parquet.read_schema(path).names
    else:
        names = first_line(path).fields
    return {"latitude", "longitude"} <= set(known_columns(names))


def guess_addresses(names: Sequence[str], where: str) -> dict[str, str]:
    """Which columns hold the addresses and the photos' names; ValueError without addresses.

    >>> guess_addresses(["id", "latitude", "longitude", "thumb_original_url"], "train.csv")
    {'photo': 'id', 'url': 'thumb_original_url'}
    """
    plain = {name.strip().lower(): name for name in reversed(names)}
    url = next((plain[known] for known in URL_NAMES if known in plain), None)
    if url is None:
        found = ", ".join(" ".join(str(name).split())[:40] for name in names[:12])
        raise ValueError(f"{where}: no column of addresses; found {found}; expected one named url")
    known = known_columns([name for name in names if name != url])
    guessed = ({"photo": known["photo"]} if "photo" in known else {}) | {"url": url}
    refuse_twins(guessed, names, where)
    return guessed


def address_problem(url: str) -> str:
    """Why nothing is asked for at an address; "" if it may be.

    >>> address_problem("file:///etc/passwd"), address_problem("https://example.org/a.jpg")
    ('an address that begins with neither http nor https', '')
    """
    try:
        parts = urlsplit(url)
        known = urllib3.util.parse_url(url).host
        _ = parts.port
    except (ValueError, urllib3.exceptions.LocationParseError):
        return "no address that makes sense"
    if parts.scheme.lower() not in ("http", "https"):
        return "an address that begins with neither http nor https"
    return "" if known and parts.hostname else "no address that makes sense"


def host_of(url: str) -> str:
    """The host that an address names."""
    return (urlsplit(url).hostname or "").lower()


def _tables(
    path: Path, broken: list[tuple[str, str]], say: Callable[[str], None]
) -> Iterator[pd.DataFrame]:
    """Pieces of the list: the columns photo (if there is one) and url, as text."""
    if path.suffix.lower() == PLAIN:
        say(f"{path.name}: an address on each line")
        yield from _lines(path)
        return
    if path.suffix.lower() == ".parquet":
        with parquet.ParquetFile(path) as file:
            guessed = guess_addresses(file.schema_arrow.names, str(path))
            say(told(guessed, file.schema_arrow.names, path))
            for batch in file.iter_batches(columns=list(guessed.values())):
                yield _as_text(in_pandas(batch, guessed, path))
        return
    fields = first_line(path).fields
    nameless = _nameless_columns(fields)
    if nameless:
        say(f"{path.name}: no line of names; {' and '.join(nameless)} in this order")
        guessed = {name: name for name in nameless}
    else:
        guessed = guess_addresses(fields, str(path))
        say(told(guessed, fields, path))
    with open_rows(path, list(guessed.values()), broken, nameless=bool(nameless)) as batches:
        for batch in batches:
            yield _as_text(in_pandas(batch, guessed, path))


def _nameless_columns(fields: list[str]) -> list[str]:
    """What the columns of a CSV are that begins with a photo; none where it begins with names."""
    columns = ["url" if "://" in field else "photo" for field in fields]
    return columns if sorted(columns) in (["photo", "url"], ["url"]) else []


def _lines(path: Path) -> Iterator[pd.DataFrame]:
    """The lines of a file that are not empty, as a column of addresses, some at a time."""
    with open(path, encoding="utf-8-sig") as file:
        lines = (line.strip() for line in file)
        lines = (line for line in lines if line)
        while some := list(islice(lines, LINES)):
            yield pd.DataFrame({"url": some}, dtype="str")


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: text_of(table[name]) for name in table})
