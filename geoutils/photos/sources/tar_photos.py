"""Photos in tar shards, as WebDataset has them: files of one name belong together.

A photo `123.jpg` and the facts about it, `123.json`, stand one after the other in an uncompressed
tar. It is called `123.jpg`, or as its JSON says under `photo`. Nothing is unpacked: a photo is the
run of bytes in the shard where its file lies, so that no name in a shard can lead anywhere.
"""

import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geoutils.photos.folder import OTHER_PHOTO_SUFFIXES, PHOTO_SUFFIXES
from geoutils.photos.sources.candidate import TEXT_LIMIT, Candidate, told_by

SAMPLE = re.compile(r"((?:.*/)?[^/.][^/.]*)(\..+)")  # what a sample is called ends at the first dot
JSON_LIMIT = 2**20  # bytes
COMPRESSED = "a compressed tar; photos are read where they lie: unpack it with gunzip or the like"
COMPRESSED_SUFFIXES = (
    *(".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"),
)


def tar_photos(shard: Path) -> Iterator[Candidate]:
    """The photos of one shard with what the JSON beside each says, by their names in it.

    Where the shard is damaged its remaining photos are lost, which comes as one more candidate,
    with that problem. Raises ValueError for a compressed tar.
    """
    where, n_photos = str(shard), 0
    try:
        with tarfile.open(shard, "r:") as tar:
            sample, photos, record = None, [], {}
            while (member := tar.next()) is not None:
                tar.members = []  # tarfile remembers them all
                parts = SAMPLE.fullmatch(member.name)
                if parts is None:
                    continue
                if parts[1] != sample:
                    yield from _told(photos, record)
                    sample, photos, record = parts[1], [], {}
                suffix = "." + parts[2].rsplit(".", 1)[1].lower()
                if suffix == ".json" and member.isreg() and member.size <= JSON_LIMIT:
                    record = _json(tar, member)
                elif suffix in PHOTO_SUFFIXES or suffix in OTHER_PHOTO_SUFFIXES:
                    photos.append(_photo(shard, member, suffix))
                    n_photos += 1
            # tarfile takes a damaged header for the end; at a true end there are zeros, or nothing.
            tar.fileobj.seek(tar.offset)
            if tar.fileobj.read(tarfile.BLOCKSIZE).strip(b"\0"):
                raise tarfile.ReadError("no header where one should be")
            yield from _told(photos, record)
    except (tarfile.TarError, OSError, EOFError) as error:
        if n_photos == 0 and _is_compressed(shard):
            raise ValueError(f"{shard}: {COMPRESSED}") from None
        reason = f"shard damaged after {n_photos:,} photos ({' '.join(str(error).split())})"
        yield from _told(photos, record) if n_photos else ()
        yield Candidate("", where, problem=reason)


def _photo(shard: Path, member: tarfile.TarInfo, suffix: str) -> Candidate:
    name = member.name
    if not member.isreg() or member.issparse():
        return Candidate(name, str(shard), problem="no regular file, but a link or the like")
    if suffix in OTHER_PHOTO_SUFFIXES:
        return Candidate(name, str(shard), problem=f"{suffix} photos are not read")
    if member.size == 0:
        return Candidate(name, str(shard), problem="empty file")
    return Candidate(name, str(shard), member.offset_data, member.size)


def _told(photos: list[Candidate], record: dict[str, Any]) -> Iterator[Candidate]:
    name = record.get("photo")  # where members are called by a number, as `photos pack` does
    if len(photos) == 1 and isinstance(name, str) and 0 < len(name) <= TEXT_LIMIT:
        photos = [photos[0]._replace(photo=name)]
    return (told_by(photo, record) for photo in photos)


def _json(tar: tarfile.TarFile, member: tarfile.TarInfo) -> dict[str, Any]:
    """What a member holds, if it is an object of JSON; damaged facts are none."""
    file = tar.extractfile(member)
    try:
        record = json.loads(file.read() if file else b"")
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _is_compressed(shard: Path) -> bool:
    with open(shard, "rb") as file:
        return file.read(6).startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"))
