"""Checked photos made into shards, in parallel; killed at any moment it goes on where it was."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from geoutils.files import replacing
from geoutils.photos.counted import counted
from geoutils.photos.in_processes import in_processes
from geoutils.photos.journal_file import missing_folders
from geoutils.photos.packing.originals import n_rows, originals
from geoutils.photos.packing.pack_journal import PackJournal
from geoutils.photos.packing.packed_manifest import write_packed
from geoutils.photos.packing.packed_photo import UNREADABLE, PackedPhoto, lost, packed_photo
from geoutils.photos.packing.shards import shard_name, write_shards
from geoutils.photos.sources import check_photos, is_checked
from geoutils.photos.sources.checked import MANIFEST, REJECTED
from geoutils.whole import checked_whole

CHECKED, JOURNAL, DONE = "checked", ".pack.sqlite", "packed.json"
GONE = 500  # unreadable photos in a row, after which it is not the photos that are at fault


def pack_photos(
    source: str | Path,
    out_dir: str | Path,
    size: int = 0,
    listing: str | Path = "",
    shard_mb: int = 500,
    workers: int | None = None,
    say: Callable[[str], None] = print,
) -> tuple[int, int]:
    """Pack photos into `shard-000000.tar`, …, with a manifest and rejected.csv beside them.

    `source` is a folder that `check_photos` wrote, or whatever that takes (with its `listing`),
    which then is checked first, into `out_dir`/checked. `size` is the length of a photo's shorter
    side in pixels; 0 leaves photos as they are, and smaller ones are not enlarged. Shards have at
    most `shard_mb` megabytes; the same photos make the same shards. Returns the numbers of photos
    packed and of those that could not be. The same call goes on where an interrupted one stopped,
    and does nothing after one that ended. Raises ValueError for what cannot be packed, and for a
    folder that holds other files.
    """
    source, out_dir = Path(source).resolve(), Path(out_dir).resolve()
    if size < 0:
        raise ValueError(f"size: {size} pixels; expected 1 or more, or 0 for photos as they are")
    if shard_mb < 1:
        raise ValueError(f"shard_mb: {shard_mb} megabytes; expected 1 or more")
    if workers is not None:
        workers = checked_whole(workers, "workers")
    if not source.exists():
        raise ValueError(f"source: {source} does not exist; expected photos, or what check wrote")
    if source.is_dir() and out_dir.is_relative_to(source):
        raise ValueError(f"out_dir: {out_dir} lies within {source}; expected another folder")
    listing = str(Path(listing).resolve()) if listing else ""
    recipe = {"source": str(source), "list": listing, "size": size, "shard_mb": shard_mb}
    checked = source if is_checked(source) else out_dir / CHECKED
    if checked == source and listing:
        raise ValueError(f"list: the photos of {source} have their positions; check them with it")
    done = _done(out_dir, recipe, checked / MANIFEST)
    if done is not None:
        packed = f"{counted(done['photos'], 'photo')} in {counted(done['shards'], 'shard')}"
        say(f"{out_dir} is packed already: {packed}")
        return done["photos"], done["lost"]
    made = missing_folders(out_dir)
    with closing(PackJournal(out_dir / JOURNAL, recipe)) as journal:
        if not is_checked(checked):
            try:
                check_photos(source, checked, listing, workers, say=say)
            except ValueError:
                journal.discard_unused(made)
                raise
        if n_rows(checked / MANIFEST) == 0:
            if checked == source:
                journal.discard_unused(made)
            raise ValueError(f"source: its check kept no photo; {checked / REJECTED} tells why")
        for name in (DONE, MANIFEST, REJECTED):  # of an earlier pack, a shard of which is lost
            (out_dir / name).unlink(missing_ok=True)
        state = _state(checked / MANIFEST)
        journal.keep_manifest(state)
        _write_shards(journal, checked / MANIFEST, out_dir, size, shard_mb * 10**6, workers, say)
        (n_packed, n_lost), (_, n_shards) = journal.counts(), journal.go_on(out_dir)
        problems = [f"{n:,} x {problem}" for problem, n in journal.problems()]
        if n_packed == 0:
            journal.forget()  # a disk may have been away
            raise ValueError(f"source: none of its {n_lost:,} photos can be packed: {problems[0]}")
        write_packed(journal, checked, out_dir)
        done = recipe | {"manifest": state, "photos": n_packed, "lost": n_lost, "shards": n_shards}
        with replacing(out_dir / DONE) as temporary:
            temporary.write_text(json.dumps(done, indent=1) + "\n")
        journal.delete()
    lost_ones = f"{n_lost:,} could not be packed; these and " if n_lost else ""
    say(
        f"{counted(n_packed, 'photo')} in {counted(n_shards, 'shard')} in {out_dir}; {lost_ones}"
        f"what the check set aside: {out_dir / REJECTED}"
    )
    for problem in problems[:3]:
        say(f"  {problem}")
    return n_packed, n_lost


def _done(out_dir: Path, recipe: dict[str, Any], manifest: Path) -> dict[str, Any] | None:
    """What a finished pack of this recipe noted, if it is whole; None where one is to be made.

    Raises ValueError where something else lies in the folder.
    """
    note = out_dir / DONE
    if not note.is_file():
        if out_dir.is_dir() and not (out_dir / JOURNAL).exists():
            for found in sorted(path.name for path in out_dir.iterdir() if path.name[0] != "."):
                raise ValueError(f"out_dir: {out_dir} holds {found}; expected an empty folder")
        return None
    try:
        done = json.loads(note.read_text())
        asked, n_shards = {name: done[name] for name in recipe}, int(done["shards"])
        state, _, _ = done["manifest"], done["photos"], done["lost"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"out_dir: {note} tells of no pack; expected an empty folder") from None
    if asked != recipe:
        raise ValueError(f"out_dir: {out_dir} was packed otherwise, as its {DONE} tells")
    if manifest.is_file() and _state(manifest) != state:
        raise ValueError(f"out_dir: {manifest} has changed since {out_dir} was packed from it")
    made = [out_dir / name for name in (MANIFEST, REJECTED, *map(shard_name, range(n_shards)))]
    return done if all(path.is_file() for path in made) else None


def _write_shards(
    journal: PackJournal,
    manifest: Path,
    out_dir: Path,
    size: int,
    limit: int,
    workers: int | None,
    say: Callable[[str], None],
) -> None:
    """Pack what is not packed yet, in the manifest's order."""
    first, shard = journal.go_on(out_dir)
    if first:
        say(f"going on after {first:,} photos; delete {out_dir} to start again")
    blocks = in_processes(
        partial(packed_photo, size=size),
        originals(manifest, first),
        workers or os.cpu_count() or 1,
        partial(lost, problem="reading it ends the process that tries"),
        in_order=True,
    )
    total = n_rows(manifest)
    with tqdm(total=total, initial=first, desc="Packing", unit=" photos", mininterval=1) as bar:
        for rows in write_shards(_each(blocks, bar), out_dir, shard, limit):
            journal.add(rows)


def _each(blocks: Iterator[list[PackedPhoto]], bar: tqdm) -> Iterator[PackedPhoto]:
    """Photo by photo; ValueError where so many files in a row are gone that a disk may be."""
    gone = 0
    for block in blocks:
        for photo in block:
            gone = gone + 1 if photo.problem.startswith(UNREADABLE) else 0
            if gone == GONE:
                raise ValueError(
                    f"source: {gone} photos in a row cannot be read, the last one is an "
                    f"{photo.problem}; is their disk there? If they are gone, check the photos "
                    "again; else the same command goes on from here"
                )
            yield photo
        bar.update(len(block))


def _state(manifest: Path) -> str:
    seen = manifest.stat()
    return f"{seen.st_size} bytes of {seen.st_mtime_ns}"
