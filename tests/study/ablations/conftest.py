"""A finished base study of 80 photos whose colour tells the town, small enough to sweep over."""

import numpy as np
import pytest
from town_study import COUNTRIES, SECTION, s2_cells, town_photos

from geoutils.geocoding import atlas_addresses
from geoutils.partitions import Hierarchy, semantic_partitions
from geoutils.study.ablations import AblationStudy
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

SETTINGS = SECTION | {"stages": {"countries": COUNTRIES}}


@pytest.fixture(scope="session")
def base_results(tmp_path_factory):
    """What notebooks 01 to 03 leave; only its folder ablations/ may be written."""
    folder = tmp_path_factory.mktemp("base")
    split = np.array(["train"] * 45 + ["val"] * 15 + ["test"] * 20)
    train, partitions = town_photos(folder, split)[split == "train"], folder / "partitions"
    s2_cells(folder, train)
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
