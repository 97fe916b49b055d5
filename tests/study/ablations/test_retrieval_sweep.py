import shutil

import numpy as np
import pytest
import torch
from town_study import PRESET

from geoutils.models import load_model
from geoutils.prediction import hierarchical_log_scores
from geoutils.sphere import great_circle_km
from geoutils.study.ablations import AblationStudy, run_sweep
from geoutils.study.ablations.retrieval import (
    ALL,
    EVERYWHERE,
    NEAREST,
    PLACEABLE,
    WITHIN,
    Base,
    Way,
    placed,
    variants,
    ways_of,
)
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

from .conftest import SETTINGS

RECIPE = {
    "head": "retrieval",
    "partition": "s2",
    "hidden": 8,
    "loss": "infonce",
    "temperature": 0.05,
    "bank_size": 8,
    "residual": True,
    "preset": {"epochs": 2, "batch_size": 4, "warmup_epochs": 0, "learning_rate": 0.01},
}
SWEEP = {
    "seeds": [0, 1],
    "classifier": "multi",
    "recipe": RECIPE,
    "losses": ["triplet", "infonce"],
    "temperatures": [0.01, 0.05, 0.1],
    "bank_sizes": [0, 8, 16],
    "residuals": [False, True],
    "k": [1, 3, 10],
    "aggregations": ["average", "kernel_density", "clustering"],
}
MULTI = {"head": "multi_partition", "partition": "s2", "preset": PRESET | {"epochs": 10}}


@pytest.fixture(scope="module")
def trained(base_results, tmp_path_factory):
    """The base study with a classifier."""
    folder = tmp_path_factory.mktemp("retrieval") / "base"
    shutil.copytree(base_results, folder)
    training = StudyTraining.of(folder, SETTINGS | {"heads": {"multi": MULTI}})
    train_recipe(training, "multi")
    return training


@pytest.fixture
def study(trained, tmp_path):
    return AblationStudy(trained, tmp_path / "ablations")


@pytest.fixture
def base(study):
    return Base(study, "multi")


def predicted(study, rows):
    """The cell of highest f*, from the classifier itself."""
    head = load_model(study.training.log_folder("multi")).eval()
    with torch.inference_mode():
        scores = head(torch.from_numpy(np.array(study.inputs()[rows])))
    said = [level.log_softmax(1).numpy() for level in scores]
    return hierarchical_log_scores(said, study.targets("s2").parents).argmax(axis=1)


