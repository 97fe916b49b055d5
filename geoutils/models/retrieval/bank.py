"""The cross-batch memory bank: embeddings of earlier batches, as further negatives."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class MemoryBank(nn.Module):
    """The last `size` embeddings that were learned from, with their cells; empty slots have −1.

    A ring: the oldest entries are overwritten first. Its contents are buffers, so that they move,
    are saved and are resumed with the model. Wang et al., Cross-batch memory for embedding
    learning (CVPR 2020), as used by Kordopatis-Zilos et al., Section 3.3.2.
    Raises ValueError for a negative size; 0 is a bank that remembers nothing.
    """

    def __init__(self, size: int, n_features: int):
        super().__init__()
        if size < 0:
            raise ValueError(f"size: {size}; expected 0 (no bank) or more entries")
        self.register_buffer("embeddings", torch.zeros(size, n_features))
        self.register_buffer("cells", torch.full((size,), -1))
        self.register_buffer("next_slot", torch.tensor(0))

    def __len__(self) -> int:
        return len(self.cells)

    @torch.no_grad()
    def remember(
        self, embeddings: Float[Tensor, "photos features"], cells: Int[Tensor, " photos"]
    ) -> None:
        """Put a batch in place of the oldest entries; of a batch larger than the bank, its end.

        Photos of cell −1 are not kept: nothing could tell of which queries they are negatives.
        Gradients do not flow into the bank.
        """
        inside = cells >= 0
        first_kept = max(int(inside.sum()) - len(self), 0)
        embeddings, cells = embeddings[inside][first_kept:], cells[inside][first_kept:]
        if len(cells) == 0:
            return
        slots = (self.next_slot + torch.arange(len(cells), device=cells.device)) % len(self)
        self.embeddings[slots] = embeddings.to(self.embeddings.dtype)
        self.cells[slots] = cells.to(self.cells.dtype)
        self.next_slot.copy_((slots[-1] + 1) % len(self))
