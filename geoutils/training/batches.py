"""Batches on the device, read while the step before them is computed."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from geoutils.models.truth import Truth
from geoutils.training.augmentation.augment import as_images, augmented, draw
from geoutils.training.job import AUGMENTATION, Job

AHEAD = 2  # batches

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch of all processes, with the inputs of this one.

    `pieces` are what this process learns from, as slices of the whole batch; `inputs` are theirs,
    one after the other. `truth` is that of the whole batch.
    """

    rows: Int[ndarray, " batch"]
    inputs: Float[Tensor, "own ..."]
    truth: Truth
    pieces: list[slice]

    def piece(self, number: int) -> tuple[Float[Tensor, "photos ..."], Truth]:
        """Inputs and answers of one piece."""
        whole, first = self.pieces[number], self.pieces[0].start
        inputs = self.inputs[whole.start - first : whole.stop - first]
        truth = self.truth
        return inputs, Truth(truth.cells[whole], truth.directions[whole], truth.scenes[whole])


def read_train_batch(job: Job, rows: Int[ndarray, " batch"], epoch: int, step: int) -> Batch:
    """Training examples, photos augmented: by draws for the whole batch, whoever learns from it."""
    pieces = job.pieces(len(rows))
    own = slice(pieces[0].start, pieces[-1].stop)
    inputs = _moved(job, job.train.read(rows[own]))
    if job.takes_photos:
        generator = np.random.default_rng([job.preset.seed, AUGMENTATION, epoch, step])
        draws = draw(generator, len(rows), tuple(inputs.shape[1:3]), job.preset.augmentation)
        inputs = augmented(inputs, draws[own])
    return Batch(rows, inputs, job.train.truth(rows).to(job.device), pieces)


def read_val_batch(job: Job, rows: Int[ndarray, " batch"]) -> Batch:
    """Validation examples, as they are (of photos the middle, where training crops them)."""
    inputs = _moved(job, job.val.read(rows))
    if job.takes_photos:
        inputs = as_images(inputs, job.preset.augmentation.crop_px)
    return Batch(rows, inputs, job.val.truth(rows).to(job.device), [slice(0, len(rows))])


def ahead(job: Job, read: Callable[[int], Item], numbers: range) -> Iterator[Item]:
    """Yield read(number) for each number, in order, the next ones being read in a thread.

    On a CPU whose cores all compute there is no thread: it would only get in their way.
    """
    if job.device.type == "cpu" and torch.get_num_threads() >= (os.cpu_count() or 1):
        yield from map(read, numbers)
        return
    waiting: deque = deque()
    with ThreadPoolExecutor(1) as thread:
        try:
            for number in numbers:
                waiting.append(thread.submit(read, number))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _moved(job: Job, inputs: Tensor) -> Tensor:
    """Inputs on the device; from pinned memory a copy to a GPU waits for nothing."""
    if job.device.type == "cuda":
        inputs = inputs.pin_memory()
    return inputs.to(job.device, non_blocking=True)
