"""A finished base study of 80 photos whose colour tells the town, small enough to sweep over."""

import numpy as np
import pandas as pd
import pytest

from geoutils.geocoding import atlas_addresses
from geoutils.partitions import (
    Hierarchy,
    adaptive_partitions,
    adaptive_tree,
    semantic_partitions,
)
from geoutils.photos import manifest as manifests
from geoutils.study.ablations import AblationStudy
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

TOWNS = np.array([[48.85, 2.35], [51.5, -0.12], [40.7, -74.0], [35.7, 139.7], [-33.9, 18.4]])
PRESET = {"epochs": 1, "batch_size": 16, "warmup_epochs": 0}
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
    "stages": {"countries": {"head": "classes", "partition": "countries", "preset": PRESET}},
    "heads": {},
    "ablation": {},
}


@pytest.fixture(scope="session")
def base_results(tmp_path_factory):
    """What notebooks 01 to 03 leave; only its folder ablations/ may be written."""
    folder = tmp_path_factory.mktemp("base")
    rng = np.random.default_rng(0)
    town = np.tile(np.arange(5), 16)
    positions = TOWNS[town] + rng.normal(0, 0.2, (80, 2))
    split = np.array(["train"] * 45 + ["val"] * 15 + ["test"] * 20)
    table = pd.DataFrame(
        {
            "photo": [f"p{number}" for number in range(80)],
            "latitude": positions[:, 0],
            "longitude": positions[:, 1],
            "author": [f"a{number % 7}" for number in range(80)],
            "scene": np.array(manifests.SCENES)[town % 3],
            "split": split,
            "width": 32,
            "height": 32,
        }
    )
    table.to_parquet(folder / "manifest.parquet")
    pixels = rng.integers(0, 60, (80, 32, 32, 3)) + 40 * town[:, None, None, None]
    (folder / "photos").mkdir()
    np.save(folder / "photos" / "32px.npy", pixels.astype(np.uint8))
    train, partitions = positions[split == "train"], folder / "partitions"
    Hierarchy.of(adaptive_partitions(train, 1, {"coarse": 20, "fine": 5})).save(partitions)
    adaptive_tree(train, 1, 12).save(partitions / "tree")
    tau_min = {"coarse": 9, "fine": 3}
    addresses = atlas_addresses(train)
    Hierarchy.of(semantic_partitions(addresses, train, tau_min, 2, geocoder="atlas")).save(
        partitions / "semantic"
    )
    train_recipe(StudyTraining.of(folder, SETTINGS), "countries")
    return folder


@pytest.fixture
def base(base_results, tmp_path):
    """The study, with a folder of its own for what sweeps write."""
    return AblationStudy(StudyTraining.of(base_results, SETTINGS), tmp_path / "ablations")
