"""Several looks at one photo: corners, middle and mirror images, averaged."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.special import logsumexp
from torch import nn
from torch.nn.functional import interpolate

from geoutils.prediction.level_probabilities import level_log_probs
from geoutils.whole import checked_whole

BATCH = 256  # photos resized at once


def five_crops(
    pixels: UInt8[ndarray, "photos h w 3"], crop_px: int
) -> list[UInt8[ndarray, "photos crop crop 3"]]:
    """Squares of side `crop_px` in the four corners (top first, left first) and in the middle.

    Views of the photos, not copies. FiveCrop of SemP (Theiner et al., section 4.1.1). Raises
    ValueError where the photos are smaller.
    """
    height, width = pixels.shape[1:3]
    side = checked_whole(crop_px, "crop_px", 1, min(height, width))
    bottom, right = height - side, width - side
    corners = [
        (0, 0),
        (0, right),
        (bottom, 0),
        (bottom, right),
        (round(bottom / 2), round(right / 2)),
    ]
    return [pixels[:, top : top + side, left : left + side] for top, left in corners]


def ten_crops(
    pixels: UInt8[ndarray, "photos h w 3"], crop_px: int
) -> list[UInt8[ndarray, "photos crop crop 3"]]:
    """The five crops, then the five crops of the mirror image (left and right exchanged).

    TenCrop of GeoDecoder (Clark et al., section 5.3). Errors as `five_crops`.
    """
    return five_crops(pixels, crop_px) + five_crops(pixels[:, :, ::-1], crop_px)


def resized_photos(
    pixels: UInt8[ndarray, "photos h w 3"], height_px: int, width_px: int
) -> UInt8[ndarray, "photos new_h new_w 3"]:
    """Photos of another size, bilinear, averaging where pixels get fewer; aspect as asked."""
    size = (checked_whole(height_px, "height_px"), checked_whole(width_px, "width_px"))
    if pixels.shape[1:3] == size:
        return pixels
    resized = np.empty((len(pixels), *size, 3), dtype=np.uint8)
    for start in range(0, len(pixels), BATCH):
        images = torch.from_numpy(np.array(pixels[start : start + BATCH])).permute(0, 3, 1, 2)
        smooth = interpolate(images.float(), size=size, mode="bilinear", antialias=True)
        resized[start : start + BATCH] = smooth.round_().clamp_(0, 255).permute(0, 2, 3, 1)
    return resized


def resized_to_longest(
    pixels: UInt8[ndarray, "photos h w 3"], longest_px: int
) -> UInt8[ndarray, "photos new_h new_w 3"]:
    """Photos whose longest side is `longest_px`, aspect kept, nothing cut off.

    Kordopatis-Zilos et al., section 4.2, with 300.
    """
    longest_px = checked_whole(longest_px, "longest_px")
    height, width = pixels.shape[1:3]
    scale = longest_px / max(height, width)
    return resized_photos(pixels, max(1, round(height * scale)), max(1, round(width * scale)))


def crop_log_probs(
    model: nn.Module,
    crops: Sequence[UInt8[ndarray, "photos _ _ 3"]],
) -> list[Float[ndarray, "photos _"]]:
    """Log-probability of every cell at every level, averaged over crops of the same photos.

    Probabilities are averaged level by level, and levels combined afterwards, as SemP and
    GeoDecoder do.
    """
    return mean_log_probs([level_log_probs(model, crop) for crop in crops])


def mean_log_probs(
    by_crop: Sequence[Sequence[Float[ndarray, "photos _"]]],
) -> list[Float[ndarray, "photos _"]]:
    """Log of the mean over crops of the probabilities of each level; those of a level sum to 1.

    Raises ValueError without crops or for crops that differ in their levels.

    >>> np.exp(mean_log_probs([[np.log([[0.2, 0.8]])], [np.log([[0.4, 0.6]])]])[0]).round(3)
    array([[0.3, 0.7]])
    """
    shapes = [[level.shape for level in levels] for levels in by_crop]
    if not shapes or any(shape != shapes[0] for shape in shapes):
        raise ValueError(f"by_crop: levels of shapes {shapes}; expected crops of the same photos")
    return [
        logsumexp(np.stack(crops), axis=0) - np.log(len(crops)).astype(crops[0].dtype)
        for crops in zip(*by_crop, strict=True)
    ]
