"""Tar shards as WebDataset reads them: `000000042.jpg` and `000000042.json` side by side.

Members are called by their number, never by a name from the data, and have no date or owner: the
same photos make the same bytes. The photo's own name stands in its JSON.
"""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from geoutils.files import replacing
from geoutils.photos.packing.packed_photo import PackedPhoto

END = bytes(2 * tarfile.BLOCKSIZE)


class PackedRow(NamedTuple):
    """A photo that was packed, or with its problem one that could not be."""

    row: int
    problem: str
    shard: int = 0
    offset: int = 0
    length: int = 0
    width: int = 0
    height: int = 0
    sha256: str = ""


def shard_name(number: int) -> str:
    """The name of a shard.

    >>> shard_name(12)
    'shard-000012.tar'
    """
    return f"shard-{number:06d}.tar"


def write_shards(
    photos: Iterator[PackedPhoto], folder: Path, first: int, limit: int
) -> Iterator[list[PackedRow]]:
    """Write photos into shards of at most `limit` bytes, `first` the number of the first one.

    Yields the rows of each shard once it lies under its final name, with those of the lost photos
    that came meanwhile. A photo larger than the limit has a shard of its own.
    """
    rows: list[PackedRow] = []
    number, photo = first, _next(photos, rows)
    while photo is not None:
        path = folder / shard_name(number)
        with replacing(path) as temporary, open(temporary, "wb") as file:
            while photo is not None:
                record = json.dumps(dict(photo.facts), ensure_ascii=False).encode()
                if file.tell() and file.tell() + _room(photo.data, record) + len(END) > limit:
                    break
                rows.append(_add(file, photo, record, number))
                photo = _next(photos, rows)
            file.write(END)
        yield rows
        number, rows = number + 1, []
    if rows:
        yield rows


def _next(photos: Iterator[PackedPhoto], rows: list[PackedRow]) -> PackedPhoto | None:
    """The next photo that can be packed; those that cannot are added to the rows."""
    for photo in photos:
        if not photo.problem:
            return photo
        rows.append(PackedRow(photo.row, photo.problem))
    return None


def _add(file: io.BufferedWriter, photo: PackedPhoto, record: bytes, number: int) -> PackedRow:
    key = f"{photo.row:09d}"
    offset = _write(file, key + photo.suffix, photo.data)
    _write(file, key + ".json", record)
    place = number, offset, len(photo.data), photo.width, photo.height
    return PackedRow(photo.row, "", *place, photo.sha256)


def _write(file: io.BufferedWriter, name: str, data: bytes) -> int:
    """Append a member; return where its data begin."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    file.write(member.tobuf(tarfile.USTAR_FORMAT))
    offset = file.tell()
    file.write(data)
    file.write(bytes(-len(data) % tarfile.BLOCKSIZE))
    return offset


def _room(*contents: bytes) -> int:
    """Bytes that members with these contents take."""
    blocks = sum(1 + -(-len(data) // tarfile.BLOCKSIZE) for data in contents)
    return blocks * tarfile.BLOCKSIZE
