"""A decoder layer: queries ask each other, look at the photo, and think."""

from jaxtyping import Float
from torch import Tensor, nn

from geoutils.models.geodecoder.attention import CrossAttention, SelfAttention
from geoutils.models.geodecoder.grouped_linear import GroupedLinear


class DecoderLayer(nn.Module):
    """Self-attention, cross-attention and a feed-forward network, each added to what it is given.

    Every part sees normalised queries: y = MSA(LN(GQ)) + GQ, z = CA(LN(y), LN(X)) + y,
    GQ' = FFN(LN(z)) + z (Clark et al., Equations 1 to 6; FFN with GELU, as in ViT).
    Hierarchy-independent (`n_groups` = 1): all queries see each other and share all weights.
    Hierarchy-dependent (`n_groups` = number of hierarchies): only queries of one hierarchy see each
    other, and self-attention and FFN have weights of their own for each; cross-attention and the
    norms are shared (the paper gives the FFN in Section 3.3, self-attention in Section 1).
    """

    def __init__(self, n_groups: int, width: int, n_channels: int, n_heads: int, n_hidden: int):
        super().__init__()
        self.n_groups = n_groups
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.norm_tokens = nn.LayerNorm(n_channels)
        self.self_attention = SelfAttention(n_groups, width, n_heads)
        self.cross_attention = CrossAttention(width, n_channels, n_heads)
        self.feed_forward = nn.Sequential(
            GroupedLinear(n_groups, width, n_hidden),
            nn.GELU(),
            GroupedLinear(n_groups, n_hidden, width),
        )

    def forward(
        self,
        queries: Float[Tensor, "some hierarchies scenes width"],
        tokens: Float[Tensor, "photos places channels"],
    ) -> Float[Tensor, "photos hierarchies scenes width"]:
        """The queries after this layer; a batch of one stands for the same ones for all photos."""
        shape = queries.shape[1:]
        queries = self.asked(queries)
        seen = self.cross_attention(self.norms[1](queries).flatten(1, 2), self.norm_tokens(tokens))
        queries = queries + seen.unflatten(1, shape[:2])
        thought = self.feed_forward(self._grouped(self.norms[2](queries)))
        return queries + thought.reshape(queries.shape)

    def added(self) -> list[nn.Parameter]:
        """Weights of the last steps of the three parts, whose results are added to the queries."""
        outputs = self.self_attention.output, self.cross_attention.output, self.feed_forward[2]
        return [output.weight for output in outputs]

    def asked(
        self, queries: Float[Tensor, "some hierarchies scenes width"]
    ) -> Float[Tensor, "some hierarchies scenes width"]:
        """The queries after they asked each other."""
        heard = self.self_attention(self._grouped(self.norms[0](queries)))
        return queries + heard.reshape(queries.shape)

    def attention_maps(
        self,
        queries: Float[Tensor, "some hierarchies scenes width"],
        tokens: Float[Tensor, "photos places channels"],
    ) -> Float[Tensor, "photos hierarchies scenes places"]:
        """Where each query looks: the first head of the cross-attention."""
        shape = queries.shape[1:3]
        queries = self.norms[1](self.asked(queries)).flatten(1, 2)
        maps = self.cross_attention.weights(queries, self.norm_tokens(tokens))
        return maps.unflatten(1, shape)

    def _grouped(self, queries: Tensor) -> Tensor:
        return queries.reshape(len(queries), self.n_groups, -1, queries.shape[-1])
