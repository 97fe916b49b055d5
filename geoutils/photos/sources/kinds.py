"""What a source is: a list, a folder of photos, or shards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geoutils.photos.photo_file import NO_REGULAR_FILE
from geoutils.photos.sources.candidate import Candidate
from geoutils.photos.sources.folder_photos import files_in, folder_photos
from geoutils.photos.sources.listed_photos import listed_photos
from geoutils.photos.sources.shard_readers import SHARD_READERS
from geoutils.photos.sources.tar_photos import COMPRESSED, COMPRESSED_SUFFIXES
from geoutils.photos.table import TABLE_SUFFIXES, workbook_hint


@dataclass(frozen=True)
class Source:
    """A source of photos: a list of positions, or else the files and shards of a folder."""

    path: Path
    is_list: bool = False
    shards: tuple[Path, ...] = ()

    @classmethod
    def of(cls, path: str | Path) -> "Source":
        """Tell what a path is: a file by its suffix, a folder with the shards below it.

        Raises ValueError where there is nothing, or a file of another kind.
        """
        path = Path(path).resolve()
        suffix = path.suffix.lower()
        if path.is_dir():
            found = (Path(path, name) for name, _ in files_in(path) if _is_shard(name))
            found = (shard for shard in found if not _is_mail(shard))
            return cls(path, shards=tuple(sorted(found)))
        if not path.is_file():
            raise ValueError(f"source: {path} does not exist; expected a folder, shard or list")
        if _is_mail(path):
            raise ValueError(f"source: {path} is a mail of Outlook, no MessagePack shard")
        if _is_shard(path.name):
            return cls(path, shards=(path,))
        if suffix in TABLE_SUFFIXES:
            return cls(path, is_list=True)
        if path.name.lower().endswith(COMPRESSED_SUFFIXES):
            raise ValueError(f"source: {path} is {COMPRESSED}")
        expected = ", ".join([*SHARD_READERS, *TABLE_SUFFIXES])
        raise ValueError(
            f"source: {path} is no folder and has none of the suffixes {expected}"
            f"{workbook_hint(path)}"
        )

    def candidates(
        self, listings: list[Path], say: Callable[[str], None] = print
    ) -> Iterator[Candidate]:
        """Every photo that the source offers; `photos.csv` files of a folder go to `listings`."""
        if self.is_list:
            yield from listed_photos(self.path, say)
        elif self.path.is_dir():
            yield from folder_photos(self.path, listings, say)
        for shard in self.shards:
            name = shard.relative_to(self.path).as_posix() if self.path.is_dir() else shard.name
            if not shard.is_file():  # a named pipe would keep its reader waiting forever
                yield Candidate("", str(shard), problem=NO_REGULAR_FILE, shard=name)
                continue
            try:
                for photo in SHARD_READERS[shard.suffix.lower()](shard):
                    yield photo._replace(shard=name)
            except ValueError:  # of one kind that is not read, which others beside it may be
                if shard == self.path:
                    raise
                yield Candidate("", str(shard), problem=COMPRESSED, shard=name)
            except OSError as error:
                problem = f"unreadable file ({error.strerror})"
                yield Candidate("", str(shard), problem=problem, shard=name)


def _is_shard(name: str) -> bool:
    return name.lower().endswith(tuple(SHARD_READERS))


def _is_mail(path: Path) -> bool:
    """Whether it is a mail as Outlook saves it, also under the suffix `.msg`."""
    if path.suffix.lower() != ".msg" or not path.is_file():
        return False
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\xd0\xcf\x11\xe0"
    except OSError:
        return False
