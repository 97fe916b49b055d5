import shutil

import numpy as np
import pytest
import torch

from geoutils.models import load_model
from geoutils.partitions import GEOCLASS_SETS, Hierarchy, base_graph, geoclass_set
from geoutils.sphere import great_circle_km, unit_vectors
from geoutils.study.ablations import AblationStudy, run_sweep
from geoutils.study.ablations.cplanet import Sets, variants
from geoutils.study.ablations.cplanet_ways import FIVE, PLANET, UNLIKE, Way, ways_of_tables
from geoutils.training.recipes.study_training import StudyTraining

from .conftest import SETTINGS

PRESET = {"epochs": 4, "batch_size": 16, "warmup_epochs": 0, "learning_rate": 0.02}
SWEEP = {
    "seeds": [0],
    "preset": PRESET,
    "subspace_seed": 0,
    "imagenet": {"backbone": "test_efficientnet", "pretrained": ""},
}
N_FIRST = 14


@pytest.fixture(scope="module")
def training(base_results, tmp_path_factory):
    """The base study with its five geoclass sets, made by distance alone."""
    folder = tmp_path_factory.mktemp("cplanet") / "base"
    shutil.copytree(base_results, folder)
    training = StudyTraining.of(folder, SETTINGS)
    graph = base_graph(training.latlon_deg[training.rows["train"]])
    for number, published in enumerate(GEOCLASS_SETS, 1):
        size = round(published.n_classes * N_FIRST / 9969)
        own = geoclass_set(graph, size, GEOCLASS_SETS[1], name=f"set_{number}")
        own.save(folder / "partitions" / "cplanet" / f"set_{number}.parquet")
    return training


@pytest.fixture
def study(training, tmp_path):
    return AblationStudy(training, tmp_path / "ablations")


@pytest.fixture
def sets(study):
    return Sets(study, PRESET, 0, SWEEP["imagenet"])


def probabilities(study, folder, names):
    """What the heads in a folder say of the test photos."""
    head = load_model(folder).eval()
    with torch.inference_mode():
        scores = head(torch.from_numpy(np.array(study.inputs()[study.test_rows])))
    return {name: s.softmax(1).numpy() for name, s in zip(names, scores, strict=True)}


def of_question(question):
    return [way.shown_in[question] for way in ways_of_tables() if question in way.shown_in]


def test_every_row_of_the_tables_stands_in_its_question():
    alone = [f"set {k}" for k in range(1, 6)]
    combined = ["CPlaNet[1-5]", "CPlaNet[1-2]", "CPlaNet[1-5, PlaNet]"]
    means = ["Average[1-5]", "Average[1-2]", "mean of the points [1-5]", "mean of the points [1-2]"]
    others = ["PlaNet", "ImageNetFeat, set 1"]
    table = of_question("sets and combinations")
    assert sorted(table) == sorted([*combined, *means, *alone, *others])
    assert table[0] == "CPlaNet[1-5]"
    pair = ["CPlaNet[1-2]", "Average[1-2]", "mean of the points [1-2]", "set 1", "set 2"]
    assert of_question("the first two sets") == pair
    sums = ["normalised", "normalised, non-empty cells", "simple sum"]
    assert of_question("sums, sets of like size") == sums
    sizes = [*alone[:2], *(f"set {k}, other size" for k in (3, 4, 5))]
    assert of_question("sums, sets of unlike size") == sums + sizes


@pytest.mark.parametrize("how", ["cells", "nonempty", "none"])
def test_combining_is_the_sum_over_base_cells(study, sets, tmp_path, how):
    table = sets.placed(Way("all", (*FIVE, PLANET), how, {}), 0, tmp_path)
    said = probabilities(study, tmp_path / "sets_heads_0", (*FIVE, PLANET))
    base = sets.partitions["set_1"].cells.base
    ground = {"cells": base.n_cells, "nonempty": np.ones(len(base)), "none": None}[how]
    scores = np.zeros((len(study.test_rows), len(base)))
    tuples = []
    for name, probs in said.items():
        classes = sets.partitions[name].assign(base.points_deg)
        inside, tuples = classes >= 0, [*tuples, classes]
        share = np.where(inside, probs[:, classes], 0)
        if ground is not None:
            share /= (share * ground).sum(axis=1, keepdims=True)
        scores += share
    tuples = np.stack(tuples, axis=1)
    for photo, row in enumerate(scores):
        best = (tuples == tuples[row.argmax()]).all(axis=1)
        mean = base.vector_sums[best].sum(axis=0)
        truth = unit_vectors(study.truth_deg[[photo]])[0]
        expected = 6371.0088 * np.arccos(np.clip(truth @ mean / np.linalg.norm(mean), -1, 1))
        assert table["distance_km"][photo] == pytest.approx(expected, rel=1e-4, abs=0.2)
    assert (table["classes"] == len(np.unique(tuples, axis=0))).all()


