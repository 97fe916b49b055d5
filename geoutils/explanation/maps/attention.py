"""Where the GeoDecoder's queries look in a photo, as a grid over it."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from geoutils.explanation.maps.places import grid_of_places
from geoutils.models import Geolocator
from geoutils.models.geodecoder import GeoDecoderHead


@dataclass(frozen=True, eq=False)
class AttentionGrid:
    """Each query's shares of attention over the places of each photo; they sum to 1.

    `scenes` are those whose queries answer: `maps[i, h, scenes[i]]` led to the cell of hierarchy h
    (coarse → fine).
    """

    maps: Float[ndarray, "photos hierarchies scenes rows columns"]
    scenes: Int[ndarray, " photos"]


def attention_grid(
    model: Geolocator, images: Float[Tensor, "photos 3 h w"], batch_size: int = 128
) -> AttentionGrid:
    """Attention of every query of a GeoDecoder, by the first head of its last layer.

    `images` have values in [0, 1]. Source: Clark et al., Section 8.5. Raises ValueError for a model
    with another head or in training mode.
    """
    head = model.head
    if not isinstance(head, GeoDecoderHead):
        raise ValueError(f"model: a head of kind {head.kind!r}; only a geodecoder has such maps")
    if model.training:
        raise ValueError("model: in training mode, whose dropout is noise")
    maps, scenes = [], []
    with torch.no_grad():
        for batch in images.split(batch_size):
            some, chosen = head.attention_maps(model.features(batch))
            maps.append(some.float().cpu().numpy())
            scenes.append(chosen.cpu().numpy())
    every = np.concatenate(maps)
    grid = grid_of_places(every.shape[-1], *images.shape[2:])
    return AttentionGrid(every.reshape(*every.shape[:-1], *grid), np.concatenate(scenes))
