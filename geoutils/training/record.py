"""What a training run leaves for the reader: its log as CSV and its facts as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.files import replacing
from geoutils.training.checkpoint import Progress
from geoutils.training.epoch import Job
from geoutils.training.optimization import learning_rate
from geoutils.training.validation import averages

LOG = "training_log.csv"
FACTS = "training.json"


def log_row(
    job: Job,
    progress: Progress,
    level_names: Sequence[str],
    validation: Float[ndarray, "3 levels"],
    validation_seconds: float,
) -> dict:
    """One epoch as a flat row: losses and accuracies by level, images per second, seconds, rate."""
    train, val = averages(np.array(progress.sums["totals"])), averages(validation)
    columns = {
        "train_loss": train[0],
        "val_loss": val[0],
        "train_accuracy": train[1],
        "val_accuracy": val[1],
    }
    by_level = {
        f"{column}_{name}": float(value)
        for column, values in columns.items()
        for name, value in zip(level_names, values, strict=True)
    }
    join = np.nansum if job.preset.loss == "sum" else np.nanmean
    reading, learning = progress.sums["seconds"]
    last_step = (progress.epoch + 1) * job.steps_per_epoch - 1
    return {
        "epoch": progress.epoch + 1,
        "train_loss": float(join(train[0])),
        "val_loss": float(join(val[0])),
        **by_level,
        "images_per_s": len(job.rows) / (reading + learning),
        "seconds": reading + learning + validation_seconds,
        "reading_seconds": reading,
        "learning_seconds": learning,
        "validation_seconds": validation_seconds,
        "learning_rate": learning_rate(job.preset, last_step, job.steps_per_epoch),
    }


def facts(
    job: Job, progress: Progress, level_names: Sequence[str], val_cells: Int[ndarray, "val levels"]
) -> dict:
    """Settings and sizes of a run, with the number of photos outside each level's partition."""

    def outside(cells: ndarray) -> dict[str, int]:
        return dict(zip(level_names, (cells < 0).sum(axis=0).tolist(), strict=True))

    return {
        "key": progress.key,
        "preset": job.preset.settings,
        "device": job.device.type,
        "threads": progress.speed.threads,
        "precision": progress.speed.precision,
        "levels": list(level_names),
        "train_photos": len(job.cells),
        "train_photos_used": len(job.rows),
        "train_outside": outside(job.cells),
        "val_photos": len(val_cells),
        "val_outside": outside(val_cells),
    }


def write_log(folder: Path, rows: list[dict]) -> None:
    """Write one row per epoch; the whole file each time, so that no epoch appears twice."""
    with replacing(folder / LOG) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)


def read_log(folder: str | Path) -> pd.DataFrame:
    """The log that `train` wrote: one row per epoch."""
    path = Path(folder) / LOG
    if not path.is_file():
        raise ValueError(f"folder: no {LOG} in {folder}; notebook 03 makes it")
    return pd.read_csv(path)


def write_facts(folder: Path, contents: dict) -> None:
    """Write the facts of a run as JSON."""
    with replacing(folder / FACTS) as temporary:
        temporary.write_text(json.dumps(contents, indent=1) + "\n")


def read_facts(folder: str | Path) -> dict:
    """What `write_facts` wrote; empty where there is nothing yet."""
    path = Path(folder) / FACTS
    return json.loads(path.read_text()) if path.is_file() else {}
