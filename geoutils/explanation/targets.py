"""What is to be explained: differentiable scores, one number per photo.

A `Score` is what explainers take. It is made from an `Answer`, a model's log-probability of every
cell, by choosing a cell (`cell_score`) or a group of cells, such as a country's (`group_score`).
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor, nn
from torch.nn.functional import normalize

from geoutils.explanation.answers import Answer, refuse_training

# A photo batch and the chosen class of each photo → one score per photo.
Score = Callable[[Float[Tensor, "photos 3 h w"], Int[Tensor, " photos"]], Float[Tensor, " photos"]]


def cell_log_score(model: nn.Module, parents: Int[ndarray, "cells levels"]) -> Score:
    """Log-score of a finest cell under f*: its own and its ancestors' log-probabilities, summed.

    `model(images)` returns one logit array per level, coarse → fine; `parents[c, h]` is the index
    of cell c's ancestor at level h. A cell lacking an ancestor has no finite score: ValueError.
    Source: Müller-Budack et al. (2018), the product of a cell's probabilities at all levels.
    """
    refuse_training(model)
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


def cell_score(answer: Answer) -> Score:
    """Log-probability of a cell by any answer."""

    def score(
        images: Float[Tensor, "photos 3 h w"], cells: Int[Tensor, " photos"]
    ) -> Float[Tensor, " photos"]:
        return answer(images).gather(1, cells[:, None])[:, 0]

    return score


def group_score(answer: Answer, groups: Int[ndarray, " cells"]) -> Score:
    """Log of the summed probability of a group of cells: of a country, say.

    `groups[c]` is the group that cell c belongs to, −1 for none; the score's targets are groups.
    Its ValueError names a target that no cell belongs to.
    """
    members = torch.as_tensor(groups)

    def score(
        images: Float[Tensor, "photos 3 h w"], chosen: Int[Tensor, " photos"]
    ) -> Float[Tensor, " photos"]:
        inside = members.to(chosen.device) == chosen[:, None]
        if not inside.any(dim=1).all():
            empty = int(chosen[~inside.any(dim=1)][0])
            raise ValueError(f"targets: no cell belongs to group {empty}")
        return answer(images).masked_fill(~inside, -torch.inf).logsumexp(dim=1)

    return score


def similarity_score(model: nn.Module, references: Float[Tensor, "references features"]) -> Score:
    """Cosine between a photo's embedding and a fixed one; the score's targets are their rows."""
    refuse_training(model)
    directions = normalize(references.detach())

    def score(
        images: Float[Tensor, "photos 3 h w"], rows: Int[Tensor, " photos"]
    ) -> Float[Tensor, " photos"]:
        return (normalize(model(images)) * directions[rows]).sum(dim=1)

    return score