def test_one_set_alone_answers_with_its_best_class(study, sets, tmp_path):
    table = sets.placed(Way("one", ("set_3",), "alone", {}), 0, tmp_path)
    said = probabilities(study, tmp_path / "sets_heads_0", (*FIVE, PLANET))
    points = sets.partitions["set_3"].centers_deg[said["set_3"].argmax(axis=1)]
    np.testing.assert_allclose(table["distance_km"], great_circle_km(points, study.truth_deg))
    weights = load_model(tmp_path / "sets_heads_0").levels[2]
    assert (table["parameters"] == weights.weight.numel() + weights.bias.numel()).all()


def test_points_are_averaged_on_the_sphere(study, sets, tmp_path):
    table = sets.placed(Way("two", FIVE[:2], "points", {}), 0, tmp_path)
    said = probabilities(study, tmp_path / "sets_heads_0", (*FIVE, PLANET))
    both = [
        unit_vectors(sets.partitions[name].centers_deg[said[name].argmax(axis=1)])
        for name in FIVE[:2]
    ]
    mean = both[0] + both[1]
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    chord = np.linalg.norm(mean - unit_vectors(study.truth_deg), axis=1)
    expected = 2 * 6371.0088 * np.arcsin(chord / 2)
    np.testing.assert_allclose(table["distance_km"], expected, rtol=1e-9)


def test_other_sizes_are_as_many_times_set_1_as_in_table_5(sets):
    first = sets.partitions["set_1"]
    sizes = {name: len(sets.partitions[name]) for name in UNLIKE}
    expected = {"set_1": 9969, "set_2": 9969, "unlike_3": 3416, "unlike_4": 1444, "unlike_5": 10600}
    assert sizes == {name: round(size * N_FIRST / 9969) for name, size in expected.items()}
    for name in UNLIKE:
        assert sets.partitions[name].cells.base.same_as(first.cells.base)


def test_the_sweep_trains_three_heads_for_all_ways(study):
    table = run_sweep(study, "cplanet", SWEEP)
    folder = study.folder / "cplanet"
    trained = sorted(path.name for path in folder.iterdir() if path.is_dir())
    assert trained == ["imagenet_heads_0", "sets_heads_0", "unlike_heads_0"]
    rows = table.set_index(["question", "variant"])
    alone = [rows.loc[("sets and combinations", f"set {k}")] for k in range(1, 6)]
    average = rows.loc[("sets and combinations", "Average[1-5]")]
    assert average["n_seeds"] == 5
    for column in ("a_1", "a_25", "a_200", "a_750", "a_2500", "parameters_millions"):
        assert average[column] == pytest.approx(np.mean([one[column] for one in alone]))
    assert (rows.loc["sets and combinations"]["reference"] == "CPlaNet[1-5]").sum() == 13
    assert (rows.loc["the first two sets"]["reference"] == "CPlaNet[1-2]").sum() == 4
    unlike = rows.loc["sums, sets of unlike size"]
    assert unlike.index[0] == "normalised" and unlike["reference"].iloc[0] == ""
    combined = rows.loc[("sums, sets of like size", "simple sum")]
    assert 0 < combined["combining_share"] < combined["heads_share"] < 1
    assert {"a_5", "a_10", "a_50", "a_100"} <= set(table)


def test_another_seed_adds_runs_and_redoes_none(study):
    one, two = (variants(study, SWEEP | {"seeds": seeds}) for seeds in ([0], [0, 1]))
    settings = {variant.file: variant.settings for variant in two}
    assert len(settings) == len(two) == 2 * len(one)
    assert all(settings[variant.file] == variant.settings for variant in one)


def test_planet_is_the_finest_level_of_s2(study, sets):
    finest = Hierarchy.load(study.training.results / "partitions").levels[-1]
    np.testing.assert_array_equal(sets.partitions[PLANET].centers_deg, finest.centers_deg)
