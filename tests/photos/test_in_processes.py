import os
import signal
import time

import pytest

from geoutils.photos import in_processes as module
from geoutils.photos.in_processes import in_processes


def doubled(number):
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02 * (number % 3 == 0))
    return 2 * number


def crashed(number):
    return -number


BLOCKS = [[0, 1, 2], [3, 4], [5, 6, 7, 8], [9], [10, 11], [12, 13], [14], [15], [16, 17]]
EXPECTED = [[-7 if number == 7 else 2 * number for number in block] for block in BLOCKS]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_block_comes_back_though_one_item_kills(workers):
    ordered = [*in_processes(doubled, iter(BLOCKS), workers, crashed, in_order=True)]
    assert ordered == EXPECTED
    assert sorted(in_processes(doubled, BLOCKS, workers, crashed)) == sorted(EXPECTED)


def test_a_block_that_could_not_be_handed_over_is_not_lost():
    """The pool may break while its results are being used, so that the next block finds it so."""
    found = []
    for block in in_processes(doubled, iter(BLOCKS), 2, crashed, in_order=True):
        found.append(block)
        time.sleep(0.2)  # in which the fatal item is reached
    assert found == EXPECTED


def test_few_blocks_are_under_way(monkeypatch):
    begun = []

    def blocks():
        for number in range(40):
            begun.append(number)
            yield [number + 100]

    for count, _ in enumerate(in_processes(doubled, blocks(), 2, crashed, in_order=True)):
        assert len(begun) <= count + 1 + 4
    assert len(begun) == 40


def test_what_work_raises_comes_through():
    with pytest.raises(ZeroDivisionError):
        list(in_processes((1).__truediv__, [[1, 0]], 1, crashed))
    with module.process_pool(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


@pytest.mark.parametrize("workers", [0, -1])
def test_there_is_at_least_one_process(workers):
    with pytest.raises(ValueError, match=f"workers: got {workers}, expected a whole number from 1"):
        module.process_pool(workers)
