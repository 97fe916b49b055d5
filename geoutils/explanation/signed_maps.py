"""What speaks for a prediction, and what against it: Integrated Gradients with their sign."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from geoutils.explanation.maps.baselines import IMAGENET_MEAN, baseline_images
from geoutils.explanation.maps.gradients import integrated_gradients
from geoutils.explanation.targets import Score

AT_ONCE = 8


def signed_maps(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    baseline: str = "zero",
    n_steps: int = 20,
    zero_rgb: tuple[float, ...] = IMAGENET_MEAN,
) -> dict[str, Float[ndarray, "photos h w"]]:
    """Maps of Integrated Gradients without noise, one for each sign; none is below 0.

    Over the colour channels of a pixel: the largest that speaks for the score ("positive"), the
    largest of either sign ("absolute"), the largest against it ("negative"). Squaring, as the paper
    does, cannot tell the first from the last.
    """
    parts = list(_attributions(score, images, targets, baseline, n_steps, zero_rgb))
    attributions = np.concatenate(parts)
    return {
        "positive": np.maximum(attributions, 0).max(axis=1),
        "absolute": np.abs(attributions).max(axis=1),
        "negative": np.maximum(-attributions, 0).max(axis=1),
    }


def _attributions(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    baseline: str,
    n_steps: int,
    zero_rgb: tuple[float, ...],
) -> Iterator[Float[ndarray, "some 3 h w"]]:
    for batch, chosen in zip(images.split(AT_ONCE), targets.split(AT_ONCE), strict=True):
        nothing = baseline_images(batch, baseline, zero_rgb)
        yield integrated_gradients(score, batch, chosen, nothing, n_steps).detach().cpu().numpy()
