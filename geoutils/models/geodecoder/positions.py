"""Where in the picture a token comes from, for encoders whose tokens do not say so."""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


def with_positions(
    tokens: Float[Tensor, "photos places channels"],
) -> Float[Tensor, "photos places channels"]:
    """Normalised tokens plus `sine_positions` (ours: the paper's encoders know their places).

    Attention does not see the order of its keys. Swin and ViT put positions into their tokens; a
    convolutional network hardly does, and sky above and ground below would look alike.
    """
    _, places, channels = tokens.shape
    positions = sine_positions(places, channels).to(tokens.device)
    return functional.layer_norm(tokens.float(), (channels,)) + positions


def sine_positions(n_places: int, n_channels: int) -> Float[Tensor, "places channels"]:
    """Sine and cosine of row and column, from half a wave over the picture to one in two places.

    Places are those of a square picture, row by row. A quarter of the channels each: sines of
    rows, cosines of rows, sines of columns, cosines of columns (Carion et al., 2020, Section A.4,
    with other wavelengths, since token maps are small).
    Raises ValueError for places that make no square, or channels that make no quarters.
    """
    side = math.isqrt(n_places)
    if side**2 != n_places or side == 0:
        raise ValueError(f"tokens: {n_places} places are no square picture; positions need one")
    if n_channels % 4 or n_channels == 0:
        raise ValueError(f"n_features: {n_channels}; positions need a multiple of 4")
    half_waves = torch.logspace(0, math.log10(side), n_channels // 4, dtype=torch.float64)
    where = (torch.arange(side, dtype=torch.float64) + 0.5) / side
    angles = math.pi * where[:, None] * half_waves
    waves = torch.cat([angles.sin(), angles.cos()], dim=1).float()
    rows = waves[:, None].expand(-1, side, -1)
    columns = waves[None].expand(side, -1, -1)
    return torch.cat([rows, columns], dim=2).flatten(0, 1)
