from types import SimpleNamespace

import numpy as np
import pytest

from geoutils.partitions import Hierarchy, adaptive_partitions
from geoutils.sphere import great_circle_km, spherical_mean
from geoutils.study.methods import CellLevels, StudyAnswers
from geoutils.study.within_cells import CellSearch, cell_search, random_vectors, searched_recipes
from geoutils.training.recipes.study_training import StudyTraining

PRESET = {"epochs": 1}
SETTINGS = {
    "seed": 0,
    "threads": 1,
    "precision": "fp32",
    "stages": {"ce": {"head": "classes", "partition": "fullest", "preset": PRESET}},
    "heads": {
        "hc": {"head": "multi_partition", "partition": "s2", "preset": PRESET},
        "rrm": {"head": "retrieval", "partition": "s2", "preset": PRESET},
        "countries": {"head": "classes", "partition": "countries", "preset": PRESET},
    },
    "ablation": {"alone": {"head": "multi_partition", "partition": "s2", "preset": PRESET}},
}
N_TRAIN, N_TEST = 150, 40


@pytest.fixture(scope="module")
def places():
    rng = np.random.default_rng(0)
    spots = np.c_[rng.uniform(30, 60, 12), rng.uniform(-20, 40, 12)]
    return spots[rng.integers(0, 12, N_TRAIN)] + rng.normal(0, 0.3, (N_TRAIN, 2))


@pytest.fixture(scope="module")
def hierarchy(places):
    return Hierarchy.of(adaptive_partitions(places, 3, {"coarse": 60, "fine": 20}))


class Said(StudyAnswers):
    """Answers made up in place of a trained model's, two parts of the training photos."""

    def levels(self, recipe):
        return CellLevels(self.hierarchy.levels, self.hierarchy.parents)

    train_lost = np.zeros(N_TRAIN, dtype=bool)

    def log_probs(self, recipe, split):
        return self.of_test

    def train_log_probs(self, recipe):
        rows = np.arange(N_TRAIN)
        for some in (rows[:100], rows[100:]):
            yield some, [level[some] for level in self.of_train]


@pytest.fixture(scope="module")
def said(places, hierarchy):
    rng = np.random.default_rng(1)
    answers = object.__new__(Said)
    training = SimpleNamespace(latlon_deg=places, rows={"train": np.arange(N_TRAIN)})
    made_up = {
        name: [np.log(rng.dirichlet(np.full(n, 0.3), count) + 1e-9) for n in hierarchy.n_cells]
        for name, count in (("of_train", N_TRAIN), ("of_test", N_TEST))
    }
    for name, value in (made_up | {"training": training, "hierarchy": hierarchy}).items():
        object.__setattr__(answers, name, value)
    return answers


def product_of_levels(log_probs, parents):
    best = []
    for photo in range(len(log_probs[0])):
        scores = [
            sum(level[photo, cell] for level, cell in zip(log_probs, above, strict=True))
            if (above >= 0).all()
            else -np.inf
            for above in parents
        ]
        best.append(int(np.argmax(scores)))
    return best


@pytest.mark.parametrize("level", [0, 1])
def test_a_level_answers_with_its_own_best_cell(said, hierarchy, level):
    search = cell_search(said, "any", "f", level)
    assert search.cells is hierarchy.levels[level]
    assert search.best.tolist() == [int(np.argmax(row)) for row in said.of_train[level]]
    assert search.predicted.tolist() == [int(np.argmax(row)) for row in said.of_test[level]]


def test_f_is_the_finest_level_and_f_star_the_product(said, hierarchy):
    finest = cell_search(said, "any", "f")
    assert finest.cells is hierarchy.levels[-1]
    assert finest.best.tolist() == cell_search(said, "any", "f", 1).best.tolist()
    product = cell_search(said, "any", "f_star")
    assert product.best.tolist() == product_of_levels(said.of_train, hierarchy.parents)
    assert product.predicted.tolist() == product_of_levels(said.of_test, hierarchy.parents)


def test_only_photos_put_in_their_own_cell_are_searched(places, hierarchy):
    cells = hierarchy.levels[-1]
    truth = cells.assign(places)
    best = np.where(np.arange(N_TRAIN) % 2, truth, (truth + 1) % len(cells))
    predicted = np.append(np.arange(N_TEST - 1) % len(cells), -1)
    search = CellSearch(cells, best, predicted, places, np.ones(len(best), dtype=bool))
    kept = np.flatnonzero((np.arange(N_TRAIN) % 2 == 1) & (truth >= 0))
    vectors = random_vectors({"train": places, "test": np.zeros((N_TEST, 2))}, seed=0)
    assert sorted(search.background(vectors).rows) == kept.tolist()
    whole = search.background(vectors, whole=True)
    assert sorted(whole.rows) == np.flatnonzero(truth >= 0).tolist()
    found = search.search(vectors, k=4)
    for cell, row, used, point in zip(
        predicted, found.neighbours, found.used, found.latlon_deg, strict=True
    ):
        inside = kept[truth[kept] == cell]
        chosen = row[row >= 0]
        assert set(chosen) <= set(inside) and len(chosen) == min(4, len(inside))
        if used.any():
            mean = spherical_mean(places[row[used]])
            assert great_circle_km(mean, point[None])[0] < 1e-6
    np.testing.assert_array_equal(search.points_deg[:-1], cells.centers_deg[predicted[:-1]])
    assert np.isnan(search.points_deg[-1]).all() and np.isnan(found.latlon_deg[-1]).all()


def test_random_vectors_depend_on_the_seed_alone():
    like = {"train": np.zeros((3, 5), np.float32), "test": np.ones((2, 5), np.float32)}
    once, again = random_vectors(like, 1), random_vectors(like, 1)
    assert {split: len(vectors) for split, vectors in once.items()} == {"train": 3, "test": 2}
    for split in like:
        np.testing.assert_array_equal(once[split], again[split])
        assert (once[split] != random_vectors(like, 2)[split]).any()


def test_classifiers_on_the_shared_features_can_be_searched(tmp_path):
    training = StudyTraining.of(tmp_path, SETTINGS)
    assert sorted(searched_recipes(training)) == ["ce", "hc"]
