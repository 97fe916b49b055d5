"""All photos of a list of addresses, fetched by many threads, few from one host at a time."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shlex import quote

import pandas as pd
from tqdm import tqdm

from geoutils.files import replacing
from geoutils.photos.counted import counted
from geoutils.photos.download.addresses import has_positions, listed_addresses, require_addresses
from geoutils.photos.download.crew import Crew
from geoutils.photos.download.fetch import Outcome
from geoutils.photos.download.ledger import FAILED, GONE, KEPT, WAITING, Ledger
from geoutils.photos.download.limits import Limits
from geoutils.photos.download.names import is_there
from geoutils.photos.download.turns import LONGEST_WISH_S, Try, Turns
from geoutils.photos.journal_file import missing_folders
from geoutils.spreadsheets import guarded

LEDGER, REJECTED = ".download.sqlite", "rejected.csv"
WINDOW = 5_000  # photos that wait in memory
MOVES = 5  # redirects that are followed
REFUSALS = 50  # of one photo, by hosts that answer others
ROWS = 5_000  # in memory while rejected.csv is written


def download_photos(
    listing: str | Path,
    out_dir: str | Path,
    workers: int = 16,
    limits: Limits | None = None,
    say: Callable[[str], None] = print,
) -> tuple[int, int, int]:
    """Fetch the photos of a list of addresses (CSV, Parquet, plain text) into `out_dir`.

    Each is kept under its name in the list, with the suffix of its format where it has none; what
    is there already is left alone. Photos that are gone, and those that did not come after all
    attempts, are listed in rejected.csv with the reason. Returns how many are there, are gone, and
    failed: these are asked for again by the same call, which also goes on where an interrupted one
    stopped. Raises ValueError for a list that cannot be used, OSError where nothing can be written.
    """
    given = quote(str(listing))
    listing, folder = Path(listing).resolve(), Path(out_dir).resolve()
    require_addresses(listing)
    seen = listing.stat()
    recipe = {"list": [str(listing), seen.st_size, seen.st_mtime_ns]}
    made = missing_folders(folder)
    with closing(Ledger(folder / LEDGER, recipe)) as ledger:
        if ledger.resumed:
            say(_resumed(ledger.path, ledger.again(), _find_missing(ledger, folder)))
        else:
            try:
                _list(ledger, listing, say)
            except ValueError:
                ledger.discard(made)
                raise
        try:
            with Crew(folder, workers, limits or Limits()) as crew:
                _fetch_all(ledger, crew)
        finally:
            _write_rejected(ledger, folder / REJECTED)
        n = ledger.counts()
        say(_summary(n, ledger.commonest(4), folder))
    if n[KEPT] and has_positions(listing):
        say(f"next: python -m geoutils photos check {quote(str(out_dir))} --list {given}")
    return n[KEPT], n[GONE], n[FAILED]


def _list(ledger: Ledger, listing: Path, say: Callable[[str], None]) -> None:
    """Fill the ledger with the rows of the list."""
    with tqdm(desc="Reading the list", unit=" rows", mininterval=1, delay=1) as bar:
        for n_rows in ledger.add(listed_addresses(listing, say)):
            bar.update(n_rows)
    ledger.ready()


def _find_missing(ledger: Ledger, folder: Path) -> int:
    """Wait once more for photos that were kept and are not there any more; how many."""
    last = n_missing = 0
    while kept := ledger.some(KEPT, last, WINDOW):
        last = kept[-1].number
        lost = [(task.number, WAITING, "") for task in kept if not is_there(folder, task.photo)]
        ledger.write(lost)
        n_missing += len(lost)
    return n_missing


def _fetch_all(ledger: Ledger, crew: Crew) -> None:
    """Ask for everything that waits, until nothing waits any more."""
    turns = Turns(crew.limits)
    last, is_read = 0, False
    with _Ends(ledger) as ends:
        while True:
            if not is_read and turns.n_waiting < WINDOW // 2:
                tasks = ledger.some(WAITING, last, WINDOW)
                is_read = not tasks
                for task in tasks:
                    last, asked = task.number, Try(task, task.url)
                    if is_there(crew.folder, task.photo):
                        ends.add(asked, KEPT)
                    elif reason := turns.add(asked):
                        ends.add(asked, FAILED, reason)
            now_s = time.monotonic()
            while not crew.is_busy and (asked := turns.next(now_s)):
                crew.start(asked)
            if crew.under_way or turns.n_waiting:
                patience_s = 1.0 if crew.is_busy else min(1.0, turns.due_s() - now_s)
                for asked, outcome in crew.ended(patience_s):
                    for done in _judge(turns, asked, outcome, crew.limits):
                        ends.add(*done)
                if turns.pause:
                    ends.tell(turns.pause)
                    turns.pause = ""
            elif is_read:
                return
            ends.write_now_and_then()


class _Ends:
    """What photos have come to: on the progress bar at once, in the ledger every second."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        n = ledger.counts()
        self._n_away = n[GONE] + n[FAILED]
        done = sum(n.values()) - n[WAITING]
        self._bar = tqdm(
            total=sum(n.values()), initial=done, desc="Downloading", unit=" photos", mininterval=1
        )
        self._ends: list[tuple[int, int, str]] = []
        self._written_s = time.monotonic()

    def __enter__(self) -> "_Ends":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        self._ledger.write(self._ends)

    def add(self, asked: Try, state: int, reason: str = "") -> None:
        self._ends.append((asked.task.number, state, reason))
        self._n_away += state != KEPT
        self._bar.set_postfix_str(f"{self._n_away:,} not there", refresh=False)
        self._bar.update()

    def tell(self, pause: str) -> None:
        """Say who is waited for, until the next photo has come to something."""
        self._bar.set_postfix_str(f"{self._n_away:,} not there; {pause}")

    def write_now_and_then(self) -> None:
        if self._ends and time.monotonic() > self._written_s + 1:
            self._ledger.write(self._ends)
            self._ends = []
            self._written_s = time.monotonic()


