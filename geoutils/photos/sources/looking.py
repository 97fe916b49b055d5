"""Looks at many photos, in as many processes as there are cores."""

import ctypes
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from geoutils.photos.sources.look import Look, look_at

Place = tuple[int, str, int, int]  # number of the photo, its file, offset and length in it
BLOCK = 256  # photos
CRASHED = Look("reading it ends the process that tries")


def looks(
    blocks: Iterable[list[Place]], workers: int, thorough: bool = False
) -> Iterator[list[tuple[int, Look]]]:
    """What a look at each photo found, block by block, in no order.

    Few blocks are under way at a time, however many there are. Where a photo brings down the
    process that reads it (Pillow's decoders are C), its block is read once more, photo by photo,
    each in a process of its own, and that photo is told by its problem.
    """
    blocks = iter(blocks)
    unread: list[list[Place]] = []
    while True:
        pool = _pool(workers)
        under_way: dict[Future, list[Place]] = {}
        try:
            for block in blocks:
                under_way[pool.submit(_look_at_all, block, thorough)] = block
                if len(under_way) >= 2 * workers:
                    yield from _finished(under_way)
            while under_way:
                yield from _finished(under_way)
            return
        except BrokenProcessPool:
            unread = list(under_way.values())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        for block in unread:
            yield [(place[0], _look_alone(place, thorough)) for place in block]


def _finished(under_way: dict[Future, list[Place]]) -> Iterator[list[tuple[int, Look]]]:
    """Wait for at least one block; those that are ready leave `under_way`."""
    for task in wait(under_way, return_when=FIRST_COMPLETED).done:
        found = task.result()
        del under_way[task]
        yield found


def _look_alone(place: Place, thorough: bool) -> Look:
    with _pool(1) as pool:
        try:
            return pool.submit(_look_at_all, [place], thorough).result()[0][1]
        except BrokenProcessPool:
            return CRASHED


def _look_at_all(block: list[Place], thorough: bool) -> list[tuple[int, Look]]:
    return [(number, look_at(*place, thorough)) for number, *place in block]


def _pool(workers: int) -> ProcessPoolExecutor:
    # Forked workers need no import of their own; elsewhere than on Linux forking is not safe.
    method = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(workers, context, _prepare, (os.getpid(),))


def _prepare(parent: int) -> None:
    """Workers leave Ctrl-C to their parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # Pillow warns of damage that ends up in `problem`
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1: PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)
