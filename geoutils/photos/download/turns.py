"""Whose turn it is to be asked: many hosts at once, few requests to each, pauses where wanted."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from math import inf

from geoutils.photos.download.addresses import host_of
from geoutils.photos.download.ledger import Task
from geoutils.photos.download.limits import Limits

LONGEST_PAUSE_S = 60  # between two requests to a host that refused or was silent
LONGEST_WISH_S = 900  # a host that wants us gone for longer is left alone
STRANGER_CHANCE = 3  # pauses of a host that never answered, while others do
FIRST_CHANCE = 6  # those of a host that nobody met, while no other answers either: half a minute
RECOVERY = 20  # good answers after which a host that refused is asked by one more at a time


@dataclass(eq=False)
class Try:
    """A photo on its way: where it is asked for now, how often it was, and since when it is."""

    task: Task
    url: str
    n_tries: int = 0
    n_moves: int = 0
    n_refused: int = 0
    began_s: int | float = 0
    host: "Host | None" = None


@dataclass(eq=False)
class Host:
    """One host: what waits for it, how many requests it may get at a time, and from when on."""

    at_once: int
    queue: deque[Try] = field(default_factory=deque)
    n_open: int = 0
    opens_s: int | float = 0
    paused_s: int | float = 0
    n_refused: int = 0  # in a row
    n_mute: int = 0  # connections without an answer, in a row
    n_good: int = 0  # since the last refusal
    has_answered: bool = False
    has_refused: bool = False  # in words: it is there
    left_alone: str = ""  # why
    is_listed: bool = False  # among those whose turn comes


class Turns:
    """Which photo is asked for next, so that no host is asked for more than it bears."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.hosts: dict[str, Host] = {}
        self.n_waiting = 0
        self.any_answer = False
        self.pause = ""  # the latest, in words
        self._turns: deque[Host] = deque()
        self._later: list[tuple[float, int, Try | Host]] = []
        self._numbers = count()

    def add(self, asked: Try, at_s: int | float = 0) -> str:
        """Let a photo wait for its turn, not before `at_s`; or why its host is left alone."""
        host = self.hosts.setdefault(host_of(asked.url), Host(self.limits.per_host))
        if host.left_alone:
            return host.left_alone
        asked.host = host
        self.n_waiting += 1
        if at_s:
            heapq.heappush(self._later, (at_s, next(self._numbers), asked))
        else:
            host.queue.append(asked)
            self._list(host)
        return ""

    def next(self, now_s: int | float) -> Try | None:
        """The photo whose turn it is; None if all have to wait."""
        while self._later and self._later[0][0] <= now_s:
            due = heapq.heappop(self._later)[2]
            host = due if isinstance(due, Host) else due.host
            if isinstance(due, Try):
                host.queue.append(due)
            self._list(host)
        while self._turns:
            host = self._turns.popleft()
            host.is_listed = False
            if not host.queue or host.n_open >= self._bearable(host):
                continue  # back when a request ends
            if host.opens_s > now_s:
                heapq.heappush(self._later, (host.opens_s, next(self._numbers), host))
                continue
            asked = host.queue.popleft()
            self._list(host)
            host.n_open += 1
            self.n_waiting -= 1
            asked.began_s = now_s
            return asked
        return None

    def due_s(self) -> int | float:
        """When the next pause ends."""
        return self._later[0][0] if self._later else inf

    def ended(self, asked: Try) -> None:
        """A request has ended, whatever came of it."""
        asked.host.n_open -= 1
        self._list(asked.host)

    def answered(self, asked: Try) -> None:
        """A host has answered as hosts do."""
        host = asked.host
        self.any_answer = host.has_answered = True
        host.n_refused = host.n_mute = 0
        host.n_good += 1
        if host.n_good % RECOVERY == 0:
            host.at_once = min(self.limits.per_host, host.at_once + 1)

    def unanswered(self, asked: Try) -> bool:
        """A host took a request and did not answer; whether it is as good as not there."""
        asked.host.n_mute += 1
        return asked.host.n_mute > 3 * self.limits.per_host

    def turned_away(
        self, asked: Try, now_s: int | float, wish_s: int | float, reason: str
    ) -> list[Try]:
        """A host has refused or is not there: it gets a pause, and fewer requests at a time.

        What had been asked for before its last pause says nothing new. Returns the photos that
        waited for a host which is left alone from now on.
        """
        host = asked.host
        if asked.began_s >= host.paused_s:
            pause_s = min(LONGEST_PAUSE_S, self.limits.first_wait_s * 2**host.n_refused)
            host.n_refused += 1
            host.n_good, host.paused_s = 0, now_s
            host.at_once = max(1, host.at_once // 2)
            host.opens_s = now_s + max(pause_s, wish_s)
        chances = self.limits.patience
        if not host.has_answered and self.any_answer:
            chances = STRANGER_CHANCE
        elif not host.has_answered and not host.has_refused:
            chances = min(FIRST_CHANCE, chances)
        if host.n_refused < chances and wish_s <= LONGEST_WISH_S:
            self.pause = (
                f"waiting for {host_of(asked.url)}: {reason}, {host.n_refused} of {chances}"
            )
            return []
        wish = f"; it asks to wait {wish_s:,.0f} s" if wish_s > LONGEST_WISH_S else ""
        host.left_alone = f"{reason}{wish}"
        return self._without(host)

    def _without(self, host: Host) -> list[Try]:
        """Take out what waits for a host."""
        given_up = list(host.queue)
        host.queue.clear()
        kept = []
        for entry in self._later:
            if isinstance(entry[2], Try) and entry[2].host is host:
                given_up.append(entry[2])
            else:
                kept.append(entry)
        heapq.heapify(kept)
        self._later = kept
        self.n_waiting -= len(given_up)
        return given_up

    def _bearable(self, host: Host) -> int | float:
        return 1 if host.n_refused else host.at_once

    def _list(self, host: Host) -> None:
        if host.queue and not host.is_listed:
            host.is_listed = True
            self._turns.append(host)