def _judge(
    turns: Turns, asked: Try, outcome: Outcome, limits: Limits
) -> Iterator[tuple[Try, int, str]]:
    """What follows from what came of one try; yields the photos that are done with."""
    turns.ended(asked)
    now_s, wait_s, reason = time.monotonic(), 0.0, outcome.reason
    if outcome.kind in ("silent", "refused"):
        asked.n_refused += 1
        asked.host.has_refused |= outcome.kind == "refused"
        yield from _turned_away(turns, asked, now_s, outcome.wait_s, reason)
        if asked.n_refused > REFUSALS:
            yield asked, FAILED, reason
            return
    elif outcome.is_answer:
        turns.answered(asked)
    elif turns.unanswered(asked):
        yield from _turned_away(turns, asked, now_s, 0, reason)
    match outcome.kind:
        case "kept":
            yield asked, KEPT, ""
            return
        case "gone":
            yield asked, GONE, reason
            return
        case "moved":
            asked.url, asked.n_moves = outcome.url, asked.n_moves + 1
            if asked.n_moves > MOVES:
                yield asked, GONE, f"sent on more than {MOVES} times"
                return
        case "again":
            asked.url, asked.n_moves, asked.n_tries = asked.task.url, 0, asked.n_tries + 1
            if asked.n_tries >= limits.attempts:
                yield asked, FAILED, reason
                return
            pause_s = limits.first_wait_s * 2 ** (asked.n_tries - 1)
            wait_s = now_s + max(pause_s, min(outcome.wait_s, LONGEST_WISH_S))
    if reason := turns.add(asked, wait_s):
        yield asked, FAILED, reason


def _turned_away(
    turns: Turns, asked: Try, now_s: float, wish_s: int | float, reason: str
) -> Iterator[tuple[Try, int, str]]:
    """Those that waited for a host which is left alone from now on."""
    for other in turns.turned_away(asked, now_s, wish_s, reason):
        yield other, FAILED, other.host.left_alone


def _write_rejected(ledger: Ledger, path: Path) -> None:
    """The photos that are not there, with the reason and the address."""
    names = ["photo", "reason", "url"]
    with replacing(path) as temporary:
        pd.DataFrame(columns=names).to_csv(temporary, index=False)
        rows = ledger.rejected()
        while piece := rows.fetchmany(ROWS):
            table = pd.DataFrame(piece, columns=names, dtype="str").apply(guarded)
            table.to_csv(temporary, mode="a", header=False, index=False)


def _resumed(path: Path, n_again: int, n_missing: int) -> str:
    again = f"; asking again for {counted(n_again, 'photo')} that failed" if n_again else ""
    missing = f"; {counted(n_missing, 'photo')} not there any more" if n_missing else ""
    return (
        f"going on with the download that {path} has begun{again}{missing}; delete it to start "
        "again"
    )


def _summary(n: dict[int, int], commonest: list[tuple[str, int]], folder: Path) -> str:
    """What has become of the list, in one line."""
    text = f"{counted(n[KEPT], 'photo')} in {folder}"
    if n[GONE] + n[FAILED]:
        reasons = ", ".join(f"{number:,} x {why}" for why, number in commonest)
        text += f"; not there: {n[GONE] + n[FAILED]:,} ({reasons}), see {folder / REJECTED}"
    if n[FAILED]:
        text += f"; {n[FAILED]:,} of these may come yet: the same command asks again"
    return text
