"""Photos in tar shards, as WebDataset has them: files of one name belong together.

A photo `123.jpg` and the facts about it, `123.json`, stand one after the other in an uncompressed
tar. Without a JSON of its very name a photo has the one whose name goes on where its own ends, or
the other way round (`123.left.jpg` and `123.json`). It is called `123.jpg`, or as its JSON says
under `photo`. Nothing is unpacked: a photo is the run of bytes in the shard where its file lies, so
that no name in a shard can lead anywhere.
"""

import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geoutils.photos.folder import OTHER_PHOTO_SUFFIXES, PHOTO_SUFFIXES
from geoutils.photos.sources.candidate import TEXT_LIMIT, Candidate, told_by

# What a sample is called ends at the first dot.
SAMPLE = re.compile(r"((?:.*/)?[^/.][^/.]*)\.[^/]+")
SAMPLE_LIMIT = 1_000  # files; where photos are called 2024.01, 2024.02, … all are one sample
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
            sample = _Sample()
            while (member := tar.next()) is not None:
                tar.members = []  # tarfile remembers them all
                parts = SAMPLE.fullmatch(member.name)
                if parts is None:
                    continue
                if sample.ends_before(parts[1], member.name):
                    yield from sample.told()
                    sample = _Sample(parts[1])
                stem, suffix = os.path.splitext(member.name)
                suffix = suffix.lower()
                sample.members[member.name] = stem
                if suffix == ".json" and member.isreg() and member.size <= JSON_LIMIT:
                    sample.records[stem] = _json(tar, member)
                elif suffix in PHOTO_SUFFIXES or suffix in OTHER_PHOTO_SUFFIXES:
                    sample.photos.append((stem, _photo(shard, member, suffix)))
                    n_photos += 1
            # tarfile takes a damaged header for the end; at a true end there are zeros, or nothing.
            tar.fileobj.seek(tar.offset)
            if tar.fileobj.read(tarfile.BLOCKSIZE).strip(b"\0"):
                raise tarfile.ReadError("no header where one should be")
            yield from sample.told()
    except (tarfile.TarError, OSError, EOFError) as error:
        if n_photos == 0 and _is_compressed(shard):
            raise ValueError(f"{shard}: {COMPRESSED}") from None
        reason = f"shard damaged after {n_photos:,} photos ({' '.join(str(error).split())})"
        yield from sample.told() if n_photos else ()
        yield Candidate("", where, problem=reason)


@dataclass
class _Sample:
    """Files that stand together and are called alike up to their first dot."""

    name: str = ""
    members: dict[str, str] = field(default_factory=dict)  # and their names without suffix
    photos: list[tuple[str, Candidate]] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ends_before(self, sample: str, member: str) -> bool:
        """Whether a member is of the next sample; so is one whose name came, which is an update."""
        if sample != self.name or member in self.members:
            return True
        is_long = len(self.members) >= SAMPLE_LIMIT
        return is_long and os.path.splitext(member)[0] != next(reversed(self.members.values()))

    def told(self) -> Iterator[Candidate]:
        """The photos with what the JSON of each says."""
        owners = [self._record_of(stem) for stem, _ in self.photos]
        for (_, photo), owner in zip(self.photos, owners, strict=True):
            record = self.records.get(owner, {})
            # Members may be called by a number, as those that `photos pack` makes.
            name = record.get("photo")
            if owners.count(owner) == 1 and isinstance(name, str) and 0 < len(name) <= TEXT_LIMIT:
                photo = photo._replace(photo=name)
            yield told_by(photo, record)

    def _record_of(self, stem: str) -> str | None:
        """Which JSON is a photo's: that of its name, or the only one that is called like a part."""
        if stem in self.records:
            return stem
        like = [s for s in self.records if s.startswith(f"{stem}.") or stem.startswith(f"{s}.")]
        return like[0] if len(like) == 1 else None


def _photo(shard: Path, member: tarfile.TarInfo, suffix: str) -> Candidate:
    name = member.name
    if not member.isreg() or member.issparse():
        return Candidate(name, str(shard), problem="no regular file, but a link or the like")
    if suffix in OTHER_PHOTO_SUFFIXES:
        return Candidate(name, str(shard), problem=f"{suffix} photos are not read")
    if member.size == 0:
        return Candidate(name, str(shard), problem="empty file")
    return Candidate(name, str(shard), member.offset_data, member.size)


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
