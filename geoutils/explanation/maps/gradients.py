"""Explanations from gradients: of the photo itself, or along the way from nothing to the photo."""

from collections.abc import Callable

import numpy as np
import torch
from captum.attr import IntegratedGradients, Saliency
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from geoutils.explanation.targets import Score

Attribution = Callable[[Float[Tensor, "photos 3 h w"]], Float[Tensor, "photos 3 h w"]]


def integrated_gradients(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    baselines: Float[Tensor, "photos 3 h w"],
    n_steps: int = 20,
    batch_size: int = 128,
) -> Float[Tensor, "photos 3 h w"]:
    """Signed attribution of every value: gradients summed along the line from baseline to photo.

    Complete: a photo's attributions sum to score(photo) − score(baseline), up to the error of
    `n_steps` Gauss–Legendre steps. Source: Sundararajan et al. (2017), through captum.
    """
    attributions = IntegratedGradients(score).attribute(
        images,
        baselines=baselines,
        additional_forward_args=(targets,),
        n_steps=n_steps,
        internal_batch_size=max(batch_size, len(images)),
    )
    return attributions.to(images.dtype)  # captum's step sizes are float64


def gradients(
    score: Score, images: Float[Tensor, "photos 3 h w"], targets: Int[Tensor, " photos"]
) -> Float[Tensor, "photos 3 h w"]:
    """Signed gradient of the score by every value of the photo (Simonyan et al., 2014)."""
    leaves = images.detach().clone().requires_grad_()
    return Saliency(score).attribute(leaves, abs=False, additional_forward_args=(targets,)).detach()


def smooth_squared(
    attribute: Attribution,
    images: Float[Tensor, "photos 3 h w"],
    noise: Float[ndarray, "photos copies 3 h w"],
    sigma: float = 0.15,
) -> Float[Tensor, "photos 3 h w"]:
    """SmoothGrad-squared: the mean of the squared attributions of noisy copies of each photo.

    `noise` is standard normal; `sigma` is in units of the value range, which is 1 here.
    Source: Smilkov et al. (2017); squared before averaging as in Hooker et al. (2019).
    """
    total = torch.zeros_like(images)
    for copy in np.moveaxis(noise, 1, 0):
        total += attribute(images + sigma * torch.as_tensor(copy, device=images.device)) ** 2
    return total / noise.shape[1]
