"""Looks at many photos, in as many processes as there are cores."""

from collections.abc import Iterable, Iterator
from functools import partial

from geoutils.photos.in_processes import in_processes
from geoutils.photos.sources.look import Look, look_at

Place = tuple[int, str, int, int]  # number of the photo, its file, offset and length in it
BLOCK = 256  # photos
CRASHED = Look("reading it ends the process that tries")


def looks(
    blocks: Iterable[list[Place]], workers: int, thorough: bool = False
) -> Iterator[list[tuple[int, Look]]]:
    """What a look at each photo found, block by block, in no order.

    A photo that brings down the process that reads it is told by its problem.
    """
    yield from in_processes(partial(_look, thorough), blocks, workers, _crashed)


def _look(thorough: bool, place: Place) -> tuple[int, Look]:
    number, *where = place
    return number, look_at(*where, thorough)


def _crashed(place: Place) -> tuple[int, Look]:
    return place[0], CRASHED
