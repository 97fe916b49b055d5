"""The multi-partition head: one linear classifier per level, all on the same features."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

from jaxtyping import Float
from jaxtyping import Real as RealArray
from numpy import ndarray
from torch import Tensor, nn

from geoutils.models.heads.cell_head import CellHead


class MultiPartitionHead(CellHead):
    """One linear layer per partition, coarse → fine (Theiner et al., Section 3; ISN before it).

    With geoclass sets in place of levels it is CPlaNet's classifier (Seo et al., Section 4.1).
    Raises ValueError for a partition of fewer than two cells: there would be nothing to learn.
    """

    kind = "multi_partition"

    def __init__(
        self,
        n_features: int,
        n_cells: Sequence[int],
        smoothing_km: Real = 0.0,
        centers_deg: RealArray[ndarray, "cells 2"] | None = None,
    ):
        super().__init__()
        if not n_cells or min(n_cells) < 2:
            raise ValueError(f"n_cells: {list(n_cells)}; expected two or more cells at every level")
        self.n_features = n_features
        self.n_cells = [int(cells) for cells in n_cells]
        self.levels = nn.ModuleList(nn.Linear(n_features, cells) for cells in n_cells)
        self.smooth_targets(smoothing_km, centers_deg)

    @property
    def finest_layer(self) -> nn.Linear:
        """What scores the cells of the last level."""
        return self.levels[-1]

    def forward(
        self, features: Float[Tensor, "photos features"]
    ) -> list[Float[Tensor, "photos _"]]:
        """Logits of each level, coarse → fine."""
        return [level(features) for level in self.levels]

    @property
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again."""
        return {"n_features": self.n_features, "n_cells": self.n_cells, **self.smoothing_config}
