"""The multi-partition head: one linear classifier per level, all on the same features."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn


class MultiPartitionHead(nn.Module):
    """One linear layer per partition, coarse → fine (Theiner et al., Section 3; ISN before it).

    Raises ValueError for a partition of fewer than two cells: there would be nothing to learn.
    """

    def __init__(self, n_features: int, n_cells: Sequence[int]):
        super().__init__()
        if not n_cells or min(n_cells) < 2:
            raise ValueError(f"n_cells: {list(n_cells)}; expected two or more cells at every level")
        self.levels = nn.ModuleList(nn.Linear(n_features, cells) for cells in n_cells)

    def forward(
        self, features: Float[Tensor, "photos features"]
    ) -> list[Float[Tensor, "photos _"]]:
        """Logits of each level, coarse → fine."""
        return [level(features) for level in self.levels]
