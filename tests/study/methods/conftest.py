"""A toy study with everything trained: five towns, told by the colour of a photo."""

import numpy as np
import pytest
import town_study
from town_study import SECTION, geoclass_sets, s2_cells, town_photos

from geoutils.study.methods import StudyAnswers, study_methods
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

PRESET = town_study.PRESET | {"epochs": 2, "learning_rate": 0.01}
CROPPED = PRESET | {"augmentation": {"crop_px": 24}}
SETTINGS = SECTION | {
    "stages": {
        "countries": {"head": "classes", "partition": "countries", "preset": PRESET},
        "shared": {"head": "multi_partition", "partition": "s2+cplanet", "preset": CROPPED},
    },
    "heads": {
        "ce": {"head": "classes", "partition": "s2", "preset": PRESET},
        "mvmf": {"head": "mvmf", "partition": "s2", "start_from": "ce", "preset": PRESET},
        "hc": {"head": "multi_partition", "partition": "s2", "preset": PRESET},
        "hmc": {"head": "hmc", "partition": "tree", "preset": PRESET},
        "cplanet": {"head": "multi_partition", "partition": "cplanet", "preset": PRESET},
        "decoder": {
            "head": "geodecoder",
            "partition": "s2",
            "n_scenes": 3,
            "n_attention_heads": 2,
            "width": 8,
            "preset": PRESET,
        },
        "rrm": {"head": "retrieval", "partition": "s2", "hidden": 8, "preset": PRESET},
        "rrm_plain": {
            "head": "retrieval",
            "partition": "s2",
            "hidden": 8,
            "residual": False,
            "preset": PRESET,
        },
    },
    "ablation": {"alone": {"head": "multi_partition", "partition": "s2", "preset": CROPPED}},
}


@pytest.fixture(scope="session")
def training(tmp_path_factory):
    folder = tmp_path_factory.mktemp("methods") / "results" / "toy"
    splits = np.where(np.arange(90) < 60, "train", np.where(np.arange(90) < 75, "val", "test"))
    train = town_photos(folder, splits)[splits == "train"]
    s2_cells(folder, train)
    geoclass_sets(folder, train)
    study = StudyTraining.of(folder, SETTINGS)
    for name in study.recipes:
        train_recipe(study, name)
    return study


@pytest.fixture(scope="session")
def methods(training):
    return study_methods(training, n_sets=2)


@pytest.fixture(scope="session")
def answers(training):
    return StudyAnswers.of(training)
