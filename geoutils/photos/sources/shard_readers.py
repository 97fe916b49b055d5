"""Which files are shards of photos, and what reads each kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

from geoutils.photos.sources.candidate import Candidate
from geoutils.photos.sources.msgpack_photos import msgpack_photos
from geoutils.photos.sources.tar_photos import tar_photos

SHARD_READERS: dict[str, Callable[[Path], Iterator[Candidate]]] = {
    ".tar": tar_photos,
    ".msg": msgpack_photos,
    ".msgpack": msgpack_photos,
}
