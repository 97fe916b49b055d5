"""A finished toy study of 90 photos, files whose brightness tells the town, and its page."""

import json

import numpy as np
import pandas as pd
import pytest
import town_study
import yaml
from PIL import Image
from town_study import SECTION, geoclass_sets, s2_cells, town_photos

from geoutils.demo.locator import Locator
from geoutils.demo.page import Page
from geoutils.demo.study import open_study
from geoutils.study.methods import StudyAnswers, study_methods, write_predictions
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

SIZE = 64
PRESET = town_study.PRESET | {"epochs": 2, "learning_rate": 0.01}
CROPPED = PRESET | {"augmentation": {"crop_px": 48}}
TRAINING = SECTION | {
    "image_size": SIZE,
    "stages": {"shared": {"head": "multi_partition", "partition": "s2", "preset": CROPPED}},
    "heads": {
        "hc": {"head": "multi_partition", "partition": "s2", "preset": PRESET},
        "mvmf": {"head": "mvmf", "partition": "s2", "preset": PRESET},
        "hmc": {
            "head": "hmc",
            "partition": "tree",
            "combination": "sum_of_logs",
            "preset": PRESET,
        },
        "cplanet": {"head": "multi_partition", "partition": "cplanet", "preset": PRESET},
        "rrm": {"head": "retrieval", "partition": "s2", "hidden": 8, "preset": PRESET},
    },
    "ablation": {"alone": {"head": "multi_partition", "partition": "s2", "preset": PRESET}},
}
EVALUATION = {"model": "hc", "image_size": SIZE, "crops": "middle"}


def photo_files(results):
    """The photos as files, and their places in the manifest."""
    pixels = np.load(results / "photos" / f"{SIZE}px.npy")
    paths = [results / "photos" / f"{number}.png" for number in range(len(pixels))]
    for path, photo in zip(paths, pixels, strict=True):
        Image.fromarray(photo).save(path)
    table = pd.read_parquet(results / "manifest.parquet")
    table.assign(path=[str(path) for path in paths]).to_parquet(results / "manifest.parquet")


@pytest.fixture(scope="session")
def toy_root(tmp_path_factory):
    """A repository with one study, finished as far as the demo asks."""
    root = tmp_path_factory.mktemp("demo")
    results = root / "results" / "toy"
    train = town_photos(results, np.repeat(["train", "val", "test"], [60, 15, 15]), SIZE)[:60]
    photo_files(results)
    s2_cells(results, train)
    geoclass_sets(results, train)
    training = StudyTraining.of(results, TRAINING)
    for name in training.recipes:
        train_recipe(training, name)
    methods = study_methods(training, n_sets=2)
    wanted = {"test": list(methods)}
    write_predictions(StudyAnswers.of(training), methods, wanted, results / "predictions")
    (results / "answers").mkdir()
    (results / "answers" / "04_evaluation.json").write_text(json.dumps({"answer": "Done."}))
    for name in ("03_training", "04_evaluation"):
        (root / "notebooks").mkdir(exist_ok=True)
        (root / "notebooks" / f"{name}.ipynb").touch()
    (root / "studies").mkdir()
    sections = {"title": "Toy", "03_training": TRAINING, "04_evaluation": EVALUATION}
    (root / "studies" / "toy.yaml").write_text(yaml.safe_dump(sections, sort_keys=False))
    return root


@pytest.fixture(scope="session")
def toy_study(toy_root):
    return open_study("toy", root=toy_root)


@pytest.fixture(scope="session")
def locator(toy_study):
    return Locator(toy_study.training)


@pytest.fixture
def page(toy_study, locator):
    """A page of its own for each test; its models are read once for all of them."""
    page = Page(toy_study, seed=0)
    page.locator = locator
    return page
