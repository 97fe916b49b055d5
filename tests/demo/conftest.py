"""A finished toy study of 90 photos, files whose brightness tells the town, and its page."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from geoutils.demo import Page, open_study
from geoutils.partitions import (
    Hierarchy,
    adaptive_partitions,
    adaptive_tree,
    base_graph,
    geoclass_set,
)
from geoutils.partitions.geoclass import GEOCLASS_SETS
from geoutils.study.methods import StudyAnswers, study_methods, write_predictions
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

TOWNS = np.array([[48.85, 2.35], [51.5, -0.12], [40.7, -74.0], [35.7, 139.7], [-33.9, 18.4]])
SIZE, N = 64, 90
PRESET = {"epochs": 2, "batch_size": 16, "warmup_epochs": 0, "learning_rate": 0.01}
CROPPED = PRESET | {"augmentation": {"crop_px": 48}}
TRAINING = {
    "image_size": SIZE,
    "backbone": "test_resnet",
    "pretrained": "",
    "pooling": "avg",
    "drop_path": 0.0,
    "processes": 1,
    "threads": 1,
    "precision": "fp32",
    "seed": 0,
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


def write_photos(results):
    """Files, manifest and pixels; where the photos were taken."""
    rng = np.random.default_rng(0)
    town = np.arange(N) % 5
    pixels = (rng.integers(0, 40, (N, SIZE, SIZE, 3)) + 45 * town[:, None, None, None]).astype(
        np.uint8
    )
    (results / "photos").mkdir(parents=True)
    paths = [results / "photos" / f"{number}.png" for number in range(N)]
    for path, photo in zip(paths, pixels, strict=True):
        Image.fromarray(photo).save(path)
    positions = TOWNS[town] + rng.normal(0, 0.2, (N, 2))
    table = pd.DataFrame(
        {
            "photo": [path.name for path in paths],
            "path": [str(path) for path in paths],
            "latitude": positions[:, 0],
            "longitude": positions[:, 1],
            "author": [f"a{number % 7}" for number in range(N)],
            "scene": "urban",
            "split": np.repeat(["train", "val", "test"], [60, 15, 15]),
            "width": SIZE,
            "height": SIZE,
        }
    )
    table.to_parquet(results / "manifest.parquet")
    np.save(results / "photos" / f"{SIZE}px.npy", pixels)
    return positions


@pytest.fixture(scope="session")
def toy_root(tmp_path_factory):
    """A repository with one study, finished as far as the demo asks."""
    root = tmp_path_factory.mktemp("demo")
    results = root / "results" / "toy"
    train = write_photos(results)[:60]
    folder = results / "partitions"
    Hierarchy.of(adaptive_partitions(train, 1, {"coarse": 20, "fine": 5})).save(folder)
    adaptive_tree(train, 1, 12).save(folder / "tree")
    graph = base_graph(train, 14)
    for number, n_cells in ((1, 6), (2, 9)):
        cells = geoclass_set(graph, n_cells, GEOCLASS_SETS[1], name=f"set_{number}")
        cells.save(folder / "cplanet" / f"{cells.name}.parquet")
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


@pytest.fixture
def page(toy_study):
    return Page(toy_study, seed=0)
