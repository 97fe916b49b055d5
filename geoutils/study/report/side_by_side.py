"""Pages are made side by side, as many at a time as there are cores."""

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor

_makers: dict[str, Callable[[], str]] = {}  # of a worker process


def made(makers: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """What each function returns, by its name and in their order; the last ones begin first.

    They run in copies of this process, which hold all that it holds, so that nothing needs to be
    handed over but the texts that come back; where a system makes no such copies, one by one.
    What one of them raises is raised.
    """
    n_processes = min(len(makers), os.cpu_count() or 1)
    if n_processes < 2 or not can_copy_itself():
        return {name: make() for name, make in makers.items()}
    with warnings.catch_warnings():
        # Python warns of copies of a process with threads: theirs are not needed for a page.
        warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(n_processes, context, _keep, (makers,)) as pool:
            waiting = {name: pool.submit(_make, name) for name in reversed(makers)}
            return {name: waiting[name].result() for name in makers}


def can_copy_itself() -> bool:
    """Whether a process may go on as two here; on a Mac that breaks libraries of the system."""
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


def _keep(makers: Mapping[str, Callable[[], str]]) -> None:
    _makers.update(makers)


def _make(name: str) -> str:
    return _makers[name]()
