"""The training photos that a retrieval head finds most similar to some photos."""

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from geoutils.prediction import Background, Found, search_everywhere
from geoutils.study.methods.answers import StudyAnswers
from geoutils.study.methods.listing import main_answer
from geoutils.study.methods.predict import background_of, collector_of


def similar_photos(
    answers: StudyAnswers,
    retrieval: str,
    places: Int[ndarray, " photos"],
    split: str = "test",
    k: int = 1,
) -> Found:
    """The k most similar background photos of some photos of a split, by a retrieval head.

    `places` count the split's photos, `neighbours` of what is returned the training photos. The
    background is that of the method "nearest": photos that a classifier puts into their own cell,
    or all where the study has no such classifier; none that could not be read.
    """
    training = answers.training
    queries = answers.embeddings(retrieval, split)[places]
    collector = collector_of(training, retrieval)
    if collector is not None:
        answer = main_answer(training.recipes[collector])
        return search_everywhere(queries, background_of(answers, collector, answer, retrieval), k)
    rows = training.rows["train"]
    latlon_deg = training.latlon_deg[rows]
    one_cell = np.zeros(len(rows), dtype=np.int64)
    vectors = answers.train_embeddings(retrieval)
    background = Background.of(vectors, latlon_deg, one_cell, 1, ~answers.train_lost)
    return search_everywhere(queries, background, k)
