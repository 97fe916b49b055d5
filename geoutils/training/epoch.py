"""One pass over the training examples: read a batch, forward, loss, backward, step."""

import time
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from tqdm import tqdm

from geoutils.models.losses import term_factors
from geoutils.photos.live_pixels import LivePixels
from geoutils.training.ahead import ahead
from geoutils.training.batches import Batch, read_train_batch
from geoutils.training.job import Job
from geoutils.training.learner import set_training
from geoutils.training.optimization import learning_rate
from geoutils.training.state.checkpoint import Progress, save_state
from geoutils.training.totals import Arriving, joined


def train_epoch(job: Job, progress: Progress, bar: tqdm) -> Progress:
    """Finish the epoch that is under way; `sums` of the progress then tell how it went.

    Raises FloatingPointError, naming epoch, step and photos, when the loss is not finite.
    """
    preset, epoch = job.preset, progress.epoch
    batches = job.train_batches(epoch)
    sums = progress.sums
    totals = np.array(sums["totals"]) if sums else 0.0
    seconds = np.array(sums.get("seconds", np.zeros(2)))  # waiting for batches, learning
    val_losses = [row["val_loss"] for row in progress.rows]
    arriving: Arriving | None = None

    def settle(arriving: Arriving) -> Float[ndarray, "3 terms"]:
        """Sums of a step, once they are here; where the loss is not finite the run ends."""
        step, arrived = arriving.step, arriving.wait()
        loss = joined(arrived, preset.loss, preset.term_weights)
        if not np.isfinite(arrived).all():
            rate = learning_rate(preset, epoch * len(batches) + step, len(batches), val_losses)
            raise FloatingPointError(
                f"loss is {loss} in epoch {epoch + 1}, step {step + 1} of {len(batches)}, "
                f"on training photos {_some(job.train.rows[batches[step]])}; "
                f"is learning_rate={rate:.3g} too high?"
            )
        bar.set_postfix(epoch=f"{epoch + 1}/{preset.epochs}", loss=f"{loss:.3f}", refresh=False)
        bar.update(len(batches[step]))
        return arrived

    set_training(job.wrapped)
    steps = range(progress.step, len(batches))
    reading = ahead(
        lambda step: read_train_batch(job, batches[step], epoch, step),
        steps,
        job.train.inputs,
        job.device,
    )
    started = time.perf_counter()
    for step, batch in zip(steps, reading, strict=True):
        read = time.perf_counter()
        rate = learning_rate(preset, epoch * len(batches) + step, len(batches), val_losses)
        _seed(job, job.seed(epoch, step))
        sums = _learn(job, batch, rate, progress.speed.precision)
        # A step late, so that a GPU has its next work before anyone looks at this one's loss.
        if arriving is not None:
            totals = totals + settle(arriving)
        arriving = Arriving(step, sums)
        every = preset.checkpoint_steps
        due = every and (step + 1) % every == 0
        if due or step + 1 == len(batches):
            totals, arriving = totals + settle(arriving), None
        ended = time.perf_counter()
        seconds, started = seconds + np.array([read - started, ended - read]), ended
        if due or step + 1 == len(batches):
            done = {"totals": totals.tolist(), "seconds": seconds.tolist()}
            progress = replace(progress, step=step + 1, sums=done)
        if due and step + 1 < len(batches) and job.accelerator.is_main_process:
            save_state(job.folder, job.model, job.optimizer, progress)
    return progress


def run_learner(
    learner: torch.nn.Module, batch: Batch, number: int, precision: str
) -> tuple[Float[Tensor, " terms"], Int[Tensor, " terms"]]:
    """Terms of the loss on one piece of a batch, and the number of right answers to each."""
    inputs, truth = batch.piece(number)
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=precision == "bf16"):
        terms, right = learner(inputs, truth.cells, truth.directions, truth.scenes)
    return terms.float(), right


def _learn(job: Job, batch: Batch, rate: float, precision: str) -> Float[Tensor, "3 terms"]:
    """One step of the optimizer; per term: summed loss, right answers, photos asked about.

    A term's mean over a piece weighs by the piece's share in the photos that the term asks about
    in the whole batch, so that pieces and processes add up to the loss of the whole batch exactly.
    Processes average their gradients: theirs times their number is the sum.
    """
    accelerator = job.accelerator
    for group in job.optimizer.param_groups:
        group["lr"] = rate
    job.optimizer.zero_grad()
    asked = _asked(job, batch)
    factors = term_factors(asked, job.preset.loss, job.preset.term_weights)
    alone = len(batch.pieces) == accelerator.num_processes == 1
    sums = []
    for number in range(len(batch.pieces)):
        last = number + 1 == len(batch.pieces)
        with nullcontext() if last else accelerator.no_sync(job.wrapped):
            terms, right = run_learner(job.wrapped, batch, number, precision)
            here = asked if alone else job.head.asked(batch.piece(number)[1])
            weights = 1 if alone else accelerator.num_processes * here / asked.clamp(min=1)
            accelerator.backward((terms * weights * factors).sum())
        sums.append(torch.stack([terms.detach().double() * here, right, here]))
    job.optimizer.step()
    total = torch.stack(sums).sum(dim=0)
    return total if accelerator.num_processes == 1 else accelerator.reduce(total, "sum")


def _asked(job: Job, batch: Batch) -> Int[Tensor, " terms"]:
    """Number of photos in the whole batch that each term asks about.

    Of photos that are decoded live each process knows for its own alone which of them are lost.
    """
    if job.accelerator.num_processes == 1 or not isinstance(job.train.inputs, LivePixels):
        return job.head.asked(batch.truth)
    own = sum(job.head.asked(batch.piece(number)[1]) for number in range(len(batch.pieces)))
    return job.accelerator.reduce(own, "sum")


def _seed(job: Job, seed: int) -> None:
    """Seed the generators in use; `torch.manual_seed` would take stock of all devices each time."""
    torch.default_generator.manual_seed(seed)
    if job.device.type == "cuda":
        torch.cuda.manual_seed(seed)


def _some(rows: Int[ndarray, " batch"]) -> str:
    return ", ".join(map(str, rows[:3].tolist())) + (", …" if len(rows) > 3 else "")
