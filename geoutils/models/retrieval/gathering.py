"""Embeddings of all processes in each of them, so that several learn what one would."""

import torch
import torch.distributed as dist
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import pad


def gather_photos(
    embeddings: Float[Tensor, "own features"], cells: Int[Tensor, " own"]
) -> tuple[Float[Tensor, "all features"], Int[Tensor, " all"], int]:
    """Embeddings and cells of all processes' photos, in order of rank; the row of the first own.

    Every process must call it; they may have different numbers of photos. No gradient flows
    through. In a single process nothing happens.
    """
    if not (dist.is_available() and dist.is_initialized()) or dist.get_world_size() == 1:
        return embeddings, cells, 0
    counts = torch.cat(_of_all(torch.tensor([len(cells)], device=cells.device))).tolist()
    short = max(counts) - len(cells)  # collectives want equal shapes
    all_embeddings = _of_all(pad(embeddings, (0, 0, 0, short)))
    all_cells = _of_all(pad(cells, (0, short)))
    return (
        torch.cat([rows[:count] for rows, count in zip(all_embeddings, counts, strict=True)]),
        torch.cat([rows[:count] for rows, count in zip(all_cells, counts, strict=True)]),
        sum(counts[: dist.get_rank()]),
    )


def _of_all(tensor: Tensor) -> list[Tensor]:
    tensors = [torch.empty_like(tensor) for _ in range(dist.get_world_size())]
    dist.all_gather(tensors, tensor.contiguous())
    return tensors
