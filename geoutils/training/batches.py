"""Batches of examples on the device, photos augmented."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from geoutils.models.truth import Truth
from geoutils.training.augmentation.augment import as_images, augmented, draw
from geoutils.training.job import AUGMENTATION, Job


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
    lost = np.zeros(len(rows), dtype=bool)
    read, lost[own] = job.train.read(rows[own])
    inputs = _moved(job, read)
    if job.takes_photos:
        generator = np.random.default_rng([job.preset.seed, AUGMENTATION, epoch, step])
        draws = draw(generator, len(rows), tuple(inputs.shape[1:3]), job.preset.augmentation)
        inputs = augmented(inputs, draws[own])
    truth = job.train.truth(rows, _with_partners(job, lost))
    return Batch(rows, inputs, truth.to(job.device), pieces)


def read_val_batch(job: Job, rows: Int[ndarray, " batch"]) -> Batch:
    """Validation examples, as they are (of photos the middle, where training crops them)."""
    read, lost = job.val.read(rows)
    inputs = _moved(job, read)
    if job.takes_photos:
        inputs = as_images(inputs, job.preset.augmentation.crop_px)
    truth = job.val.truth(rows, _with_partners(job, lost))
    return Batch(rows, inputs, truth.to(job.device), [slice(0, len(rows))])


def _with_partners(job: Job, lost: Bool[ndarray, " batch"]) -> Bool[ndarray, " batch"]:
    """A photo of a pair has nothing to be compared with where the other one is lost."""
    return lost.reshape(-1, job.unit).any(axis=1).repeat(job.unit)


def _moved(job: Job, inputs: Tensor) -> Tensor:
    """Inputs on the device; from pinned memory a copy to a GPU waits for nothing."""
    if job.device.type == "cuda":
        inputs = inputs.pin_memory()
    return inputs.to(job.device, non_blocking=True)
