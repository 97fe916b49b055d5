"""What happens before the first step: onto the device, into the right layout, at which speed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from timm.layers import convert_sync_batchnorm
from torch import nn

from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head
from geoutils.models.losses import join_levels
from geoutils.training.batches import read_train_batch
from geoutils.training.epoch import run_learner
from geoutils.training.examples import Examples
from geoutils.training.job import Job
from geoutils.training.learner import Learner, head_of, set_training
from geoutils.training.optimization import build_optimizer
from geoutils.training.pairs import CellPairs
from geoutils.training.preset import Preset
from geoutils.training.threads import Speed, choose_speed


def start_accelerator() -> Accelerator:
    """This process, alone or among those it was started with: on their GPUs, else on the CPU."""
    among_others = "LOCAL_RANK" in os.environ
    return Accelerator(cpu=among_others and not torch.cuda.is_available())


def prepare(
    accelerator: Accelerator,
    model: Geolocator | Head,
    train: Examples,
    val: Examples,
    preset: Preset,
    folder: Path,
) -> Job:
    """Model and optimizer on the device, in the memory layout that convolutions are fastest in.

    Several GPUs compute batch statistics over all of them; several processes on a CPU, where that
    is not possible, each over its own share, and the first one's running averages are kept.
    Raises ValueError for settings that the head or the number of processes does not allow.
    """
    pairs = None
    if head_of(model).learns_from == "pairs":
        pairs = CellPairs.of(train.cells[:, -1])
        if preset.micro_batch is not None:
            raise ValueError(
                f"micro_batch: {preset.micro_batch} with a head that learns from pairs, each "
                "against all others of its batch; expected None"
            )
    processes, device = accelerator.num_processes, accelerator.device
    if device.type == "cuda" and processes > 1:
        model = convert_sync_batchnorm(model)
    model.to(device, memory_format=torch.channels_last)
    learner = Learner(model)
    if preset.compile:
        learner.compile()
    optimizer = build_optimizer(model, preset)
    wrapped, optimizer = accelerator.prepare(learner, optimizer)
    used = np.flatnonzero((train.cells >= 0).any(axis=1))
    job = Job(
        model, learner, wrapped, optimizer, accelerator, preset, train, val, folder, used, pairs
    )
    if preset.term_weights and len(preset.term_weights) != job.n_terms:
        raise ValueError(
            f"term_weights: {len(preset.term_weights)} weights for {job.n_terms} terms of the loss"
        )
    least = min(len(batch) for batch in job.train_batches(0)) // job.unit
    if least < processes:
        raise ValueError(
            f"batch_size: {preset.batch_size} leaves batches of {least} for {processes} processes"
        )
    return job


def speed_of(job: Job) -> Speed:
    """Threads and precision, timed on a batch and a copy of the model where there is a choice.

    Several processes time nothing, since each would slow the others: they use the threads that
    they were started with, or fewer, and fp32 on a CPU unless bf16 is asked for.
    """
    preset, processes = job.preset, job.accelerator.num_processes
    cpu = job.device.type == "cpu"
    if processes > 1:
        threads = min(preset.threads or torch.get_num_threads(), torch.get_num_threads())
        decided = {"auto": "fp32", "fastest": "fp32"}.get(preset.precision, preset.precision)
        preset = replace(preset, threads=threads, precision=decided if cpu else preset.precision)

    def step(learner: nn.Module, precision: str) -> int:
        set_training(learner)
        for number in range(len(batch.pieces)):
            terms, _ = run_learner(learner, batch, number, precision)
            join_levels(terms, preset.loss, preset.term_weights).backward()
        return len(batch.rows)

    batch = read_train_batch(job, job.train_batches(0)[0], 0, 0)
    return choose_speed(job.learner, step, preset, job.device)


@contextmanager
def globals_restored() -> Iterator[None]:
    """Fast arithmetic where it is asked for; afterwards torch's global settings are as before.

    On a GPU products of fp32 numbers use TF32, and convolutions the fastest of all algorithms.
    """
    threads, products = torch.get_num_threads(), torch.get_float32_matmul_precision()
    searches = torch.backends.cudnn.benchmark
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    try:
        if devices:
            torch.set_float32_matmul_precision("high")
            torch.backends.cudnn.benchmark = True
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        torch.set_num_threads(threads)
        torch.set_float32_matmul_precision(products)
        torch.backends.cudnn.benchmark = searches
