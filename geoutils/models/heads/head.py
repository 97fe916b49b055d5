"""What every head can do: score cells, and say how wrong the scores are."""

from abc import ABC, abstractmethod
from numbers import Real
from typing import Any, ClassVar

from jaxtyping import Float
from jaxtyping import Real as RealArray
from numpy import ndarray
from torch import Tensor, nn

from geoutils.models.losses import level_losses
from geoutils.models.smoothing import DistanceSmoothing
from geoutils.models.truth import Truth


class Head(nn.Module, ABC):
    """From features of photos to scores of cells, level by level (or set by set).

    Heads register by `kind` when they are defined; a saved model names its head so. `n_cells` are
    the numbers of cells it scores. A head whose `takes` is "tokens" is given one vector per place
    in the picture instead of one per photo.
    """

    kind: ClassVar[str]
    takes: ClassVar[str] = "features"
    kinds: ClassVar[dict[str, type["Head"]]] = {}
    n_cells: list[int]

    def __init__(self):
        super().__init__()
        self.smoothing: DistanceSmoothing | None = None

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        if "kind" in cls.__dict__:
            Head.kinds[cls.kind] = cls

    @abstractmethod
    def forward(self, features: Float[Tensor, "photos ..."]) -> list[Tensor]:
        """Scores of each level, coarse → fine: log-probabilities up to a constant per photo."""

    def terms(
        self, features: Float[Tensor, "photos ..."], truth: Truth
    ) -> tuple[Float[Tensor, " terms"], list[Tensor]]:
        """Terms of the loss (means over the batch), and the scores of each level.

        Here: the cross-entropy of each level, against softened targets once `smooth_targets` was
        called. The first terms belong to the levels, in order; a head may add others, named by
        `extra_terms`.
        """
        scores = self(features)
        if self.smoothing is None:
            return level_losses(scores, truth.cells), scores
        return self.smoothing.losses(scores, truth), scores

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

    @property
    def extra_terms(self) -> list[str]:
        """Names of loss terms beyond those of the levels."""
        return []

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again: JSON values and numpy arrays."""
