"""The GeoDecoder: from the tokens of a photo to one vector per hierarchy and scene."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from geoutils.models.geodecoder.layer import DecoderLayer
from geoutils.models.geodecoder.positions import with_positions
from geoutils.models.geodecoder.queries import GeoQueries


class GeoDecoder(nn.Module):
    """Hierarchy-independent layers, then hierarchy-dependent ones (Clark et al., Section 3.3).

    `ffn_ratio` is the hidden size of the feed-forward networks, against `width`. With `positions`
    the tokens are told their places (`with_positions`). What the layers add to the queries starts
    small, by 1/√(3 · number of layers), as in GPT-2 (Radford et al., 2019, Section 2.3; ours), and
    the answer is the sum as it stands, as in the paper's equations: no last norm.
    Raises ValueError for no layer at all, or a width that the heads cannot share.
    """

    def __init__(
        self,
        n_channels: int,
        n_hierarchies: int,
        n_scenes: int,
        width: int,
        n_independent: int,
        n_dependent: int,
        n_heads: int,
        ffn_ratio: int,
        positions: bool,
    ):
        super().__init__()
        if min(n_independent, n_dependent) < 0 or n_independent + n_dependent == 0:
            raise ValueError(
                f"n_independent, n_dependent: {n_independent}, {n_dependent}; expected one or more"
            )
        if n_heads < 1 or width % n_heads:
            raise ValueError(f"width: {width}; expected a multiple of the {n_heads} heads")
        self.positions = positions
        self.queries = GeoQueries(n_hierarchies, n_scenes, width)
        groups = [1] * n_independent + [n_hierarchies] * n_dependent
        self.layers = nn.ModuleList(
            DecoderLayer(n_groups, width, n_channels, n_heads, ffn_ratio * width)
            for n_groups in groups
        )
        with torch.no_grad():
            for layer in self.layers:
                for weight in layer.added():
                    weight /= math.sqrt(3 * len(groups))

    def forward(
        self, tokens: Float[Tensor, "photos places channels"]
    ) -> Float[Tensor, "photos hierarchies scenes width"]:
        """What each query found in each photo."""
        tokens = self._placed(tokens)
        queries = self.queries()
        for layer in self.layers:
            queries = layer(queries, tokens)
        return queries

    def with_attention(
        self, tokens: Float[Tensor, "photos places channels"]
    ) -> tuple[
        Float[Tensor, "photos hierarchies scenes width"],
        Float[Tensor, "photos hierarchies scenes places"],
    ]:
        """What `forward` returns, and where each query looked in the last layer (first head).

        Weights are written out for that head alone; the answers are those of `forward`.
        """
        tokens = self._placed(tokens)
        queries = self.queries()
        for layer in self.layers[:-1]:
            queries = layer(queries, tokens)
        last = self.layers[-1]
        return last(queries, tokens), last.attention_maps(queries, tokens)

    def _placed(self, tokens: Tensor) -> Tensor:
        return with_positions(tokens) if self.positions else tokens
