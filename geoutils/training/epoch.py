"""One pass over the training photos: read a batch, forward, loss, backward, step."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from jaxtyping import Float, Int, UInt8
from numpy import ndarray
from torch import Tensor, nn
from tqdm import tqdm

from geoutils.models.losses import join_levels, level_losses
from geoutils.training.augment import augmented, draw
from geoutils.training.checkpoint import Progress, save_state
from geoutils.training.optimization import learning_rate
from geoutils.training.preset import Preset
from geoutils.training.validation import batch_totals

ORDER, AUGMENTATION = range(2)  # streams of random numbers


@dataclass(frozen=True, eq=False)
class Job:
    """What all steps of a run share; `rows` are the training photos inside some partition."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    accelerator: Accelerator
    preset: Preset
    pixels: UInt8[ndarray, "photos h w 3"]
    cells: Int[ndarray, "photos levels"]
    rows: Int[ndarray, " used"]
    folder: Path

    @property
    def steps_per_epoch(self) -> int:
        """Steps that see every photo once; the last ones are not much smaller than the rest."""
        return -(-len(self.rows) // self.preset.batch_size)

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.accelerator.device


def train_epoch(job: Job, progress: Progress, bar: tqdm) -> Progress:
    """Finish the epoch that is under way; `sums` of the progress then tell how it went.

    Raises FloatingPointError, naming epoch, step and photos, when the loss is not finite.
    """
    preset, epoch = job.preset, progress.epoch
    order = np.random.default_rng([preset.seed, ORDER, epoch]).permutation(job.rows)
    batches = np.array_split(order, job.steps_per_epoch)
    totals = np.array(progress.sums.get("totals", np.zeros((3, job.cells.shape[1]))))
    seconds = np.array(progress.sums.get("seconds", np.zeros(2)))  # reading, learning
    job.model.train()
    for step in range(progress.step, len(batches)):
        times = [time.perf_counter()]
        images, truth = read_batch(job, batches[step], epoch, step)
        times.append(time.perf_counter())
        rate = learning_rate(preset, epoch * len(batches) + step, len(batches))
        loss, sums = _learn(job, images, truth, rate, progress.speed.precision)
        if not np.isfinite(loss):
            raise FloatingPointError(
                f"loss is {loss} in epoch {epoch + 1}, step {step + 1} of {len(batches)}, "
                f"on training photos {_some(batches[step])}; is learning_rate={rate:.3g} too high?"
            )
        times.append(time.perf_counter())
        totals, seconds = totals + sums, seconds + np.diff(times)
        done = {"totals": totals.tolist(), "seconds": seconds.tolist()}
        progress = replace(progress, step=step + 1, sums=done)
        bar.set_postfix(epoch=f"{epoch + 1}/{preset.epochs}", loss=f"{loss:.3f}", refresh=False)
        bar.update(len(images))
        every = preset.checkpoint_steps
        if every and (step + 1) % every == 0 and step + 1 < len(batches):
            save_state(job.folder, job.model, job.optimizer, progress)
    return progress


def read_batch(
    job: Job, rows: Int[ndarray, " batch"], epoch: int, step: int
) -> tuple[Float[Tensor, "batch 3 h w"], Int[Tensor, "batch levels"]]:
    """Photos of these rows, augmented on the device, and their cells."""
    preset = job.preset
    generator = np.random.default_rng([preset.seed, AUGMENTATION, epoch, step])
    draws = draw(generator, len(rows), job.pixels.shape[1:3], preset.shift, preset.color_jitter)
    pixels = torch.from_numpy(np.array(job.pixels[rows])).to(job.device)
    return augmented(pixels, draws), torch.from_numpy(job.cells[rows]).to(job.device)


def forward(
    model: nn.Module,
    images: Float[Tensor, "batch 3 h w"],
    truth: Int[Tensor, "batch levels"],
    preset: Preset,
    precision: str,
) -> tuple[list[Tensor], Float[Tensor, " levels"], Float[Tensor, ""]]:
    """Logits of each level, each level's loss, and the joint loss."""
    with torch.autocast(images.device.type, torch.bfloat16, enabled=precision == "bf16"):
        logits = model(images)
    losses = level_losses(logits, truth, preset.label_smoothing)
    return logits, losses, join_levels(losses, preset.loss)


def _learn(
    job: Job,
    images: Float[Tensor, "batch 3 h w"],
    truth: Int[Tensor, "batch levels"],
    rate: float,
    precision: str,
) -> tuple[float, Float[ndarray, "3 levels"]]:
    """One step of the optimizer (none if the loss is not finite): its loss and the batch's sums."""
    logits, losses, loss = forward(job.model, images, truth, job.preset, precision)
    value = loss.item()
    if np.isfinite(value):
        for group in job.optimizer.param_groups:
            group["lr"] = rate
        job.optimizer.zero_grad()
        job.accelerator.backward(loss)
        job.optimizer.step()
    return value, batch_totals(losses, logits, truth)


def _some(rows: Int[ndarray, " batch"]) -> str:
    return ", ".join(map(str, rows[:3].tolist())) + (", …" if len(rows) > 3 else "")