def nearest_km(study, vectors, row, among):
    """Distance of the most similar photo among some rows."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    best = among[int(np.argmax([units[row] @ units[other] for other in among]))]
    place = study.training.latlon_deg
    return great_circle_km(place[[best]], place[[row]])[0]


def of_question(question):
    return [way.shown_in[question] for way in ways_of(SWEEP) if question in way.shown_in]


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("loss", ["raw features", "triplet", "InfoNCE"]),
        ("temperature", ["0.01", "0.05", "0.1"]),
        ("memory bank", ["0", "8", "16"]),
        ("residual connection", ["without", "with"]),
        ("background", [PLACEABLE, ALL]),
        ("neighbours", ["0 (the cell's point)", "1", "3", "10"]),
        ("aggregation", ["clustering", "average", "kernel density"]),
    ],
)
def test_every_listed_value_stands_in_its_question_in_order(question, labels):
    assert of_question(question) == labels


def test_a_list_needs_what_its_others_are_compared_with():
    with pytest.raises(ValueError, match=r"bank_sizes: .*expected 8 among them"):
        ways_of(SWEEP | {"bank_sizes": [0, 16]})
    with pytest.raises(ValueError, match=r"k: .*expected 10 among them"):
        ways_of(SWEEP | {"k": [1, 5]})


def test_the_classifier_must_be_one_that_is_trained(study):
    with pytest.raises(ValueError, match="expected one that names cells"):
        variants(study, SWEEP | {"classifier": "countries"})
    heads = {"multi": MULTI, "other": MULTI}
    training = StudyTraining.of(study.training.results, SETTINGS | {"heads": heads})
    with pytest.raises(ValueError, match="other is not trained"):
        variants(AblationStudy(training, study.folder), SWEEP | {"classifier": "other"})


@pytest.mark.parametrize("background", [PLACEABLE, ALL])
def test_raw_features_are_searched_as_by_brute_force(study, base, tmp_path, background):
    way = Way("raw", {}, background=background, k=1)
    table = placed(base, RECIPE, way, 0, tmp_path).set_index("answer")
    train, test, features = study.train_rows(), study.test_rows, np.array(study.inputs())
    cells = study.targets("s2").cells[:, -1]
    told = predicted(study, train)
    found = train[told == cells[train]] if background == PLACEABLE else train
    assert 0 < len(found) and (table["background_photos"] == len(found)).all()
    expected = [nearest_km(study, features, row, found) for row in test]
    np.testing.assert_allclose(table.loc[EVERYWHERE, "distance_km"], expected, atol=1e-6)
    within = []
    points = study.targets("s2").centers_deg[-1]
    for row, cell in zip(test, predicted(study, test), strict=True):
        inside = found[cells[found] == cell]
        if len(inside):
            within.append(nearest_km(study, features, row, inside))
        else:
            within.append(great_circle_km(points[[cell]], study.training.latlon_deg[[row]])[0])
    np.testing.assert_allclose(table.loc[WITHIN, "distance_km"], within, atol=1e-6)


def test_without_neighbours_the_cells_point_remains(study, base, tmp_path):
    table = placed(base, RECIPE, Way("k_0", {}, k=0), 0, tmp_path)
    points = study.targets("s2").centers_deg[-1][predicted(study, study.test_rows)]
    np.testing.assert_allclose(table["distance_km"], great_circle_km(points, study.truth_deg))


def test_where_nothing_is_placeable_retrieval_alone_is_lost(study, base, tmp_path):
    n_cells = study.targets("s2").n_cells[-1]
    wrong = (study.targets("s2").cells[:, -1] + 1) % n_cells
    base.__dict__["predicted"] = {
        "train": wrong[study.train_rows()],
        "test": wrong[study.test_rows],
    }
    table = placed(base, RECIPE, Way("raw", {}), 0, tmp_path).set_index("answer")
    assert np.isinf(table.loc[NEAREST, "distance_km"]).all()
    points = study.targets("s2").centers_deg[-1][wrong[study.test_rows]]
    expected = great_circle_km(points, study.truth_deg)
    np.testing.assert_allclose(table.loc[WITHIN, "distance_km"], expected)
    assert (table["background_photos"] == 0).all()


def test_the_sweep_trains_each_module_once(study):
    table = run_sweep(study, "retrieval", SWEEP)
    folder = study.folder / "retrieval"
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == sorted(
        f"{name}_{seed}"
        for name in (
            "loss_triplet",
            "temperature_0.01",
            "temperature_0.1",
            "bank_size_0",
            "bank_size_16",
            "residual_false",
            "reference",
        )
        for seed in (0, 1)
    )
    triplet, plain = (load_model(folder / f"{name}_0") for name in ("loss_triplet", "reference"))
    assert triplet.config == plain.config | {"loss": "triplet"}
    assert load_model(folder / "bank_size_16_1").config["bank_size"] == 16
    assert not load_model(folder / "residual_false_1").config["residual"]
    rows = table.set_index(["question", "variant", "answer"])
    assert rows.loc[("loss", "raw features", NEAREST), "n_seeds"] == 1
    assert rows.loc[("loss", "InfoNCE", NEAREST), "n_seeds"] == 2
    same = rows.loc[("neighbours", "1", EVERYWHERE)], rows.loc[("loss", "InfoNCE", NEAREST)]
    assert [one["a_25"] for one in same] == [same[0]["a_25"]] * 2
    assert rows.loc[("neighbours", "1", WITHIN), "reference"] == f"10, {WITHIN}"
    assert rows.loc[("loss", "triplet", WITHIN), "reference"] == f"InfoNCE, {WITHIN}"
    assert rows.loc[("background", ALL, NEAREST), "background_photos"] == 45
    assert {"a_0.1", "a_5", "a_10"} <= set(table)
