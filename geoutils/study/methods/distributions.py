"""Which distributions over cells a study's models give photos: each level's, and products of them.

A method answers with one cell; behind the answer stands a probability for every cell. Retrieval
has no such thing, and a search within cells moves the point but not the probabilities.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.evaluation.temperature import tempered
from geoutils.partitions import Partition
from geoutils.prediction import combined_scores, hierarchical_log_scores
from geoutils.study.methods.answers import StudyAnswers
from geoutils.study.methods.method import Method

COMBINING = {"f_star": "f*", "normalised": "normalised sum", "simple": "simple sum"}
NORMALISATIONS = {"normalised": "cells", "simple": "none"}


@dataclass(frozen=True, eq=False)
class Distribution:
    """Probabilities over the cells of one partition, by one recipe.

    `level` is the name of a partition (a level's head, a set's, a single head's) or, where several
    are `combined`, the word for it. `method` is the method that answers by it, "" for a level that
    no method answers with alone.
    """

    name: str
    label: str
    system: str
    recipe: str
    level: str
    method: str
    combined: bool
    cells: Partition

    def log_probs(
        self, answers: StudyAnswers, split: str, some: slice | Int[ndarray, " some"]
    ) -> Float[ndarray, "some cells"]:
        """Log-probabilities, normalised over the cells, of some of a split's photos.

        A product of levels, or a sum of sets, is divided by its sum over all cells.
        """
        said = answers.log_probs(self.recipe, split)
        if not self.combined:
            return said[self._column(answers)][some]
        part = [level[some] for level in said]
        if self.level == COMBINING["f_star"]:
            return tempered(hierarchical_log_scores(part, answers.levels(self.recipe).parents))
        answer = next(name for name, words in COMBINING.items() if words == self.level)
        with np.errstate(divide="ignore"):  # a score of 0 is a cell ruled out
            return tempered(np.log(combined_scores(part, self.cells.cells, NORMALISATIONS[answer])))

    def _column(self, answers: StudyAnswers) -> int:
        return answers.levels(self.recipe).names.index(self.level)


def recipe_distributions(
    answers: StudyAnswers, methods: Mapping[str, Method], recipe: str
) -> list[Distribution]:
    """All distributions of a recipe, coarse → fine, then combined; none for retrieval."""
    own = {m.answer: m for m in methods.values() if m.recipe == recipe and not m.base}
    if not set(own) - {"nearest", "raw"}:
        return []
    levels, found = answers.levels(recipe), []
    for k, cells in enumerate(levels.levels):
        method = own.get(f"set_{k + 1}")
        if method is None and k == len(levels.levels) - 1:
            method = own.get("f") or own.get("point")
        label = method.label if method else _level_label(own["f"].label, cells.name)
        name = method.name if method else f"{recipe}_{cells.name}"
        found.append(_of(name, label, next(iter(own.values())), cells, cells.name, method, False))
    for answer, words in COMBINING.items():
        if answer in own and (answer != "f_star" or levels.parents is not None):
            cells = levels.finest if answer == "f_star" else answers.combined(recipe)
            method = own[answer]
            found.append(_of(method.name, method.label, method, cells, words, method, True))
    return found


def _of(
    name: str,
    label: str,
    kin: Method,
    cells: Partition,
    level: str,
    method: Method | None,
    combined: bool,
) -> Distribution:
    answered = method.name if method else ""
    return Distribution(name, label, kin.system, kin.recipe, level, answered, combined, cells)


def _level_label(label: str, level: str) -> str:
    """The label of a method that asks the finest level, for a coarser one.

    >>> _level_label("HC, end to end, f", "level_1")
    'HC, end to end, level 1'
    """
    return re.sub(r"\bf(?=$| \()", level.replace("_", " "), label, count=1)
