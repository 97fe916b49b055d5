"""One web service, asked politely: at most so many requests a second, waiting when it says so."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import urllib3

from geoutils.web import WORTH_RETRYING, Connections, retry_after_s, why_no_answer

ATTEMPTS = 6
LONGEST_WAIT_S = 900  # a server that wants us gone for longer is an error, not a pause

Read = Callable[[int, Any], str]


class Stopped(Exception):
    """The client was stopped before this request had its turn."""


class PoliteClient:
    """Asks one server for JSON, from any number of threads, never faster than allowed.

    Timeouts, lost connections, answers that make no sense and HTTP 429 and 5xx are tried again,
    up to `ATTEMPTS` times in all; the waits start at `first_wait_s` and double, are never shorter
    than what a Retry-After header asks for, and hold back every thread, not only the one that was
    refused. Proxies are those of the environment.
    """

    def __init__(
        self,
        url: str,
        user_agent: str,
        requests_per_second: int | float,
        n_workers: int,
        timeout_s: int | float,
        first_wait_s: int | float,
    ):
        self.url = url
        self._timeout_s = timeout_s
        self._first_wait_s = first_wait_s
        self._interval_s = 1 / requests_per_second
        self._lock = threading.Lock()
        self._next_turn_s = 0.0
        self._stopped = threading.Event()
        self._met = False
        self._connections = Connections(user_agent, n_workers, block=True)

    def meet(self, path: str, read: Read) -> None:
        """Ask `path` before anything else, so that an absent server is named without delay.

        Later calls do nothing. Raises ConnectionError at once if no server is there or its answer
        makes no sense; one that is merely busy is waited for.
        """
        if not self._met:
            self.get(path, read)
            self._met = True

    def get(self, path: str, read: Read) -> str:
        """What `read` makes of the status (200 or 404) and JSON of the server's answer to `path`.

        A ValueError of `read` counts as an answer that makes no sense. Raises ConnectionError once
        the attempts are used up, and at once if the server refuses for good; then nothing more is
        asked by any thread.
        """
        try:
            return self._get(path, read)
        except ConnectionError:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask nothing more: requests that wait for their turn, and later ones, raise `Stopped`."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _get(self, path: str, read: Read) -> str:
        wait_s = self._first_wait_s
        for attempt in range(ATTEMPTS):
            if attempt:
                self._hold_everyone(wait_s)
                wait_s *= 2
            self._take_turn()
            try:
                response = self._connections.get(f"{self.url}/{path}", timeout=self._timeout_s)
                if response.status not in WORTH_RETRYING:
                    self._refuse(response, path)
                    return read(response.status, json.loads(response.data))
            except (urllib3.exceptions.HTTPError, ValueError) as error:
                reason = self._plain(error)
                if not self._met:
                    raise ConnectionError(f"{self.url}: {reason}") from error
                continue
            reason = f"HTTP {response.status}"
            told_s = retry_after_s(response.headers.get("Retry-After", ""))
            if told_s > LONGEST_WAIT_S:
                raise ConnectionError(f"{self.url}: {reason}, asks to wait {told_s:,.0f} s")
            self._hold_everyone(told_s)
        raise ConnectionError(f"{self.url}: {reason} in {ATTEMPTS} attempts; asked for /{path}")

    def _take_turn(self) -> None:
        with self._lock:
            now_s = time.monotonic()
            turn_s = max(now_s, self._next_turn_s)
            self._next_turn_s = turn_s + self._interval_s
        if self._stopped.wait(turn_s - now_s):
            raise Stopped

    def _hold_everyone(self, seconds: float) -> None:
        with self._lock:
            self._next_turn_s = max(self._next_turn_s, time.monotonic() + seconds)

    def _refuse(self, response: urllib3.BaseHTTPResponse, path: str) -> None:
        if response.status in (200, 404):
            return
        said = response.data[:200].decode(errors="replace").strip()
        if "Location" in response.headers:
            said = f"it sends us to {response.headers['Location']}"
        if response.status == 403:
            said = f"servers block who asks too much or does not say who asks: {said}"
        raise ConnectionError(f"{self.url}: HTTP {response.status} for /{path}: {said}")

    def _plain(self, error: urllib3.exceptions.HTTPError | ValueError) -> str:
        if isinstance(error, urllib3.exceptions.HTTPError):
            return why_no_answer(error, self._timeout_s)
        return f"an answer that makes no sense ({error})"
