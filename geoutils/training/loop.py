"""One training loop for every model of the study, on a CPU, a GPU, or many."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from tqdm import tqdm

from geoutils.files import remove_leftovers
from geoutils.locks import holding
from geoutils.models.geolocator import Geolocator
from geoutils.models.heads import Head
from geoutils.models.saving import CONFIG, WEIGHTS, load_weights, save_model
from geoutils.training.epoch import train_epoch
from geoutils.training.examples import Examples
from geoutils.training.job import Job
from geoutils.training.learner import head_of
from geoutils.training.optimization import is_over
from geoutils.training.pairs import CellPairs
from geoutils.training.preparation import globals_restored, prepare, speed_of, start_accelerator
from geoutils.training.preset import Preset
from geoutils.training.state.checkpoint import (
    STATE,
    Progress,
    load_state,
    read_progress,
    save_state,
)
from geoutils.training.state.identity import run_key
from geoutils.training.state.record import (
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

WRITTEN = (STATE, FACTS, LOG, WEIGHTS, CONFIG)


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
    process calls this; the first one writes. Each call needs a model as it starts: from other first
    weights it is another run, which replaces the one in the folder. Raises ValueError for data that
    do not fit, a model that a finished run in this folder left, or a folder in which another run is
    training; FloatingPointError for a loss that is not finite.
    """
    names = list(level_names or (f"level_{level}" for level in range(train.cells.shape[1])))
    for which, examples in (("train", train), ("val", val)):
        _check(examples, names, which, head_of(model).learns_from)
    folder = Path(folder)
    key = run_key(model, train, val, preset, names)
    accelerator = start_accelerator()
    finished = _is_finished(folder, key)
    if not finished and _holds_result(model, folder):
        raise ValueError(
            f"model: it holds the weights that the finished run in {folder} ended with; build the "
            "model anew, or give another folder"
        )
    accelerator.wait_for_everyone()  # before the first process may change what the others look at
    if not finished:
        taken = f"folder: another run is training in {folder}; let it end first"
        with (
            globals_restored(),
            holding(folder, taken) if accelerator.is_main_process else nullcontext(),
        ):
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
        for name in WRITTEN:  # what a killed run was just writing
            remove_leftovers(job.folder / name)
    progress = read_progress(job.folder)
    if progress is not None and progress.key == key:
        load_state(job.folder, job.model, job.optimizer)
        if job.accelerator.num_processes > 1:
            progress = replace(progress, speed=speed_of(job))
    else:
        progress = Progress(key, speed_of(job))
    job.accelerator.wait_for_everyone()  # all have read what may be deleted now
    if main and not progress.rows and progress.step == 0:
        for name in WRITTEN:  # of a run with other settings or data
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


def _holds_result(model: nn.Module, folder: Path) -> bool:
    """Whether a model is what the finished run in a folder left, to the bit."""
    if not read_facts(folder).get("finished") or not (folder / WEIGHTS).is_file():
        return False
    try:
        stored = load_file(folder / WEIGHTS)
    except SafetensorError:
        return False
    return all(
        name in stored and torch.equal(stored[name], value.cpu())
        for name, value in model.state_dict().items()
    )


def _check(examples: Examples, names: list[str], which: str, learns_from: str) -> None:
    cells = examples.cells
    if cells.shape[1] != len(names):
        raise ValueError(f"{which}: cells of {cells.shape[1]} levels, but {len(names)} level names")
    if not (cells >= 0).any():
        raise ValueError(f"{which}: none of the {len(cells)} photos lies in any cell")
    if learns_from == "pairs":
        try:
            CellPairs.of(cells[:, -1])
        except ValueError as error:
            raise ValueError(f"{which}: {error}") from None
