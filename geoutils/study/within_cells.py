"""Searching within the cells of what a study trained: by embeddings, raw features, or at random."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from geoutils.partitions import Partition
from geoutils.prediction import (
    Background,
    Found,
    best_tuples,
    hierarchical_log_scores,
    placeable,
    search_within_cell,
)
from geoutils.study.methods.answers import StudyAnswers
from geoutils.study.methods.listing import is_on_shared, study_methods
from geoutils.study.methods.predict import NEIGHBOURS, answer_cells
from geoutils.training.recipes.study_training import StudyTraining

Vectors = dict[str, Float[ndarray, "_ _"]]  # of each split


@dataclass(frozen=True, eq=False)
class CellSearch:
    """The cells in which a classifier puts training and test photos, ready to be searched within.

    `best` are its cells for the training photos and `predicted` those for the test photos, both
    among `cells`; `train_deg` is where the training photos were taken, `there` which of them could
    be read: nobody finds the others.
    """

    cells: Partition
    best: Int[ndarray, " train"]
    predicted: Int[ndarray, " test"]
    train_deg: Float[ndarray, "train 2"]
    there: Bool[ndarray, " train"]

    @cached_property
    def truth(self) -> Int[ndarray, " train"]:
        """The training photos' own cells."""
        return self.cells.assign(self.train_deg)

    @cached_property
    def kept(self) -> Bool[ndarray, " train"]:
        """Which training photos are `placeable`."""
        return placeable(self.best, self.truth) & self.there

    @property
    def points_deg(self) -> Float[ndarray, "test 2"]:
        """The classifier's own answer: the point of each predicted cell; NaN for cell -1."""
        points_deg = self.cells.centers_deg[self.predicted]
        return np.where(self.predicted[:, None] >= 0, points_deg, np.nan)

    def background(self, vectors: Vectors, whole: bool = False) -> Background:
        """The placeable training photos (or all), sorted by cell; their rows count train photos."""
        chosen = self.there if whole else self.kept
        return Background.of(vectors["train"], self.train_deg, self.truth, len(self.cells), chosen)

    def search(self, vectors: Vectors, whole: bool = False, k: int = NEIGHBOURS) -> Found:
        """The test photos searched within their cells, by placeable training photos or all."""
        centers_deg = self.cells.centers_deg
        background = self.background(vectors, whole)
        return search_within_cell(vectors["test"], self.predicted, background, centers_deg, k)


def cell_search(
    answers: StudyAnswers, recipe: str, answer: str, level: int | None = None
) -> CellSearch:
    """A classifier's cells for the training and test photos of a study.

    `answer` as in `Method`; with a `level` the best cell of that level by its own softmax instead.
    The classifier reads the shared features.
    """
    cells = answer_cells(answers, recipe, answer) if level is None else None
    if cells is None:
        cells = answers.levels(recipe).levels[level]
    best = [
        _best_cells(answers, recipe, answer, level, said)
        for _, said in answers.train_log_probs(recipe)
    ]
    return CellSearch(
        cells=cells,
        best=np.concatenate(best),
        predicted=_best_cells(answers, recipe, answer, level, answers.log_probs(recipe, "test")),
        train_deg=answers.training.latlon_deg[answers.training.rows["train"]],
        there=~answers.train_lost,
    )


def searched_recipes(training: StudyTraining) -> list[str]:
    """Names of a study's classifiers on the shared features: cells to search within."""
    names = dict.fromkeys(method.recipe for method in study_methods(training).values())
    heads = {name: training.recipes[name].head for name in names}
    return [n for n, head in heads.items() if head != "retrieval" and is_on_shared(training, n)]


def embedded(answers: StudyAnswers, retrieval: str) -> Vectors:
    """Training and test photos as a retrieval head embeds them; RAW: as the backbone sees them."""
    test = answers.embeddings(retrieval, "test")
    return {"train": answers.train_embeddings(retrieval), "test": test}


def random_vectors(like: Vectors, seed: int) -> Vectors:
    """Vectors that say nothing of the photos: whoever is most similar by them is so by chance."""
    rng = np.random.default_rng([seed, 5])
    sizes = {split: len(vectors) for split, vectors in like.items()}
    return {split: rng.standard_normal((n, 16), dtype=np.float32) for split, n in sizes.items()}


def _best_cells(
    answers: StudyAnswers,
    recipe: str,
    answer: str,
    level: int | None,
    said: list[Float[ndarray, "photos _"]],
) -> Int[ndarray, " photos"]:
    if level is not None:
        return said[level].argmax(axis=1)
    if answer in ("normalised", "simple"):
        how = "cells" if answer == "normalised" else "none"
        return best_tuples(said, answers.combined(recipe).cells, how)
    scores = said[-1]
    if answer == "f_star":
        scores = hierarchical_log_scores(said, answers.levels(recipe).parents)
    best = scores.argmax(axis=1)
    possible = np.take_along_axis(scores, best[:, None], axis=1)[:, 0] > -np.inf
    return np.where(possible, best, -1)  # as `locate` has it
