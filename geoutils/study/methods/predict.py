"""From what trained models say to the prediction file of a method."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.partitions import Partition
from geoutils.prediction import (
    Background,
    Found,
    best_tuples,
    hierarchical_log_scores,
    locate,
    locate_combined,
    placeable,
    search_everywhere,
    search_within_cell,
    with_points,
)
from geoutils.sphere import great_circle_km
from geoutils.study.methods.answers import RAW, StudyAnswers
from geoutils.study.methods.listing import is_on_shared, main_answer
from geoutils.study.methods.method import Method
from geoutils.training.recipes.study_training import StudyTraining

NEIGHBOURS = 10  # Kordopatis-Zilos et al., section 4.2


def predict_study(
    training: StudyTraining,
    method: Method,
    split: str,
    answers: StudyAnswers | None = None,
    top_k: int = 10,
) -> pd.DataFrame:
    """Where a method places each photo of a split; columns of `locate`, in the manifest's order.

    `answers` are what the models said before, of this or another study's photos; without any they
    are asked now. Retrieval alone names the cell of its nearest photo, with no probability (NaN).
    A photo that could not be read has no row, and no search finds it.
    Raises ValueError for a split without photos, and for what is not trained.
    """
    said = StudyAnswers.of(training) if answers is None else answers
    return _predicted(said, method, split, top_k)


def background_of(answers: StudyAnswers, recipe: str, answer: str, retrieval: str) -> Background:
    """The training photos that a classifier's answer puts in their own cell, embedded; none lost.

    Kordopatis-Zilos et al., section 3.3.3. The classifier reads the shared features.
    """
    return answers.once(
        recipe,
        f"background {answer} {retrieval}",
        lambda: _collected(answers, recipe, answer, retrieval),
    )


def _collected(answers: StudyAnswers, recipe: str, answer: str, retrieval: str) -> Background:
    cells = answer_cells(answers, recipe, answer)
    rows = answers.training.rows["train"]
    latlon_deg = answers.training.latlon_deg[rows]
    truth = cells.assign(latlon_deg)
    best = [
        _best_cells(answers, recipe, answer, said) for _, said in answers.train_log_probs(recipe)
    ]
    chosen = placeable(np.concatenate(best), truth) & ~answers.train_lost
    return Background.of(answers.train_embeddings(retrieval), latlon_deg, truth, len(cells), chosen)


def answer_cells(answers: StudyAnswers, recipe: str, answer: str) -> Partition:
    """The partition whose cells an answer names."""
    if answer in ("normalised", "simple"):
        return answers.combined(recipe)
    levels = answers.levels(recipe)
    if answer.startswith("set_"):
        return levels.levels[int(answer.removeprefix("set_")) - 1]
    return levels.finest


def _predicted(answers: StudyAnswers, method: Method, split: str, top_k: int) -> pd.DataFrame:
    photos = answers.photos(split)
    names, truth = photos["photo"].tolist(), photos[["latitude", "longitude"]].to_numpy(float)
    if method.answer in ("nearest", "raw"):
        return _retrieved(answers, method, split, names, truth)
    answer = method.base or method.answer
    cells = answer_cells(answers, method.recipe, answer)
    said = answers.log_probs(method.recipe, split)
    if answer in ("normalised", "simple"):
        how = "cells" if answer == "normalised" else "none"
        table = locate_combined(said, cells, names, truth, how, top_k)
    else:
        scores = _scores(answers, method.recipe, answer, said)
        table = locate(scores, cells, names, truth, top_k)
    if method.answer != "swc":
        return table
    found = searched(answers, method, split, table["cell"].to_numpy())
    return with_points(table, found.latlon_deg, truth)


def searched(
    answers: StudyAnswers, method: Method, split: str, cells: Int[ndarray, " photos"]
) -> Found:
    """Search within the cells that a classifier predicted for a split's photos."""
    retrieval = first_retrieval(answers.training)
    background = background_of(answers, method.recipe, method.base, retrieval)
    centers_deg = answer_cells(answers, method.recipe, method.base).centers_deg
    queries = answers.embeddings(retrieval, split)
    return search_within_cell(queries, cells, background, centers_deg, NEIGHBOURS)


def first_retrieval(training: StudyTraining) -> str:
    """Name of the study's first retrieval head; ValueError without any."""
    for name, recipe in training.heads.items():
        if recipe.head == "retrieval":
            return name
    raise ValueError("training: no retrieval head; search within cells needs one")


def collector_of(training: StudyTraining, retrieval: str) -> str | None:
    """The classifier that chooses the background of retrieval alone; None: all photos are in it.

    The first one over the same partition that reads the same features.
    """
    partition = training.recipes[retrieval].partition
    for name, recipe in training.recipes.items():
        is_classifier = recipe.head != "retrieval" and recipe.partition == partition
        if is_classifier and is_on_shared(training, name):
            return name
    return None


def _retrieved(
    answers: StudyAnswers, method: Method, split: str, names: list[str], truth: Real[ndarray, "n 2"]
) -> pd.DataFrame:
    """Retrieval alone: the nearest photo of the whole background."""
    training = answers.training
    retrieval = RAW if method.answer == "raw" else method.recipe
    queries = answers.embeddings(retrieval, split)
    collector = collector_of(training, method.recipe)
    cells = answers.levels(method.recipe).finest
    rows = training.rows["train"]
    if collector is None:
        vectors, latlon_deg = answers.train_embeddings(retrieval), training.latlon_deg[rows]
        truth_cells = cells.assign(latlon_deg)
        background = Background.of(
            vectors, latlon_deg, truth_cells, len(cells), ~answers.train_lost
        )
    else:
        answer = main_answer(training.recipes[collector])
        background = background_of(answers, collector, answer, retrieval)
    found = search_everywhere(queries, background)
    distances_km = np.full(len(names), np.nan)
    known = np.isfinite(truth).all(axis=1)
    distances_km[known] = great_circle_km(found.latlon_deg[known], truth[known])
    return pd.DataFrame(
        {
            "photo": names,
            "cell": cells.assign(found.latlon_deg),
            "latitude": found.latlon_deg[:, 0],
            "longitude": found.latlon_deg[:, 1],
            "probability": np.nan,
            "top_cells": [[] for _ in names],
            "top_probabilities": [[] for _ in names],
            "distance_km": distances_km,
        }
    )


def _scores(
    answers: StudyAnswers, recipe: str, answer: str, said: list[Float[ndarray, "photos _"]]
) -> Float[ndarray, "photos cells"]:
    if answer == "f_star":
        return hierarchical_log_scores(said, answers.levels(recipe).parents)
    return said[int(answer.removeprefix("set_")) - 1 if answer.startswith("set_") else -1]


def _best_cells(
    answers: StudyAnswers, recipe: str, answer: str, said: list[Float[ndarray, "photos _"]]
) -> Int[ndarray, " photos"]:
    if answer in ("normalised", "simple"):
        how = "cells" if answer == "normalised" else "none"
        return best_tuples(said, answers.combined(recipe).cells, how)
    return _scores(answers, recipe, answer, said).argmax(axis=1)
