"""A toy study with everything trained: five towns, told by the colour of a photo."""

import numpy as np
import pandas as pd
import pytest

from geoutils.partitions import (
    Hierarchy,
    adaptive_partitions,
    adaptive_tree,
    base_graph,
    geoclass_set,
)
from geoutils.partitions.geoclass import GEOCLASS_SETS
from geoutils.study.methods import StudyAnswers, study_methods
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

TOWNS = np.array([[48.85, 2.35], [51.5, -0.12], [40.7, -74.0], [35.7, 139.7], [-33.9, 18.4]])
PRESET = {"epochs": 2, "batch_size": 16, "warmup_epochs": 0, "learning_rate": 0.01}
CROPPED = PRESET | {"augmentation": {"crop_px": 24}}
SETTINGS = {
    "image_size": 32,
    "backbone": "test_resnet",
    "pretrained": "",
    "pooling": "avg",
    "drop_path": 0.0,
    "processes": 1,
    "threads": 1,
    "precision": "fp32",
    "seed": 0,
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


def town_photos(folder, splits, seed):
    """Manifest and pixels of photos whose brightness tells the town, in the given splits."""
    rng = np.random.default_rng(seed)
    n = len(splits)
    town = np.arange(n) % 5
    positions = TOWNS[town] + rng.normal(0, 0.2, (n, 2))
    table = pd.DataFrame(
        {
            "photo": [f"p{number}" for number in range(n)],
            "latitude": positions[:, 0],
            "longitude": positions[:, 1],
            "author": [f"a{number % 7}" for number in range(n)],
            "scene": "urban",
            "split": splits,
            "width": 32,
            "height": 32,
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    table.to_parquet(folder / "manifest.parquet")
    pixels = rng.integers(0, 40, (n, 32, 32, 3)) + 45 * town[:, None, None, None]
    (folder / "photos").mkdir()
    np.save(folder / "photos" / "32px.npy", pixels.astype(np.uint8))
    return positions


@pytest.fixture(scope="session")
def training(tmp_path_factory):
    folder = tmp_path_factory.mktemp("methods") / "results" / "toy"
    splits = np.where(np.arange(90) < 60, "train", np.where(np.arange(90) < 75, "val", "test"))
    train = town_photos(folder, splits, 0)[splits == "train"]
    Hierarchy.of(adaptive_partitions(train, 1, {"coarse": 20, "fine": 5})).save(
        folder / "partitions"
    )
    adaptive_tree(train, 1, 12).save(folder / "partitions" / "tree")
    graph = base_graph(train, 14)
    for number, n_cells in ((1, 6), (2, 9)):
        cells = geoclass_set(graph, n_cells, GEOCLASS_SETS[1], name=f"set_{number}")
        cells.save(folder / "partitions" / "cplanet" / f"{cells.name}.parquet")
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
