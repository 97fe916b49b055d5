"""A method of the study, ready to be explained: what it answers to pixels, and for which cells."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.explanation.answers import Answer, combined_answer, f_star_answer, level_answer
from geoutils.models import Geolocator, load_model
from geoutils.partitions import Partition
from geoutils.partitions.geoclass import combine
from geoutils.study.methods.cell_levels import cell_levels
from geoutils.study.methods.looks import crop_of, looks
from geoutils.study.methods.method import Method
from geoutils.training.recipes.study_training import StudyTraining

ANSWERS = ("f", "f_star", "point", "normalised", "simple")  # and set_1, set_2, …


@dataclass(frozen=True, eq=False)
class ExplainedMethod:
    """A trained model whose `answer` to photos is the log-probability of each of `cells`.

    `crop_px` is the side of the squares that its backbone learned from; None: whole photos.
    """

    model: Geolocator
    answer: Answer
    cells: Partition
    crop_px: int | None

    def shown(self, pixels: UInt8[ndarray, "photos h w 3"]) -> UInt8[ndarray, "photos _ _ 3"]:
        """What the model sees of photos: their middle where it learned from squares."""
        return looks(np.asarray(pixels), self.crop_px)[0]

    @property
    def zero_rgb(self) -> tuple[float, ...]:
        """The colour that the model's normalisation maps to zero."""
        return tuple(self.model.backbone.mean.flatten().tolist())


def explained_method(training: StudyTraining, method: Method) -> ExplainedMethod:
    """Load what a method asks, so that its answer can be differentiated by pixels.

    The answers are those of the prediction files where photos are seen by their middle. Raises
    ValueError for retrieval and searches within cells, which give no probabilities.
    """
    is_set = method.answer.startswith("set_")
    if method.answer not in ANSWERS and not is_set:
        raise ValueError(f"method: {method.name} has no probabilities; expected a classifier")
    recipe = training.recipes[method.recipe]
    levels = cell_levels(training.results / "partitions", recipe)
    # The layout in which processors convolve fastest; the answers stay the same.
    model = load_model(training.folder(method.recipe)).eval().to(memory_format=torch.channels_last)
    cells = levels.finest
    if method.answer in ("normalised", "simple"):
        cells = combine(levels.levels)
        how = "cells" if method.answer == "normalised" else "none"
        answer = combined_answer(model, cells.cells, how)
    elif is_set:
        number = int(method.answer.removeprefix("set_")) - 1
        cells, answer = levels.levels[number], level_answer(model, number)
    elif method.answer == "f_star" and levels.parents is not None:
        answer = f_star_answer(model, levels.parents)
    else:
        answer = level_answer(model)
    return ExplainedMethod(model, answer, cells, crop_of(training, method.recipe))
