"""Batches that are read while those before them are computed."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from geoutils.photos.live_pixels import LivePixels, Pixels

AHEAD = 2  # batches

Item, Number = TypeVar("Item"), TypeVar("Number")


def ahead(
    read: Callable[[Number], Item], numbers: Iterable[Number], inputs: Pixels, device: torch.device
) -> Iterator[Item]:
    """Yield read(number) for each number, in order, the next ones being read in a thread.

    They come out of `inputs`; photos that are decoded live are read in more threads than one, so
    that the processes which decode never wait for a batch to be moved. On a CPU whose cores all
    compute there is no thread: it would only get in their way.
    """
    if device.type == "cpu" and torch.get_num_threads() >= (os.cpu_count() or 1):
        yield from map(read, numbers)
        return
    waiting: deque = deque()
    with ThreadPoolExecutor(AHEAD if isinstance(inputs, LivePixels) else 1) as threads:
        try:
            for number in numbers:
                waiting.append(threads.submit(read, number))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
