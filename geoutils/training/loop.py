"""One training loop for every model of the study, on a CPU or a GPU."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from jaxtyping import Int, UInt8
from numpy import ndarray
from torch import nn
from tqdm import tqdm

from geoutils.models.saving import CONFIG, WEIGHTS, load_weights, save_model
from geoutils.training.checkpoint import STATE, Progress, load_state, read_progress, save_state
from geoutils.training.epoch import Job, forward, read_batch, train_epoch
from geoutils.training.fingerprint import fingerprint, pixels_fingerprint
from geoutils.training.optimization import build_optimizer
from geoutils.training.preset import Preset
from geoutils.training.record import (
    FACTS,
    LOG,
    facts,
    log_row,
    read_facts,
    read_log,
    write_facts,
    write_log,
)
from geoutils.training.threads import Speed, choose_speed
from geoutils.training.validation import validate


def train(
    model: nn.Module,
    train_pixels: UInt8[ndarray, "train h w 3"],
    train_cells: Int[ndarray, "train_rows train_levels"],
    val_pixels: UInt8[ndarray, "val h w 3"],
    val_cells: Int[ndarray, "val_rows val_levels"],
    preset: Preset,
    folder: str | Path,
    level_names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Train a model, keep the weights of the epoch of lowest validation loss, return the log.

    Cells are classes per level, coarse → fine; −1 (outside the partition) is left out of the loss,
    and a photo outside all of them is not trained on. `folder` receives model.safetensors and
    config.json (best weights), training_log.csv, training.json, and state.safetensors, from which
    an interrupted run goes on: on a CPU the weights are then the same to the bit. A finished run
    of the same start, settings and data is not trained again. The model ends with the best weights.
    Raises ValueError for data that do not fit, FloatingPointError for a loss that is not finite.
    """
    names = list(level_names or (f"level_{level}" for level in range(train_cells.shape[1])))
    _check(train_pixels, train_cells, names, "train")
    _check(val_pixels, val_cells, names, "val")
    folder = Path(folder)
    key = fingerprint(
        preset.settings,
        names,
        str(model),
        *(weight.cpu().numpy() for weight in model.state_dict().values()),
        *(train_cells, val_cells),
        *(pixels_fingerprint(train_pixels), pixels_fingerprint(val_pixels)),
    )
    if not _is_finished(folder, key):
        with _globals_restored():
            torch.manual_seed(preset.seed)
            job = _prepare(model, train_pixels, train_cells, preset, folder)
            _run(job, model, val_pixels, val_cells, names, key)
    load_weights(model, folder)
    model.eval()
    return read_log(folder)


def _prepare(
    model: nn.Module, pixels: ndarray, cells: ndarray, preset: Preset, folder: Path
) -> Job:
    """Model and optimizer on the device, in the memory layout that convolutions are fastest in."""
    accelerator = Accelerator()
    if accelerator.num_processes > 1:
        raise ValueError(f"{accelerator.num_processes} processes; this loop runs in one")
    model.to(accelerator.device, memory_format=torch.channels_last)
    prepared = accelerator.prepare(model, build_optimizer(model, preset))
    rows = np.flatnonzero((cells >= 0).any(axis=1))
    return Job(*prepared, accelerator, preset, pixels, cells, rows, folder)


def _run(
    job: Job, model: nn.Module, val_pixels: ndarray, val_cells: ndarray, names: list[str], key: str
) -> None:
    """Train from the start, or from the state in the folder, to the last epoch."""
    for path in job.folder.glob(".*"):  # what a killed run was just writing
        path.unlink()
    progress = read_progress(job.folder)
    if progress is not None and progress.key == key:
        load_state(job.folder, job.model, job.optimizer)
    else:
        for name in (STATE, FACTS, LOG, WEIGHTS, CONFIG):  # of a run with other settings or data
            (job.folder / name).unlink(missing_ok=True)
        progress = Progress(key, _choose_speed(job))
    speed = progress.speed
    torch.set_num_threads(speed.threads)
    told = facts(job, progress, names, val_cells)
    write_facts(job.folder, told | {"finished": False})
    with _progress_bar(job, progress) as bar:
        while progress.epoch < job.preset.epochs:
            progress = train_epoch(job, progress, bar)
            started = time.perf_counter()
            sums = validate(job.model, val_pixels, val_cells, job.device, speed.precision)
            row = log_row(job, progress, names, sums, time.perf_counter() - started)
            if not np.isfinite(row["val_loss"]):
                raise FloatingPointError(
                    f"validation loss is {row['val_loss']} after epoch {row['epoch']}"
                )
            if progress.best_loss is None or row["val_loss"] < progress.best_loss:
                progress = replace(progress, best_loss=row["val_loss"])
                save_model(model, job.folder)
            rows = [*progress.rows, row]
            progress = replace(progress, epoch=row["epoch"], step=0, sums={}, rows=rows)
            save_state(job.folder, job.model, job.optimizer, progress)
            write_log(job.folder, rows)
    write_log(job.folder, progress.rows)
    write_facts(job.folder, told | {"finished": True})


def _choose_speed(job: Job) -> Speed:
    """Threads and precision, timed on a batch of photos and a copy of the model."""
    preset = job.preset
    images, truth = read_batch(job, job.rows[: preset.batch_size], epoch=0, step=0)

    def step(model: nn.Module, precision: str) -> int:
        forward(model, images, truth, preset, precision)[-1].backward()
        return len(images)

    job.model.train()
    return choose_speed(job.model, step, preset, job.device)


def _progress_bar(job: Job, progress: Progress) -> tqdm:
    """Bar over the photos of all epochs: its rate is images per second."""
    done = progress.epoch * len(job.rows) + len(job.rows) * progress.step // job.steps_per_epoch
    return tqdm(
        total=job.preset.epochs * len(job.rows),
        initial=done,
        desc=f"Training on {job.device.type}, {progress.speed}",
        unit=" photos",
        unit_scale=True,
        mininterval=1,
    )


def _is_finished(folder: Path, key: str) -> bool:
    told = read_facts(folder)
    return bool(told.get("finished")) and told["key"] == key and (folder / WEIGHTS).is_file()


def _check(pixels: ndarray, cells: ndarray, names: list[str], which: str) -> None:
    if len(pixels) != len(cells):
        raise ValueError(f"{which}_cells: {len(cells)} rows for {len(pixels)} photos")
    if cells.shape[1] != len(names):
        raise ValueError(f"{which}_cells: {cells.shape[1]} levels, but {len(names)} level names")
    if not (cells >= 0).any():
        raise ValueError(f"{which}_cells: none of the {len(cells)} photos lies in any cell")


@contextmanager
def _globals_restored() -> Iterator[None]:
    """Leave torch's random state and number of threads as they were."""
    threads = torch.get_num_threads()
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        torch.set_num_threads(threads)
