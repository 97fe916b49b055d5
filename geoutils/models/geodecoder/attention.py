"""Attention of queries to each other and to the places of a photo."""

import math

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from geoutils.models.geodecoder.grouped_linear import GroupedLinear


class SelfAttention(nn.Module):
    """Multi-head attention among the queries of a group, with weights of its own for each group.

    With a single group all queries see each other; with one per hierarchy none sees another's.
    """

    def __init__(self, n_groups: int, width: int, n_heads: int):
        super().__init__()
        self.n_heads = n_heads
        self.inputs = GroupedLinear(n_groups, width, 3 * width)  # queries, keys, values
        self.output = GroupedLinear(n_groups, width, width)

    def forward(
        self, queries: Float[Tensor, "photos groups members width"]
    ) -> Float[Tensor, "photos groups members width"]:
        """What each query learns from those of its group."""
        # Groups become photos of their own: the fast kernels want four axes.
        parts = self.inputs(queries).flatten(0, 1).chunk(3, dim=-1)
        found = scaled_dot_product_attention(*(_split(part, self.n_heads) for part in parts))
        return self.output(_join(found).view(queries.shape))


class CrossAttention(nn.Module):
    """Multi-head attention of all queries to the tokens of their photo (keys and values)."""

    def __init__(self, width: int, n_channels: int, n_heads: int):
        super().__init__()
        self.n_heads = n_heads
        self.query = nn.Linear(width, width)
        self.keys_values = nn.Linear(n_channels, 2 * width)
        self.output = nn.Linear(width, width)

    def forward(
        self,
        queries: Float[Tensor, "some queries width"],
        tokens: Float[Tensor, "photos places channels"],
    ) -> Float[Tensor, "photos queries width"]:
        """What each query sees in each photo; `queries` may be a batch of one, for all photos."""
        query, key, value = self._parts(queries, tokens)
        return self.output(_join(scaled_dot_product_attention(query, key, value)))

    def weights(
        self,
        queries: Float[Tensor, "some queries width"],
        tokens: Float[Tensor, "photos places channels"],
        head: int = 0,
    ) -> Float[Tensor, "photos queries places"]:
        """How one head spreads each query's attention over the places; each row sums to 1."""
        query, key, _ = self._parts(queries, tokens)
        query, key = query[:, head].float(), key[:, head].float()
        return (query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])).softmax(-1)

    def _parts(self, queries: Tensor, tokens: Tensor) -> list[Tensor]:
        query = self.query(queries).expand(len(tokens), -1, -1)
        parts = (query, *self.keys_values(tokens).chunk(2, dim=-1))
        return [_split(part, self.n_heads) for part in parts]


def _split(
    values: Float[Tensor, "... items width"], n_heads: int
) -> Float[Tensor, "... heads items part"]:
    """Each head's part of the width."""
    return values.unflatten(-1, (n_heads, -1)).transpose(-3, -2)


def _join(values: Float[Tensor, "... heads items part"]) -> Float[Tensor, "... items width"]:
    return values.transpose(-3, -2).flatten(-2)
