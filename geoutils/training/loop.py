"""One training loop for every model of the study, on a CPU, a GPU, or many."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head
from geoutils.models.saving import CONFIG, WEIGHTS, load_weights, save_model
from geoutils.training.checkpoint import STATE, Progress, load_state, read_progress, save_state
from geoutils.training.epoch import train_epoch
from geoutils.training.examples import Examples
from geoutils.training.identity import run_key
from geoutils.training.job import Job
from geoutils.training.optimization import is_over
from geoutils.training.preparation import globals_restored, prepare, speed_of, start_accelerator
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
from geoutils.training.validation import validate


def train(
    model: Geolocator | Head,
    train: Examples,
    val: Examples,
    preset: Preset,
    folder: str | Path,
    level_names: Sequence[str] | None = None,
    on_epoch: Callable[[pd.DataFrame], None] | None = None,
) -> pd.DataFrame:
    """Train a model, keep the weights of the epoch of lowest validation loss, return the log.

    A geolocator learns from photos, a head alone from their features. A photo outside all cells
    is not trained on. `folder` receives model.safetensors and config.json (best weights),
    training_log.csv, training.json, and state.safetensors, from which an interrupted run goes on:
    on a CPU the weights are then the same to the bit. A finished run of the same start, settings,
    data and code is not trained again. The model ends with the best weights, in evaluation mode.
    `on_epoch` is given the log after each epoch. Under `accelerate launch` or `torchrun` every
    process calls this; the first one writes. Raises ValueError for data that do not fit,
    FloatingPointError for a loss that is not finite.
    """
    names = list(level_names or (f"level_{level}" for level in range(train.cells.shape[1])))
    _check(train, names, "train")
    _check(val, names, "val")
    folder = Path(folder)
    key = run_key(model, train, val, preset, names)
    accelerator = start_accelerator()
    finished = _is_finished(folder, key)
    accelerator.wait_for_everyone()  # before the first process may change what the others look at
    if not finished:
        with globals_restored():
            job = prepare(accelerator, model, train, val, preset, folder)
            _run(job, names, key, on_epoch)
        accelerator.wait_for_everyone()  # until all is written
    load_weights(model, folder)
    model.eval()
    return read_log(folder)


def _run(
    job: Job, names: list[str], key: str, on_epoch: Callable[[pd.DataFrame], None] | None
) -> None:
    """Train from the start, or from the state in the folder, to the last epoch."""
    progress = _start(job, key)
    torch.set_num_threads(progress.speed.threads)
    main = job.accelerator.is_main_process
    told = facts(job, progress, names)
    if main:
        write_facts(job.folder, told | {"finished": False})
    with _progress_bar(job, progress) as bar:
        while not is_over(job.preset, [row["val_loss"] for row in progress.rows]):
            progress = train_epoch(job, progress, bar)
            started = time.perf_counter()
            totals = validate(job, progress.speed.precision)
            row = log_row(job, progress, names, totals, time.perf_counter() - started)
            if not np.isfinite(row["val_loss"]):
                raise FloatingPointError(
                    f"validation loss is {row['val_loss']} after epoch {row['epoch']}"
                )
            better = progress.best_loss is None or row["val_loss"] < progress.best_loss
            best_loss = row["val_loss"] if better else progress.best_loss
            rows = [*progress.rows, row]
            progress = replace(
                progress, epoch=row["epoch"], step=0, sums={}, rows=rows, best_loss=best_loss
            )
            if not main:
                continue
            if better:
                save_model(job.model, job.folder)
            save_state(job.folder, job.model, job.optimizer, progress)
            write_log(job.folder, rows)
            if on_epoch is not None:
                on_epoch(read_log(job.folder))
    if main:
        write_log(job.folder, progress.rows)
        write_facts(job.folder, told | {"finished": True})


def _start(job: Job, key: str) -> Progress:
    """Where the run in the folder had come to, with its weights; else the beginning."""
    main = job.accelerator.is_main_process
    if main:
        for path in job.folder.glob(".*.*"):  # what a killed run was just writing
            path.unlink()
    progress = read_progress(job.folder)
    if progress is not None and progress.key == key:
        load_state(job.folder, job.model, job.optimizer)
        if job.accelerator.num_processes > 1:
            progress = replace(progress, speed=speed_of(job))
    else:
        progress = Progress(key, speed_of(job))
    job.accelerator.wait_for_everyone()  # all have read what may be deleted now
    if main and not progress.rows and progress.step == 0:
        for name in (STATE, FACTS, LOG, WEIGHTS, CONFIG):  # of a run with other settings or data
            (job.folder / name).unlink(missing_ok=True)
    return progress


def _progress_bar(job: Job, progress: Progress) -> tqdm:
    """Bar over the photos of all epochs: its rate is images per second."""
    photos = job.photos_per_epoch
    processes = job.accelerator.num_processes
    others = f" × {processes} processes" if processes > 1 else ""
    return tqdm(
        total=job.preset.epochs * photos,
        initial=progress.epoch * photos + photos * progress.step // job.steps_per_epoch,
        desc=f"Training on {job.device.type}, {progress.speed}{others}",
        unit=" photos",
        unit_scale=True,
        mininterval=1,
        disable=not job.accelerator.is_main_process,
    )


def _is_finished(folder: Path, key: str) -> bool:
    told = read_facts(folder)
    return bool(told.get("finished")) and told["key"] == key and (folder / WEIGHTS).is_file()


def _check(examples: Examples, names: list[str], which: str) -> None:
    cells = examples.cells
    if cells.shape[1] != len(names):
        raise ValueError(f"{which}: cells of {cells.shape[1]} levels, but {len(names)} level names")
    if not (cells >= 0).any():
        raise ValueError(f"{which}: none of the {len(cells)} photos lies in any cell")
