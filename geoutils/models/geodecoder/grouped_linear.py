"""A linear layer with weights of its own for each group of queries."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class GroupedLinear(nn.Module):
    """`n_groups` linear layers side by side, as one batched product; one group is `nn.Linear`.

    Weights lie as (groups, out, in), biases as (groups · out): a bias of one axis, like any other,
    for optimizers that tell biases from matrices so.
    """

    def __init__(self, n_groups: int, n_in: int, n_out: int):
        super().__init__()
        self.n_groups, self.n_in, self.n_out = n_groups, n_in, n_out
        self.weight = nn.Parameter(torch.empty(n_groups, n_out, n_in))
        self.bias = nn.Parameter(torch.zeros(n_groups * n_out))
        nn.init.uniform_(self.weight, -math.sqrt(3 / n_in), math.sqrt(3 / n_in))

    def forward(
        self, values: Float[Tensor, "photos groups queries in"]
    ) -> Float[Tensor, "photos groups queries out"]:
        """Each group's values through its own layer."""
        if self.n_groups == 1:
            return functional.linear(values, self.weight[0], self.bias)
        photos, groups, queries, n_in = values.shape
        rows = values.transpose(0, 1).reshape(groups, photos * queries, n_in)
        bias = self.bias.view(groups, 1, self.n_out)
        products = torch.baddbmm(bias, rows, self.weight.transpose(1, 2))
        return products.view(groups, photos, queries, self.n_out).transpose(0, 1)

    def extra_repr(self) -> str:
        """Sizes, in the printed model."""
        return f"{self.n_groups} × ({self.n_in} → {self.n_out})"
