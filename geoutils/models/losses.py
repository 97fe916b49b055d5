"""Cross-entropy at every level of a hierarchy, and how the terms of a loss are joined."""

from collections.abc import Sequence
from numbers import Real

import torch
from jaxtyping import Float, Int, Shaped
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


def join_levels(
    losses: Float[Tensor, " levels"], how: str, weights: Sequence[Real] = ()
) -> Float[Tensor, ""]:
    """One number to descend: the sum of the levels' losses (SemP, ISN) or their mean (HC).

    With weights w: Σ w · loss, divided by Σ w for the mean. Raises ValueError for another number of
    weights than of losses.
    """
    return (losses * term_factors(torch.ones_like(losses), how, weights)).sum()


def term_factors(
    n_asked: Shaped[Tensor, " terms"], how: str, weights: Sequence[Real] = ()
) -> Float[Tensor, " terms"]:
    """What each term counts for in the joined loss, a sum or mean, by its weight (empty: equal).

    A term that asks about no photo (`n_asked` 0) counts for nothing, and the mean is over the
    others. Raises ValueError for another number of weights than of terms.
    """
    if weights and len(weights) != len(n_asked):
        raise ValueError(
            f"term_weights: {len(weights)} weights for {len(n_asked)} terms of the loss"
        )
    kind = n_asked.dtype if n_asked.is_floating_point() else torch.get_default_dtype()
    factors = (n_asked > 0).to(kind)
    if weights:
        factors = factors * torch.tensor(weights, dtype=kind, device=n_asked.device)
    if how == "sum":
        return factors
    total = factors.sum()
    return factors / torch.where(total > 0, total, 1)
