"""Threads that fetch photos, one at a time each."""

import queue
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from geoutils.photos.download.fetch import Outcome, fetch
from geoutils.photos.download.limits import Limits
from geoutils.photos.download.turns import Try
from geoutils.version import VERSION
from geoutils.web import Connections

SCRATCH = ".download"  # the folder of what is not whole
LOST = 20  # times the silence that is allowed; a thread that takes longer for a photo is given up
USER_AGENT = f"geoutils/{VERSION} (study of photo geolocation)"


class Crew:
    """Some threads, at work within a `with` block; `under_way` are the photos they are at."""

    def __init__(self, folder: Path, workers: int, limits: Limits):
        self.folder, self.limits, self.workers = folder, limits, workers
        self.under_way: dict[int, Try] = {}
        self._wanted: queue.SimpleQueue[tuple[int, Try] | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[tuple[int, Outcome | BaseException]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._connections = Connections(USER_AGENT, limits.per_host, n_hosts=4 * workers)
        self._n_tickets = 0

    def __enter__(self) -> "Crew":
        # What killed runs left: the ledger lets one run at a time come this far.
        shutil.rmtree(self.folder / SCRATCH, ignore_errors=True)
        (self.folder / SCRATCH).mkdir(parents=True)
        for _ in range(self.workers):
            self._hire()
        return self

    def __exit__(self, *_: object) -> None:
        """Threads end with the photo they are at; nobody waits for those that are stuck."""
        self._stopped.set()
        for _ in range(self.workers):
            self._wanted.put(None)
        if not self.under_way:
            shutil.rmtree(self.folder / SCRATCH, ignore_errors=True)
        self._connections.close()

    @property
    def is_busy(self) -> bool:
        """Whether every thread has a photo."""
        return len(self.under_way) >= self.workers

    def start(self, asked: Try) -> None:
        """Have a photo fetched."""
        self._n_tickets += 1
        self.under_way[self._n_tickets] = asked
        self._wanted.put((self._n_tickets, asked))

    def ended(self, timeout_s: int | float) -> Iterator[tuple[Try, Outcome]]:
        """What has ended, waiting for it at most so long; threads that are lost are replaced.

        Raises OSError where a thread could not write.
        """
        try:
            ticket, outcome = self._ended.get(timeout=max(0.0, timeout_s))
            while True:
                if isinstance(outcome, BaseException):
                    raise outcome
                if ticket in self.under_way:  # else it was given up
                    yield self.under_way.pop(ticket), outcome
                ticket, outcome = self._ended.get_nowait()
        except queue.Empty:
            pass
        longest_s = LOST * self.limits.timeout_s
        now_s = time.monotonic()
        for ticket, asked in list(self.under_way.items()):
            if now_s - asked.began_s > longest_s:
                del self.under_way[ticket]
                self._hire()
                yield asked, Outcome("again", f"not done within {longest_s:g} s", is_answer=False)

    def _hire(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while (wanted := self._wanted.get()) is not None and not self._stopped.is_set():
            ticket, asked = wanted
            scratch = self.folder / SCRATCH / str(ticket)
            place = (self.folder, asked.task.photo, scratch, self.limits)
            try:
                self._ended.put((ticket, fetch(self._connections, asked.url, *place)))
            except OSError as error:
                why = f"{error.strerror or error}; the same command goes on from here"
                self._ended.put((ticket, OSError(f"{self.folder}: {why}")))
            except BaseException as error:
                self._ended.put((ticket, error))
