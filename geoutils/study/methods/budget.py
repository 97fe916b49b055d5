"""What each method cost: how much it learned from, and how large it is."""

from collections.abc import Mapping

import pandas as pd

from geoutils.study.methods.method import Method
from geoutils.training.recipes.study_training import StudyTraining
from geoutils.training.state.record import read_facts, read_log


def method_budgets(training: StudyTraining, methods: Mapping[str, Method]) -> pd.DataFrame:
    """Per method: learned ("on features" or "end to end"), epochs, photos_shown, parameters.

    Photos shown are training photos times epochs, of the recipe alone (the shared backbone's own
    training is not counted again), parameters those that it learned. Raises ValueError for what is
    not trained.
    """
    rows = {}
    for name, method in methods.items():
        folder = training.log_folder(method.recipe)
        facts, log = read_facts(folder), read_log(folder)
        learns = method.answer != "raw"  # the features as they are
        rows[name] = {
            "learned": "on features" if method.recipe in training.heads else "end to end",
            "epochs": learns * len(log),
            "photos_shown": learns * len(log) * facts["train_photos_used"],
            "parameters": learns * facts["trained_parameters"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")
