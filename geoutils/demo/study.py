"""What the demo shows of a finished study: its trainings and the methods that can answer."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from jaxtyping import UInt8

from geoutils.demo.finished import EVALUATION, check_finished
from geoutils.photos.live_pixels import Pixels
from geoutils.study.methods import (
    Method,
    StudyAnswers,
    headline_methods,
    main_method,
    study_methods,
)
from geoutils.study.methods.listing import trained_methods
from geoutils.study.methods.model_training import model_training
from geoutils.study.notebook import NotebookRun
from geoutils.study.settings import find_root
from geoutils.training.recipes.study_training import StudyTraining


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
    def photos(self) -> tuple[pd.DataFrame, UInt8[Pixels, "photos size size 3"]]:
        """The study's own photos: their manifest, and their pixels as `open_pixels` gives them."""
        if self.results.resolve() == self.training.results.resolve():
            return self.training.manifest, self.training.pixels
        answers = StudyAnswers.of(self.training, self.results, self.size)
        return answers.manifest, answers.pixels


def open_study(study: str, out_dir: str = "", root: Path | None = None) -> DemoStudy:
    """Open a finished study; ValueError, saying what to run first, for one that is not."""
    root = root or find_root()
    base = Path(out_dir).resolve() if out_dir else root
    check_finished(study, root, base)
    run = NotebookRun(EVALUATION, study, root, base, {})
    training = model_training(run)
    known = study_methods(training)
    central = main_method(training, run.settings.model)
    chosen = dict.fromkeys([central, *headline_methods(training, known, run.settings.model)])
    methods = trained_methods(training, {name: known[name] for name in chosen})
    return DemoStudy(
        name=study,
        results=run.results,
        training=training,
        methods=methods,
        central=central,
        size=run.settings.image_size,
    )
