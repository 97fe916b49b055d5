"""A source of photos, read as a whole: which of its photos can be used, where they were taken."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from geoutils.photos.counted import counted
from geoutils.photos.journal_file import missing_folders, plain_faults
from geoutils.photos.sources.candidate import Candidate
from geoutils.photos.sources.checked import JOURNAL, MANIFEST, REJECTED, write_checked
from geoutils.photos.sources.journal import Journal
from geoutils.photos.sources.kinds import Source
from geoutils.photos.sources.listed_photos import listed_photos, photos_beside
from geoutils.photos.sources.looking import BLOCK, looks
from geoutils.photos.sources.origin import origin_of, refuse_other
from geoutils.photos.sources.reasons import commonest_reasons
from geoutils.photos.table import require_table
from geoutils.whole import checked_whole

READING = "Reading the list"


def check_photos(
    source: str | Path,
    out_dir: str | Path,
    listing: str | Path = "",
    workers: int | None = None,
    thorough: bool = False,
    say: Callable[[str], None] = print,
) -> tuple[int, int]:
    """Look at every photo of a source; write its manifest and rejected.csv into `out_dir`.

    `source` is a folder of photos, tar or MessagePack shards (or a folder of them), or a list of
    positions alone. A `listing` (CSV or Parquet) gives the positions of a folder's or shards'
    photos: by path, by name, or by name without suffix; what it does not list is set aside. Returns
    the numbers of photos used and set aside. The same call goes on where an interrupted one
    stopped, unless its source or list have changed. `workers` defaults to all cores. Raises
    ValueError for a source or list that cannot be used, and where `out_dir` holds the check of
    another.
    """
    if workers is not None:
        checked_whole(workers, "workers")
    found = Source.of(source)
    out_dir, listing = Path(out_dir).resolve(), Path(listing).resolve() if listing else None
    if listing:
        require_table(listing)
    if found.is_list and listing:
        raise ValueError(f"source: {found.path} is a list, and so is {listing}; give the photos")
    if out_dir.is_relative_to(found.path):
        raise ValueError(f"out_dir: {out_dir} lies within the photos; expected another folder")
    recipe = {
        "source": [_state(found.path), *map(_state, found.shards)],
        "list": _state(listing) if listing else None,
        "thorough": thorough,
    }
    origin = origin_of(found.path, listing)
    refuse_other(out_dir, MANIFEST, origin)
    made = missing_folders(out_dir)
    with closing(Journal(out_dir / JOURNAL, recipe, origin)) as journal, plain_faults(journal.path):
        if journal.resumed:
            say(
                f"going on with the check that {journal.path} has begun, without photos that came "
                "since; delete it to start again"
            )
        else:
            try:
                _list(journal, found, listing, say)
            except ValueError:
                journal.discard(made)
                raise
        _look(journal, workers or os.cpu_count() or 1, thorough)
        if listing:
            journal.settle()
        n_kept, n_rejected = write_checked(
            journal, out_dir, by_list=listing is not None, by_name=not found.is_list
        )
    say(
        f"{counted(n_kept, 'photo')} in {out_dir / MANIFEST}, {n_rejected:,} set aside in "
        f"{out_dir / REJECTED}"
    )
    if n_rejected:
        say(f"set aside: {commonest_reasons(out_dir / REJECTED)}")
    return n_kept, n_rejected


def _list(
    journal: Journal, source: Source, listing: Path | None, say: Callable[[str], None]
) -> None:
    """Fill the journal with the photos that there are, and with what lists say of them."""
    beside: list[Path] = []
    candidates = source.candidates(beside, say)
    finding = READING if source.is_list else "Finding photos"
    if not _with_bar(journal.add(candidates, listing is not None), finding):
        raise ValueError("source: no JPEG, PNG or WebP photo in it, and no shard")
    if listing:
        rows = _from_here(listed_photos(listing, say, needs_names=True), source.path)
        _with_bar(journal.add_listed(rows), READING)
    for path in [] if listing else sorted(beside, key=lambda path: len(path.parts)):
        _with_bar(journal.add_listed(photos_beside(path, source.path, say)), READING)
    journal.match(by_list=listing is not None)


def _from_here(rows: Iterator[Candidate], folder: Path) -> Iterator[Candidate]:
    """Rows of a list, whole paths into the folder that is checked made those within it."""
    here = f"{folder.as_posix()}/"
    for row in rows:
        yield row._replace(photo=row.photo[len(here) :]) if row.photo.startswith(here) else row


def _with_bar(batches: Iterator[int], label: str) -> int:
    """How much comes in batches, with a bar where it takes long."""
    unit = " rows" if label == READING else " photos"
    with tqdm(desc=label, unit=unit, mininterval=1, delay=1) as bar:
        total = 0
        for n in batches:
            total += n
            bar.update(n)
        return total  # a bar that is switched off does not count


def _look(journal: Journal, workers: int, thorough: bool) -> None:
    """Look at every photo that nobody has looked at."""
    total, done = journal.counts()
    if total == done:
        return
    blocks = looks(journal.waiting(BLOCK), workers, thorough)
    with tqdm(total=total, initial=done, desc="Checking", unit=" photos", mininterval=1) as bar:
        for block in blocks:
            journal.add_looks(block)
            bar.update(len(block))


def _state(path: Path) -> list:
    """What tells whether a file has changed; of a folder its name alone, for it may be large."""
    seen = path.stat() if path.is_file() else None
    return [str(path), *([seen.st_size, seen.st_mtime_ns] if seen else [])]
