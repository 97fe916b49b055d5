"""How a network is shown photos: their middle, several crops, or the whole made smaller."""

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from numpy import ndarray

from geoutils.models import Backbone
from geoutils.prediction.crops import five_crops, resized_to_longest, ten_crops
from geoutils.training.augmentation.augment import as_images

CROPS = ("middle", "five", "ten", "resize")
BATCH_PIXELS, BATCH = 2**22, 256


def looks(
    pixels: UInt8[ndarray, "photos h w 3"], crop_px: int | None, crops: str = "middle"
) -> list[UInt8[ndarray, "photos _ _ 3"]]:
    """What a network that learned from squares of side `crop_px` (None: whole photos) is shown.

    "middle": the square in the middle; "five" and "ten": `five_crops`, `ten_crops`; "resize": all
    of the photo with `crop_px` as its longest side. Raises ValueError for another word, and where
    crops are asked of a network that learned from whole photos.
    """
    if crops not in CROPS:
        raise ValueError(f"crops: {crops!r}; expected one of {', '.join(CROPS)}")
    if crop_px is None:
        if crops in ("five", "ten"):
            raise ValueError(f"crops: {crops!r}, but training saw whole photos; expected middle")
        return [pixels]
    if crops == "resize":
        return [resized_to_longest(pixels, crop_px)]
    if crops == "middle":
        top, left = ((side - crop_px) // 2 for side in pixels.shape[1:3])
        return [pixels[:, top : top + crop_px, left : left + crop_px]]
    return (five_crops if crops == "five" else ten_crops)(pixels, crop_px)


def features_of(
    backbone: Backbone, pixels: UInt8[ndarray, "photos h w 3"], takes: str
) -> Float32[ndarray, "photos ..."]:
    """Features (or tokens) of photos, in memory, computed where the backbone is."""
    step = int(np.clip(BATCH_PIXELS // (pixels.shape[1] * pixels.shape[2]), 1, BATCH))
    take = backbone.tokens if takes == "tokens" else backbone
    device, found = next(backbone.parameters()).device, []
    with torch.inference_mode():
        for start in range(0, len(pixels), step):
            photos = torch.from_numpy(np.array(pixels[start : start + step])).to(device)
            found.append(take(as_images(photos)).float().cpu().numpy())
    return np.concatenate(found)
