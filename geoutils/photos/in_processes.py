"""Work on many photos in processes of their own, which a photo may bring down: it alone is lost."""

import ctypes
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from geoutils.whole import checked_whole

Item, Result = TypeVar("Item"), TypeVar("Result")


def in_processes(
    work: Callable[[Item], Result],
    blocks: Iterable[list[Item]],
    workers: int,
    crashed: Callable[[Item], Result],
    in_order: bool = False,
) -> Iterator[list[Result]]:
    """What `work` makes of each item, block by block, as they get ready or in their own order.

    Few blocks are under way at a time, however many there are. Where an item brings down the
    process that works on it (Pillow's decoders are C), its block is done once more, item by item,
    each in a process of its own, and that item's result is what `crashed` says of it.
    """
    blocks = iter(blocks)
    undone: list[list[Item]] = []
    while True:
        pool = process_pool(workers)
        under_way: dict[Future, list[Item]] = {}
        block: list[Item] = []
        try:
            for block in blocks:
                task = pool.submit(_all, work, block)
                under_way[task], block = block, []
                if len(under_way) >= 2 * workers:
                    yield from _finished(under_way, in_order)
            while under_way:
                yield from _finished(under_way, in_order)
            return
        except BrokenProcessPool:
            undone = [*under_way.values(), *([block] if block else [])]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        for block in undone:
            yield [_alone(work, item, crashed) for item in block]


def process_pool(workers: int) -> ProcessPoolExecutor:
    """Processes that leave Ctrl-C to this one, and end with it however it ends.

    ValueError unless there is at least one.
    """
    workers = checked_whole(workers, "workers")
    # Forked workers need no import of their own; elsewhere than on Linux forking is not safe.
    method = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(workers, context, _prepare, (os.getpid(),))


def _finished(under_way: dict[Future, list[Item]], in_order: bool) -> Iterator[list[Result]]:
    """Wait for at least one block, or for the first; those that are ready leave `under_way`."""
    ready = [next(iter(under_way))] if in_order else wait(under_way, None, FIRST_COMPLETED).done
    for task in ready:
        found = task.result()
        del under_way[task]
        yield found


def _alone(work: Callable[[Item], Result], item: Item, crashed: Callable[[Item], Result]) -> Result:
    with process_pool(1) as pool:
        try:
            return pool.submit(work, item).result()
        except BrokenProcessPool:
            return crashed(item)


def _all(work: Callable[[Item], Result], block: list[Item]) -> list[Result]:
    return [work(item) for item in block]


def _prepare(parent: int) -> None:
    """Workers leave Ctrl-C to their parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # Pillow warns of damage that ends up in a photo's problem
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1: PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)
