"""Why there: the saliency of one placement, the concepts below it, and the words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Integer
from numpy import ndarray

from geoutils.atlas import describe
from geoutils.demo.locator import Placement
from geoutils.explanation import (
    cam_layer,
    concept_influence,
    concept_sizes,
    edge_maps,
    explanation_maps,
    in_words,
    paper_k,
)
from geoutils.explanation.maps.baselines import IMAGENET_MEAN
from geoutils.explanation.segmentation import ADE20K_NAMES
from geoutils.explanation.words import leaning, where
from geoutils.models import Geolocator

EXPLAINERS = {
    "integrated_gradients": "Integrated Gradients",
    "grad_cam": "Grad-CAM",
    "gradients": "the plain gradient",
    "occlusion": "occlusion",
}


@dataclass(frozen=True, eq=False)
class Reasons:
    """Saliency of a placement, and what it falls on.

    `concepts` has a row per concept that is large enough: its share of the photo, its influence ci
    in the map and in the photo's plain edge map; None where nobody knows the photo's concepts.
    """

    saliency: Float[ndarray, "h w"]
    concepts: pd.DataFrame | None
    words: str


def reasons_for(
    placement: Placement,
    concepts: Integer[ndarray, "h w"] | None = None,
    explainer: str = "integrated_gradients",
) -> Reasons:
    """Explain a placement by one of EXPLAINERS; `concepts` are those of what the network saw.

    Integrated Gradients and plain gradients are smoothed and squared as in Theiner et al., Section
    4.2. ValueError for a photo that was not placed, and as `explanation_maps`.
    """
    if not placement.is_placed:
        raise ValueError("This method places the photo nowhere: every cell is ruled out.")
    saliency = _saliency(placement, explainer)
    seen = (placement.images[0].permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8)
    table = None if concepts is None else _concept_table(saliency, concepts, seen)
    return Reasons(saliency, table, _words(placement, table, EXPLAINERS[explainer]))


def _saliency(placement: Placement, explainer: str) -> Float[ndarray, "h w"]:
    images, model = placement.images, placement.model
    backbone = model.backbone if isinstance(model, Geolocator) else model
    zero_rgb = tuple(backbone.mean.flatten().tolist()) if hasattr(backbone, "mean") else None
    layer = None
    if explainer == "grad_cam":
        if not isinstance(model, Geolocator):
            raise ValueError("Grad-CAM is not made for raw features; choose another explanation.")
        layer = cam_layer(model, images)
    target = torch.tensor([placement.target], device=images.device)
    return explanation_maps(
        placement.score,
        images,
        target,
        explainer,
        zero_rgb=zero_rgb or IMAGENET_MEAN,
        layer=layer,
    )[0]


def _concept_table(
    saliency: Float[ndarray, "h w"],
    concepts: Integer[ndarray, "h w"],
    seen: Integer[ndarray, "h w 3"],
) -> pd.DataFrame:
    k = paper_k(*saliency.shape)
    influence = concept_influence(saliency, concepts, k)
    edges = concept_influence(edge_maps(seen[None])[0], concepts, k)
    sizes = concept_sizes(concepts[None])[0]
    rows = [
        {"concept": ADE20K_NAMES[c], "share": sizes[c], "influence": ci, "edges": edges[c]}
        for c, ci in sorted(influence.items(), key=lambda item: -item[1])
    ]
    return pd.DataFrame(rows, columns=["concept", "share", "influence", "edges"])


def _words(placement: Placement, table: pd.DataFrame | None, explainer: str) -> str:
    """Two sentences; the second one only where concepts are known."""
    top = placement.top
    if table is None:
        return _nearest(placement) if top is None else where(top.names, top.probabilities)
    found = table.set_index("concept")
    influence, edges = found["influence"].to_dict(), found["edges"].to_dict()
    if top is None:
        return f"{_nearest(placement)} {leaning(influence, explainer, edges)}"
    return in_words(top.names, top.probabilities, influence, explainer, edges)


def _nearest(placement: Placement) -> str:
    [place] = describe(placement.latlon_deg)
    return f"The most similar photo of known place was taken here: {place}."
