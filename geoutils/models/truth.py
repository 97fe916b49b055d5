"""What a batch of photos should be answered."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Truth:
    """The right answers of a batch: a cell per level (-1 outside it), a direction, a scene.

    `directions` are unit vectors of the locations, `scenes` numbers of scene groups (-1 unknown).
    """

    cells: Int[Tensor, "photos levels"]
    directions: Float[Tensor, "photos 3"]
    scenes: Int[Tensor, " photos"]

    def __len__(self) -> int:
        return len(self.cells)

    def to(self, device: torch.device | str) -> "Truth":
        """The same answers on another device."""
        return Truth(self.cells.to(device), self.directions.to(device), self.scenes.to(device))
