"""The plain classifier: one softmax over the cells of one partition."""

from numbers import Real
from typing import Any

from jaxtyping import Float
from jaxtyping import Real as RealArray
from numpy import ndarray
from torch import Tensor, nn

from geoutils.models.heads.cell_head import CellHead
from geoutils.models.heads.hidden import hidden_layer


class ClassesHead(CellHead):
    """One linear layer over the cells: PlaNet's and Kordopatis-Zilos's CE, the thesis's MC.

    `hidden` and `dropout` put the thesis's dense layer before it (see `hidden_layer`).
    Raises ValueError for a partition of fewer than two cells: there would be nothing to learn.
    """

    kind = "classes"
    asks_finest = True

    def __init__(
        self,
        n_features: int,
        n_cells: int,
        hidden: int = 0,
        dropout: Real = 0.0,
        smoothing_km: Real = 0.0,
        centers_deg: RealArray[ndarray, "cells 2"] | None = None,
    ):
        super().__init__()
        if n_cells < 2:
            raise ValueError(f"n_cells: {n_cells}; expected two or more cells")
        self.arguments = {
            "n_features": n_features,
            "n_cells": n_cells,
            "hidden": hidden,
            "dropout": dropout,
        }
        self.n_cells = [n_cells]
        self.hidden, width = hidden_layer(n_features, hidden, dropout)
        self.cells = nn.Linear(width, n_cells)
        self.smooth_targets(smoothing_km, centers_deg)

    @property
    def finest_layer(self) -> nn.Linear:
        """What scores the cells."""
        return self.cells

    def forward(
        self, features: Float[Tensor, "photos features"]
    ) -> list[Float[Tensor, "photos cells"]]:
        """Logits of the cells."""
        return [self.cells(self.hidden(features))]

    @property
    def config(self) -> dict[str, Any]:
        """Arguments that make this head again."""
        return self.arguments | self.smoothing_config
