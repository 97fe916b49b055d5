"""Processes that decode photos into memory they share with the one that asks.

A process that ends while it decodes (Pillow's decoders are C), or is not done after a minute, is
replaced by another, and each photo it had is tried once more, alone. One that fails even so, like
one that is damaged or gone, comes out grey, with the reason.
"""

import ctypes
import io
import multiprocessing
import os
import signal
import sys
import warnings
import weakref
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.photos.decode import problem_of, square_in
from geoutils.photos.decoded import GREY
from geoutils.photos.photo_file import read_photo

Place = tuple[str, int, int]  # a photo's file, and its offset and length in it (0: all of it)
TASK = 8  # photos that a process is given at once
PATIENCE_S = 60  # with a task


class Decoders:
    """Some processes that decode photos to squares of `size` pixels."""

    def __init__(self, size: int, n_processes: int):
        self.owner = os.getpid()  # a fork of this process has none of its threads
        self.n_processes = n_processes
        self._size = size
        self._threads = ThreadPoolExecutor(n_processes)  # each waits for one process
        self._idle: SimpleQueue[_Decoder] = SimpleQueue()
        for _ in range(n_processes):
            self._idle.put(_Decoder(size))

    def submit(
        self, places: Sequence[Place], out: UInt8[ndarray, "photos h w 3"], top: int, left: int
    ) -> "Future[list[str]]":
        """Have the photos of a task decoded into `out`, cut at `top` and `left` to its size.

        The future's result is what is wrong with each photo, "" for those that are not grey.
        """
        return self._threads.submit(self._decode, places, out, top, left)

    def _decode(self, places: Sequence[Place], out: ndarray, top: int, left: int) -> list[str]:
        decoder = self._idle.get()
        try:
            return decoder.decode(places, out, top, left)
        except _EndedError:
            decoder = _Decoder(self._size)
            wrong = []
            for number, place in enumerate(places):
                own = out[number : number + 1]
                try:
                    wrong += decoder.decode([place], own, top, left)
                except _EndedError as error:
                    decoder = _Decoder(self._size)
                    own[:] = GREY
                    wrong.append(str(error))
            return wrong
        finally:
            self._idle.put(decoder)


class _EndedError(Exception):
    """A process has ended, or was ended, before it had decoded what it was given."""


class _Decoder:
    """One process, seen from here: its memory, and the pipe to it."""

    def __init__(self, size: int):
        # Forked processes need no import of their own; elsewhere than on Linux forking is not safe.
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        memory = context.RawArray(ctypes.c_uint8, TASK * size * size * 3)
        self._photos = _as_photos(memory, size)
        self._pipe, theirs = context.Pipe()
        arguments = (theirs, memory, size, os.getpid())
        self._process = context.Process(target=_decode_what_comes, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        weakref.finalize(self, _end, self._process, os.getpid())

    def decode(self, places: Sequence[Place], out: ndarray, top: int, left: int) -> list[str]:
        try:
            self._pipe.send(list(places))
            if not self._pipe.poll(PATIENCE_S):
                self._process.kill()
                raise _EndedError(f"reading it takes more than {PATIENCE_S} seconds")
            wrong = self._pipe.recv()
        except (EOFError, OSError):
            raise _EndedError("reading it ends the process that tries") from None
        height, width = out.shape[1:3]
        out[:] = self._photos[: len(places), top : top + height, left : left + width]
        return wrong


def _end(process: BaseProcess, owner: int) -> None:
    if os.getpid() == owner:  # else this is a fork of the process that has it
        process.kill()


def _as_photos(memory: ctypes.Array, size: int) -> UInt8[ndarray, "photos size size 3"]:
    return np.frombuffer(memory, dtype=np.uint8).reshape(TASK, size, size, 3)


def _decode_what_comes(pipe: Connection, memory: ctypes.Array, size: int, parent: int) -> None:
    """Decode one task after the other, until nobody is there any more to give one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to deal with
    if sys.platform == "linux":
        _let_go_of_files(pipe.fileno())
    warnings.simplefilter("ignore")  # Pillow warns of damage that does not matter, or is told
    photos = _as_photos(memory, size)
    try:
        while True:
            while not pipe.poll(1):
                if os.getppid() != parent:
                    return
            places = pipe.recv()
            pipe.send([_decoded(place, photos[i]) for i, place in enumerate(places)])
    except (EOFError, OSError):
        return


def _let_go_of_files(kept: int) -> None:
    """Hold none of the files that the parent had open: a lock among them would outlive its use."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number not in (kept, nothing):
            os.dup2(nothing, number)


def _decoded(place: Place, out: UInt8[ndarray, "size size 3"]) -> str:
    """Decode one photo into `out`; what is wrong with it, "" if nothing is."""
    try:
        out[:] = square_in(io.BytesIO(read_photo(*place)), len(out))
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        out[:] = GREY
        return problem_of(error)
    return ""
