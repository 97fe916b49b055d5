"""What a network spends on a photo: operations, and memory for the backward pass, by counting.

Nothing is computed: networks are built and run on torch's device "meta", where tensors have shapes
and no values, so that the largest takes a second on any machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from geoutils.models.summary import parameter_count

FEW, MORE = 2, 4  # photos; what both take does not depend on photos


@dataclass(frozen=True)
class Cost:
    """What a network takes: operations of a forward pass on one photo, parameters, and memory.

    `saved_bytes` is what each photo leaves behind for the backward pass in bf16.
    """

    flops: float
    parameters: int
    saved_bytes: float

    @property
    def training_flops(self) -> float:
        """Operations to learn from a photo: the backward pass takes twice the forward one's."""
        return 3 * self.flops


def cost_of(network: nn.Module, shape: Sequence[int]) -> Cost:
    """Cost of a network on "meta", on inputs of this shape each; it is left in training mode."""
    network.train()
    few, more = (_run(network, torch.empty(n, *shape, device="meta")) for n in (FEW, MORE))
    flops, saved = ((b - a) / (MORE - FEW) for a, b in zip(few, more, strict=True))
    return Cost(flops, parameter_count(network), saved)


def _run(network: nn.Module, inputs: Float[Tensor, "photos ..."]) -> tuple[int, int]:
    """Operations of a forward pass, and bytes of the tensors that it keeps, each once."""
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with FlopCounterMode(display=False) as counter, saved_tensors_hooks(keep, lambda t: t):
        network(inputs)
    return counter.get_total_flops(), sum(_bytes_in_bf16(tensor) for tensor in kept.values())


def _bytes_in_bf16(tensor: Tensor) -> int:
    size = tensor.untyped_storage().nbytes()
    return size // 2 if tensor.dtype == torch.float32 else size
