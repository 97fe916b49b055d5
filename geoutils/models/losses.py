"""Cross-entropy at every level of a hierarchy."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional


def level_losses(
    logits: Sequence[Float[Tensor, "photos _"]], cells: Int[Tensor, "photos levels"]
) -> Float[Tensor, " levels"]:
    """Mean cross-entropy of each level over the photos inside its partition.

    A cell of −1 (a photo outside the partition) is left out; a level without any photo gives 0,
    not NaN, so that one odd batch does not end a run. Raises ValueError for cells of other levels.
    """
    if cells.shape[1] != len(logits):
        raise ValueError(f"cells: {cells.shape[1]} levels; expected {len(logits)}, as scored")
    losses = []
    for level, scores in enumerate(logits):
        inside = (cells[:, level] >= 0).sum().clamp(min=1)
        total = functional.cross_entropy(
            scores.float(),  # bf16 has too few digits for a sum of exponentials
            cells[:, level],
            ignore_index=-1,
            reduction="sum",
        )
        losses.append(total / inside)
    return torch.stack(losses)


def join_levels(losses: Float[Tensor, " levels"], how: str) -> Float[Tensor, ""]:
    """One number to descend: the sum of the levels' losses (SemP, ISN) or their mean (HC)."""
    return losses.sum() if how == "sum" else losses.mean()
