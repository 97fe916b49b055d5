"""What a model answers, differentiably: the log-probability of every cell, one function a method.

`geoutils.prediction` computes the same numbers for many photos at once, without gradients.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor, nn

from geoutils.models.branch_tree import BranchTree
from geoutils.models.hierarchy_scores import hmc_scores
from geoutils.partitions.geoclass import GeoclassCells
from geoutils.prediction.combinatorial import set_weights

# A photo batch → log-probabilities of the cells.
Answer = Callable[[Float[Tensor, "photos 3 h w"]], Float[Tensor, "photos cells"]]


def level_answer(model: nn.Module, level: int = -1) -> Answer:
    """Cells of one level (or set) by its own softmax, by default the last: f; MvMF's weights."""
    refuse_training(model)

    def answer(images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos cells"]:
        return model(images)[level].log_softmax(dim=1)

    return answer


def f_star_answer(model: nn.Module, parents: Int[ndarray, "cells levels"]) -> Answer:
    """Finest cells by the product over levels (f*), normalised; −∞ where an ancestor is missing."""
    refuse_training(model)
    tree = BranchTree.of(parents)

    def answer(images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos cells"]:
        levels = [logits.log_softmax(dim=1) for logits in model(images)]
        return hmc_scores(levels, tree, kind="sum_of_logs", epsilon=0.0, normalized=True)

    return answer


def combined_answer(model: nn.Module, cells: GeoclassCells, normalise: str = "cells") -> Answer:
    """Tuples of geoclasses by the sum of what the sets give them, over the sum of all tuples.

    `normalise` as in `combined_scores`. Source: Seo et al., 2018, equation 3.
    """
    refuse_training(model)
    weights = set_weights(cells, normalise)

    def answer(images: Float[Tensor, "photos 3 h w"]) -> Float[Tensor, "photos cells"]:
        total = 0
        for column, logits in enumerate(model(images)):
            shares = logits.softmax(dim=1)
            if weights[column] is not None:
                ground = torch.as_tensor(weights[column], dtype=shares.dtype, device=shares.device)
                held = (shares @ ground)[:, None]
                shares = shares / torch.where(held > 0, held, torch.inf)
            classes = torch.as_tensor(cells.tuples[:, column], device=shares.device)
            total = total + shares[:, classes.clamp(min=0)] * (classes >= 0)
        return (total / total.sum(dim=1, keepdim=True)).log()

    return answer


def refuse_training(model: nn.Module) -> None:
    """Raise ValueError for a model in training mode."""
    if model.training:
        raise ValueError("model: in training mode, whose dropout and batch statistics are noise")
