"""What is to be explained: differentiable scores of a chosen cell, one number per photo."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor, nn

# A photo batch and the chosen class of each photo → one score per photo.
Score = Callable[[Float[Tensor, "photos 3 h w"], Int[Tensor, " photos"]], Float[Tensor, " photos"]]


def cell_log_score(model: nn.Module, parents: Int[ndarray, "cells levels"]) -> Score:
    """Log-score of a finest cell under f*: its own and its ancestors' log-probabilities, summed.

    `model(images)` returns one logit array per level, coarse → fine; `parents[c, h]` is the index
    of cell c's ancestor at level h. A cell lacking an ancestor has no finite score: ValueError.
    Source: Müller-Budack et al. (2018), the product of a cell's probabilities at all levels.
    """
    _refuse_training(model)
    ancestors = torch.as_tensor(parents)

    def score(
        images: Float[Tensor, "photos 3 h w"], cells: Int[Tensor, " photos"]
    ) -> Float[Tensor, " photos"]:
        chosen = ancestors.to(cells.device)[cells]
        if (chosen < 0).any():
            raise ValueError("cells: one of them lacks an ancestor, so its log-score is −∞")
        levels = enumerate(model(images))
        return sum(
            logits.log_softmax(dim=1).gather(1, chosen[:, [level]])[:, 0]
            for level, logits in levels
        )

    return score


def level_logit(model: nn.Module, level: int = -1) -> Score:
    """Logit of a cell of one level, by default the finest: the target for the prediction f."""
    _refuse_training(model)

    def score(
        images: Float[Tensor, "photos 3 h w"], cells: Int[Tensor, " photos"]
    ) -> Float[Tensor, " photos"]:
        return model(images)[level].gather(1, cells[:, None])[:, 0]

    return score


def _refuse_training(model: nn.Module) -> None:
    if model.training:
        raise ValueError("model: in training mode, whose dropout and batch statistics are noise")
