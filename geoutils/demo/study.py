"""What the demo shows of a finished study: its trainings and the methods that can answer."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.study.methods import (
    Method,
    StudyAnswers,
    headline_methods,
    main_method,
    study_methods,
)
from geoutils.study.methods.model_training import model_training
from geoutils.study.notebook import NotebookRun
from geoutils.study.settings import find_root
from geoutils.training.recipes.study_training import StudyTraining

EVALUATION = "04_evaluation"


@dataclass(frozen=True, eq=False)
class DemoStudy:
    """A finished study: `results` and photos are its own, `training` may be another study's.

    `methods` can answer, the `central` one first; `size` is the side of the photos in pixels.
    """

    name: str
    results: Path
    training: StudyTraining
    methods: dict[str, Method]
    central: str
    size: int

    @cached_property
    def photos(self) -> tuple[pd.DataFrame, UInt8[ndarray, "photos size size 3"]]:
        """The study's own photos: their manifest, and their pixels as a memory map."""
        if self.results.resolve() == self.training.results.resolve():
            return self.training.manifest, self.training.pixels
        answers = StudyAnswers.of(self.training, self.results, self.size)
        return answers.manifest, answers.pixels


def open_study(study: str, out_dir: str = "", root: Path | None = None) -> DemoStudy:
    """Open a finished study; ValueError, saying what to run first, for one that is not."""
    root = root or find_root()
    base = Path(out_dir).resolve() if out_dir else root
    if reason := unfinished(study, base):
        raise ValueError(reason)
    run = NotebookRun(EVALUATION, study, root, base, {})
    training = model_training(run)
    known = study_methods(training)
    central = main_method(training, run.settings.model)
    chosen = dict.fromkeys([central, *headline_methods(training, known, run.settings.model)])
    methods = {name: known[name] for name in chosen if _is_trained(training, known[name].recipe)}
    if central not in methods:
        raise ValueError(_run_first(study))
    return DemoStudy(
        name=study,
        results=run.results,
        training=training,
        methods=methods,
        central=central,
        size=run.settings.image_size,
    )


def unfinished(study: str, base: Path) -> str:
    """A sentence saying what to run before the demo; "" where the study's evaluation is done."""
    done = base / "results" / study / "answers" / f"{EVALUATION}.json"
    return "" if done.is_file() else _run_first(study)


def _run_first(study: str) -> str:
    command = "make study" if study == "default" else f"make study STUDY={study}"
    return f"The demo shows a finished study, and {study} is not finished: run `{command}` first."


def _is_trained(training: StudyTraining, recipe: str) -> bool:
    return (training.folder(recipe) / "model.safetensors").is_file()
