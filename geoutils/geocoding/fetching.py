"""Many questions to a web service: those not in the cache are asked, several at a time."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass
from itertools import islice

from tqdm import tqdm

from geoutils.geocoding.cache import AnswerCache
from geoutils.geocoding.web_client import PoliteClient, Read

BLOCK = 20_000  # questions held in memory at a time
COMMIT_EVERY_S = 1.0  # so much work at most is lost when a run is killed


@dataclass(frozen=True)
class CachedService:
    """A server and what it has answered before; `greeting` is what is asked of it first."""

    client: PoliteClient
    cache: AnswerCache
    greeting: tuple[str, Read]
    n_workers: int

    def answers(self, questions: Iterable[str], total: int, read: Read, what: str) -> Iterator[str]:
        """Answer to each question, in order, as `read` condenses it; `what` labels the bar.

        Raises ConnectionError when the server is not there or gives up; what it answered before
        is in the cache by then.
        """
        questions = iter(questions)
        with tqdm(total=total, desc=what, unit=" answers", smoothing=0.05, delay=1) as bar:
            while block := list(islice(questions, BLOCK)):
                known = self.cache.find(block)
                missing = [question for question in dict.fromkeys(block) if question not in known]
                bar.update(len(block) - len(missing))
                if missing:
                    known.update(self._ask(missing, read, bar))
                yield from (known[question] for question in block)

    def _ask(self, questions: list[str], read: Read, bar: tqdm) -> list[tuple[str, str]]:
        answered: list[tuple[str, str]] = []
        written, written_at_s = 0, time.monotonic()
        with ThreadPoolExecutor(self.n_workers) as pool:
            waiting: dict[Future[str], str] = {}
            try:
                self.client.meet(*self.greeting)
                for question in questions:
                    waiting[pool.submit(self.client.get, question, read)] = question
                for future in as_completed(list(waiting)):
                    answered.append((waiting[future], future.result()))
                    del waiting[future]
                    bar.update()
                    if time.monotonic() - written_at_s >= COMMIT_EVERY_S:
                        self.cache.keep(answered[written:])
                        written, written_at_s = len(answered), time.monotonic()
            except BaseException as error:
                self.client.stop()
                answered += _finished(waiting)
                self.cache.keep(answered[written:])
                for reason in (error, *_errors(waiting)):  # other threads may tell it first
                    if isinstance(reason, ConnectionError):
                        raise ConnectionError(f"{reason}{self._kept()}") from error
                raise
        self.cache.keep(answered[written:])
        return answered

    def _kept(self) -> str:
        if len(self.cache) == 0:
            return ""
        return (
            f". {len(self.cache):,} answers of this server are kept in {self.cache.path}; "
            "the next run goes on from there"
        )


def _finished(waiting: dict[Future[str], str]) -> list[tuple[str, str]]:
    """Answers that were on their way when another request failed."""
    for future in waiting:
        future.cancel()
    wait(waiting)
    return [
        (question, future.result())
        for future, question in waiting.items()
        if not future.cancelled() and future.exception() is None
    ]


def _errors(ended: Iterable[Future[str]]) -> Iterator[BaseException | None]:
    return (future.exception() for future in ended if not future.cancelled())
