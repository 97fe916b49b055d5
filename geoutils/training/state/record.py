"""What a training run leaves for the reader: its log as CSV and its facts as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from geoutils.files import replacing
from geoutils.models.summary import parameter_count
from geoutils.training.job import Job
from geoutils.training.optimization import learning_rate
from geoutils.training.state.checkpoint import Progress
from geoutils.training.totals import accuracies, average_losses, joined

LOG = "training_log.csv"
FACTS = "training.json"


def log_row(
    job: Job,
    progress: Progress,
    level_names: Sequence[str],
    validation: Float[ndarray, "3 terms"],
    validation_seconds: float,
) -> dict[str, Any]:
    """One epoch as a flat row: losses and accuracies by term, images per second, seconds, rate."""
    train = np.array(progress.sums["totals"])
    columns = {
        "train_loss": average_losses(train),
        "val_loss": average_losses(validation),
        "train_accuracy": accuracies(train),
        "val_accuracy": accuracies(validation),
    }
    by_term = {
        f"{column}_{name}": float(value)
        for column, values in columns.items()
        for name, value in zip(job.head.term_names(level_names), values, strict=True)
    }
    reading, learning = progress.sums["seconds"]
    last_step = (progress.epoch + 1) * job.steps_per_epoch - 1
    before = [row["val_loss"] for row in progress.rows]
    return {
        "epoch": progress.epoch + 1,
        "train_loss": joined(train, job.preset.loss, job.preset.term_weights),
        "val_loss": joined(validation, job.preset.loss, job.preset.term_weights),
        **by_term,
        "images_per_s": job.photos_per_epoch / (reading + learning),
        "seconds": reading + learning + validation_seconds,
        "reading_seconds": reading,
        "learning_seconds": learning,
        "validation_seconds": validation_seconds,
        "learning_rate": learning_rate(job.preset, last_step, job.steps_per_epoch, before),
    }


def facts(job: Job, progress: Progress, level_names: Sequence[str]) -> dict[str, Any]:
    """Settings and sizes of a run, with the number of photos outside each level's partition."""

    def outside(cells: ndarray) -> dict[str, int]:
        return dict(zip(level_names, (cells < 0).sum(axis=0).tolist(), strict=True))

    trained = [weight.numel() for weight in job.model.parameters() if weight.requires_grad]
    return {
        "key": progress.key,
        "preset": job.preset.settings,
        "head": job.head.kind,
        "device": job.device.type,
        "processes": job.accelerator.num_processes,
        "threads": progress.speed.threads,
        "precision": progress.speed.precision,
        "parameters": parameter_count(job.model),
        "trained_parameters": sum(trained),
        "levels": list(level_names),
        "terms": job.head.term_names(level_names),
        "train_photos": len(job.train),
        "train_photos_used": len(job.used),
        "train_outside": outside(job.train.cells),
        "val_photos": len(job.val),
        "val_outside": outside(job.val.cells),
    }


def write_log(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write one row per epoch; the whole file each time, so that no epoch appears twice."""
    with replacing(folder / LOG) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)


def read_log(folder: str | Path) -> pd.DataFrame:
    """The log that `train` wrote: one row per epoch."""
    path = Path(folder) / LOG
    if not path.is_file():
        raise ValueError(f"folder: no {LOG} in {folder}; notebook 03 makes it")
    return pd.read_csv(path)


def write_facts(folder: Path, contents: dict[str, Any]) -> None:
    """Write the facts of a run as JSON."""
    with replacing(folder / FACTS) as temporary:
        temporary.write_text(json.dumps(contents, indent=1) + "\n")


def read_facts(folder: str | Path) -> dict[str, Any]:
    """What `write_facts` wrote; empty where there is nothing yet."""
    path = Path(folder) / FACTS
    return json.loads(path.read_text()) if path.is_file() else {}
