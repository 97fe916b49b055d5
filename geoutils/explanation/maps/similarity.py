"""What makes two photos alike to the retrieval module, in the one and in the other."""

from typing import Any

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from geoutils.explanation.maps.explain import explanation_maps
from geoutils.explanation.targets import similarity_score
from geoutils.models import Geolocator

AT_ONCE = 128


def similarity_maps(
    model: Geolocator,
    queries: Float[Tensor, "pairs 3 h w"],
    neighbours: Float[Tensor, "neighbours 3 h w"],
    explainer: str = "grad_cam",
    **settings: Any,
) -> tuple[Float[ndarray, "pairs h w"], Float[ndarray, "pairs h w"]]:
    """Maps of the cosine between each query's and its neighbour's embedding, over both photos.

    The embedding of the one is held fixed while the other is explained; `settings` are those of
    `explanation_maps`. Both sides as in Stylianou et al. (Visualizing Deep Similarity Networks,
    2019); Grad-CAM by a similarity as in Chen et al. (Adapting Grad-CAM for Embedding Networks,
    2020). Raises ValueError for unlike numbers of photos.
    """
    if len(queries) != len(neighbours):
        raise ValueError(f"neighbours: {len(neighbours)} photos for {len(queries)} queries")
    pairs = torch.arange(len(queries), device=queries.device)
    over_query, over_neighbour = (
        explanation_maps(
            similarity_score(model, embeddings(model, other)), shown, pairs, explainer, **settings
        )
        for shown, other in ((queries, neighbours), (neighbours, queries))
    )
    return over_query, over_neighbour


def embeddings(
    model: Geolocator, images: Float[Tensor, "photos 3 h w"]
) -> Float[Tensor, "photos features"]:
    """What the model makes of the photos, without gradients."""
    with torch.no_grad():
        return torch.cat([model(batch) for batch in images.split(AT_ONCE)])
