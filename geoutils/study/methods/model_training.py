"""The trainings behind a notebook's model, its own study's or another's."""

from pathlib import Path
from typing import Any

from geoutils.study.notebook import NotebookRun
from geoutils.study.run import settings_in_force
from geoutils.study.settings import find_root, read_sections
from geoutils.training.recipes.study_training import SECTION, StudyTraining


def model_training(run: NotebookRun) -> StudyTraining:
    """Trainings of the study whose models a run uses, with the settings of their last run.

    Where that study was never run as a whole, those of its file. ValueError for a study that
    trains nothing.
    """
    return training_in(run.model_results, study_contents(run.model_results, run.root))


def study_contents(results: Path, root: Path | None = None) -> dict[str, Any]:
    """A study's settings by its results folder: as its last run recorded them, else of its file.

    Study files are looked for in `root`, by default the repository around the folder. ValueError
    for a folder that has no settings and belongs to no study file, or whose settings are damaged.
    """
    path = results / "settings.yaml"
    if not path.is_file():
        try:
            root = root or find_root(results)
        except ValueError:
            raise ValueError(
                f"path: no {path.name} in {results}; a study's run leaves it"
            ) from None
        return settings_in_force(root, results.name, results.parent.parent)
    return read_sections(path, str(path))


def training_in(results: Path, contents: dict[str, Any]) -> StudyTraining:
    """Trainings of a results folder under these settings; ValueError where nothing is trained."""
    if SECTION not in contents:
        raise ValueError(
            f"study: {results.name} has no section {SECTION}; expected one that trains"
        )
    return StudyTraining.of(results, contents[SECTION])
