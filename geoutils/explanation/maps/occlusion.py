"""Occlusion: what the score loses when a window of the photo is covered."""

import math

from captum.attr import Occlusion
from jaxtyping import Float, Int
from torch import Tensor

from geoutils.explanation.targets import Score

WINDOW_SHARE = 8  # windows that stand side by side across a photo, unless a size is given


def occlusion(
    score: Score,
    images: Float[Tensor, "photos 3 h w"],
    targets: Int[Tensor, " photos"],
    covers: Float[Tensor, "photos 3 h w"],
    window: int,
    stride: int,
    batch_size: int = 128,
) -> Float[Tensor, "photos 3 h w"]:
    """What a pixel is worth: the mean fall of the score over all windows that cover it.

    Windows of `window` × `window` pixels, `stride` apart from the top left, show `covers` in place
    of the photo; those at the right and lower border are cut off there. Signed: where covering
    raises the score, the fall is negative. Source: Zeiler and Fergus (2014), through captum.
    """
    check_window(images, window, stride)
    return Occlusion(score).attribute(
        images,
        sliding_window_shapes=(3, window, window),
        strides=(3, stride, stride),
        baselines=covers,
        additional_forward_args=(targets,),
        perturbations_per_eval=max(1, batch_size // len(images)),
    )


def n_windows(height: int, width: int, window: int, stride: int) -> int:
    """Number of windows that cover a photo.

    >>> n_windows(64, 64, window=8, stride=4)
    225
    """
    across = (1 + math.ceil((side - window) / stride) for side in (height, width))
    return math.prod(across)


def default_window(height: int, width: int) -> int:
    """An eighth of the shorter side (ours): 8 pixels of 64, 28 of 224."""
    return max(1, min(height, width) // WINDOW_SHARE)


def check_window(images: Float[Tensor, "photos 3 h w"], window: int, stride: int) -> None:
    """Raise ValueError for a window beyond the photo, or strides that leave pixels uncovered."""
    height, width = images.shape[2:]
    if not 1 <= window <= min(height, width):
        raise ValueError(f"window: {window} pixels; expected 1 to {min(height, width)}")
    if not 1 <= stride <= window:
        raise ValueError(f"stride: {stride} pixels; expected 1 to {window}, the window's")
