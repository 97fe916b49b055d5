"""The thesis's hierarchical classifiers: a softmax per level, combined into one over the leaves."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

from jaxtyping import Float, Int
from jaxtyping import Real as RealArray
from numpy import ndarray
from torch import Tensor, nn

from geoutils.models.branch_tree import BranchTree
from geoutils.models.heads.cell_head import CellHead
from geoutils.models.heads.hidden import hidden_layer
from geoutils.models.hierarchy_scores import check_combination, hmc_scores


class HMCHead(CellHead):
    """HMC, HMC-sol and HMC-smooth: scores of the leaves alone, trained end to end on them.

    One linear layer per level of the tree; `hmc_scores` combines their softmaxes as `combination`
    says (thesis, Sections 4.2.2 to 4.2.4), and the result is normalised over the leaves. The true
    cells are leaves: one column. `parents` is the tree, as in `hmc_scores`. In "product"
    probabilities of deep trees underflow to a loss that is not finite, as in the thesis.
    Raises ValueError for a tree that does not fit `n_level_cells`, or settings out of range.
    """

    kind = "hmc"
    asks_finest = True

    def __init__(
        self,
        n_features: int,
        n_level_cells: Sequence[int],
        parents: Int[ndarray, "leaves levels"],
        combination: str = "product",
        epsilon: Real = 1e-2,
        alpha: Real = 0.9,
        hidden: int = 0,
        dropout: Real = 0.0,
        smoothing_km: Real = 0.0,
        centers_deg: RealArray[ndarray, "cells 2"] | None = None,
    ):
        super().__init__()
        self.tree = BranchTree.of(parents)
        check_combination(n_level_cells, self.tree, combination, epsilon, alpha)
        self._how = {"kind": combination, "epsilon": epsilon, "alpha": alpha}
        self.arguments = {
            "n_features": n_features,
            "n_level_cells": [int(cells) for cells in n_level_cells],
            "parents": parents,
            "combination": combination,
            "epsilon": epsilon,
            "alpha": alpha,
            "hidden": hidden,
            "dropout": dropout,
        }
        self.n_cells = [len(parents)]
        self.hidden, width = hidden_layer(n_features, hidden, dropout)
        self.levels = nn.ModuleList(nn.Linear(width, cells) for cells in n_level_cells)
        self.smooth_targets(smoothing_km, centers_deg)

    def level_log_probs(
        self, features: Float[Tensor, "photos features"]
    ) -> list[Float[Tensor, "photos _"]]:
        """Log-probabilities of the cells of each level by its own softmax, coarse → fine."""
        features = self.hidden(features)
        return [level(features).float().log_softmax(1) for level in self.levels]

    def forward(
        self, features: Float[Tensor, "photos features"]
    ) -> list[Float[Tensor, "photos leaves"]]:
        """Log-probabilities of the leaves."""
        self.tree = self.tree.to(features.device)
        levels = self.level_log_probs(features)
        return [hmc_scores(levels, self.tree, **self._how, normalized=True)]

    def extra_repr(self) -> str:
        """How levels are combined, in the printed model (a training run is known by it)."""
        return ", ".join(f"{name}={value}" for name, value in self._how.items())

    @property
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again."""
        return self.arguments | self.smoothing_config
