"""The trainings behind a notebook's model, its own study's or another's."""

from geoutils.study.notebook import NotebookRun
from geoutils.study.run import recorded_settings, settings_in_force
from geoutils.training.recipes.study_training import SECTION, StudyTraining


def model_training(run: NotebookRun) -> StudyTraining:
    """Trainings of the study whose models a run uses, with the settings of their last run.

    Where that study was never run as a whole, those of its file. ValueError for a study that
    trains nothing.
    """
    study, base = run.model_results.name, run.model_results.parent.parent
    recorded = (run.model_results / "settings.yaml").is_file()
    contents = recorded_settings(base, study) if recorded else None
    contents = contents or settings_in_force(run.root, study, base)
    if SECTION not in contents:
        raise ValueError(f"study: {study} has no section {SECTION}; expected one that trains")
    return StudyTraining.of(run.model_results, contents[SECTION])
