"""Heads that score cells: what the classifiers of all systems share."""

from abc import abstractmethod
from collections.abc import Sequence
from numbers import Real
from typing import Any

import torch
from jaxtyping import Float, Int
from jaxtyping import Real as RealArray
from numpy import ndarray
from torch import Tensor

from geoutils.models.heads.head import Head
from geoutils.models.losses import level_losses
from geoutils.models.smoothing import DistanceSmoothing
from geoutils.models.truth import Truth


class CellHead(Head):
    """From features of photos to scores of cells, level by level (or set by set).

    `n_cells` are the numbers of cells it scores, coarse → fine.
    """

    n_cells: list[int]

    def __init__(self):
        super().__init__()
        self.smoothing: DistanceSmoothing | None = None

    @abstractmethod
    def forward(self, features: Float[Tensor, "photos ..."]) -> list[Tensor]:
        """Scores of each level, coarse → fine: log-probabilities up to a constant per photo."""

    def terms(
        self, features: Float[Tensor, "photos ..."], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], list[Tensor]]:
        """The cross-entropy of each level, and the scores.

        Targets are softened once `smooth_targets` was called. A head may add terms after those of
        the levels; it then names them in `term_names`.
        """
        scores = self(features)
        if self.smoothing is None:
            return level_losses(scores, truth.cells), scores
        return self.smoothing.losses(scores, truth), scores

    def asked(self, truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos inside each level's partition."""
        return (truth.cells >= 0).sum(dim=0)

    def right(self, answers: Sequence[Tensor], truth: Truth) -> Int[Tensor, " terms"]:
        """Number of photos whose best cell is theirs, level by level."""
        best = torch.stack([scores.argmax(1) for scores in answers], dim=1)
        return (best == truth.cells).sum(dim=0)

    def smooth_targets(
        self, smoothing_km: Real, centers_deg: RealArray[ndarray, "cells 2"] | None
    ) -> None:
        """Soften targets by distance from the centres of all levels' cells; 0 km leaves them hard.

        Raises ValueError for a smoothing without centres; see `DistanceSmoothing` for others.
        """
        if smoothing_km == 0:
            return
        if centers_deg is None:
            raise ValueError(f"centers_deg: none; smoothing_km = {smoothing_km} needs the centres")
        self.smoothing = DistanceSmoothing(centers_deg, self.n_cells, smoothing_km)

    @property
    def smoothing_config(self) -> dict[str, Any]:
        """Arguments `smoothing_km` and `centers_deg` of a head that takes them, if it smooths."""
        if self.smoothing is None:
            return {}
        tau_km = float(self.smoothing.tau_km)
        return {"smoothing_km": tau_km, "centers_deg": self.smoothing.centers_deg}
