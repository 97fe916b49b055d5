"""What all steps of a training run share."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from jaxtyping import Int
from numpy import ndarray
from torch import nn

from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head
from geoutils.training.examples import Examples
from geoutils.training.learner import Learner, head_of
from geoutils.training.pairs import CellPairs
from geoutils.training.preset import Preset

ORDER, AUGMENTATION, DROPOUT, VALIDATION = range(4)  # streams of random numbers
VALIDATION_BATCH = 256  # fits every device; it changes no result but rounding, except of pairs


@dataclass(frozen=True, eq=False)
class Job:
    """One run: what learns from what, how, and where it is written.

    `wrapped` is the learner as several processes use it; `used` are the training examples inside
    some partition, `pairs` those that a head that learns from pairs is given.
    """

    model: Geolocator | Head
    learner: Learner
    wrapped: nn.Module
    optimizer: torch.optim.Optimizer
    accelerator: Accelerator
    preset: Preset
    train: Examples
    val: Examples
    folder: Path
    used: Int[ndarray, " used"]
    pairs: CellPairs | None

    @property
    def head(self) -> Head:
        """The head, which knows what is asked."""
        return head_of(self.model)

    @property
    def n_terms(self) -> int:
        """Terms of the head's loss."""
        return len(self.head.asked(self.val.truth(np.arange(0)).to(self.device)))

    @property
    def takes_photos(self) -> bool:
        """Whether inputs are photos, to be augmented, rather than features."""
        return isinstance(self.model, Geolocator)

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.accelerator.device

    @property
    def unit(self) -> int:
        """Photos that stay together: 2 in a pair."""
        return 1 if self.pairs is None else 2

    @property
    def photos_per_epoch(self) -> int:
        """Photos that an epoch sees."""
        return len(self.used) if self.pairs is None else 2 * len(self.pairs)

    @property
    def steps_per_epoch(self) -> int:
        """Steps that see every photo, or pair, once."""
        return -(-self.photos_per_epoch // (self.unit * self.preset.batch_size))

    def train_batches(self, epoch: int) -> list[Int[ndarray, " batch"]]:
        """Examples of each step of an epoch; the last batches are not much smaller than others."""
        generator = np.random.default_rng([self.preset.seed, ORDER, epoch])
        if self.pairs is None:
            rows = generator.permutation(self.used)
        else:
            rows = self.pairs.draw(generator)
        return _batches(rows, self.unit, self.steps_per_epoch)

    def val_batches(self) -> list[Int[ndarray, " batch"]]:
        """Validation examples in batches, the same after every epoch."""
        if self.pairs is None:
            rows = np.arange(len(self.val))
            return _batches(rows, 1, -(-len(rows) // VALIDATION_BATCH))
        pairs = CellPairs.of(self.val.cells[:, -1])
        rows = pairs.draw(np.random.default_rng([self.preset.seed, VALIDATION]))
        return _batches(rows, 2, -(-len(pairs) // self.preset.batch_size))

    def seed(self, epoch: int, step: int) -> int:
        """Seed of what the model itself draws (dropout) in one step, different by process.

        Nothing is carried from step to step, so there is no random state that could get lost.
        """
        parts = [self.preset.seed, DROPOUT, epoch, step, self.accelerator.process_index]
        return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0])

    def pieces(self, n_photos: int) -> list[slice]:
        """What this process learns from in a batch, one forward pass after the other.

        Processes have equal shares, in order, as far as the number of photos allows, and all of
        them as many pieces.
        """
        processes, micro = self.accelerator.num_processes, self.preset.micro_batch
        units = np.array_split(np.arange(n_photos // self.unit), processes)
        own = units[self.accelerator.process_index]
        n_pieces = 1 if micro is None else -(-len(units[0]) // micro)
        pieces = np.array_split(own, n_pieces)
        return [
            slice(self.unit * int(piece[0]), self.unit * int(piece[-1] + 1))
            for piece in pieces
            if len(piece)
        ]


def _batches(
    rows: Int[ndarray, " photos"], unit: int, n_batches: int
) -> list[Int[ndarray, " batch"]]:
    return [batch.ravel() for batch in np.array_split(rows.reshape(-1, unit), n_batches)]
