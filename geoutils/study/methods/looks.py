"""How a network is shown photos: their middle, several crops, or the whole made smaller."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, UInt8
from numpy import ndarray
from torch import nn

from geoutils.models import Backbone
from geoutils.photos.live_pixels import Pixels
from geoutils.prediction.crops import crop_log_probs, five_crops, resized_to_longest, ten_crops
from geoutils.prediction.level_probabilities import BATCH
from geoutils.study.methods.lost import photos_in_parts
from geoutils.training.augmentation.augment import as_images
from geoutils.training.recipes.study_training import StudyTraining

CROPS = ("middle", "five", "ten", "resize")
BATCH_PIXELS = 2**22


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


def crop_of(training: StudyTraining, recipe: str) -> int | None:
    """Side of the squares that a recipe's backbone learned from; a head's is the last stage's.

    None: whole photos, as an untrained backbone ("") sees them too.
    """
    name = (list(training.stages) or [""])[-1] if recipe in training.heads else recipe
    return training.recipes[name].preset.augmentation.crop_px if name else None


def crop_features(
    backbone: Backbone,
    pixels: UInt8[Pixels, "photos h w 3"],
    rows: Int[ndarray, " chosen"],
    takes: str,
    crop_px: int | None,
    crops: str = "middle",
) -> list[Float32[ndarray, "chosen ..."]]:
    """Features (or tokens) of some photos, an array for each look at them; see `looks`.

    Computed where the backbone is. Few photos at a time are in memory; LostPhotos where some
    cannot be read.
    """
    height, width = (crop_px or side for side in pixels.shape[1:3])
    step = int(np.clip(BATCH_PIXELS // (height * width), 1, BATCH))
    take = backbone.tokens if takes == "tokens" else backbone
    device, found = next(backbone.parameters()).device, []
    for photos in photos_in_parts(pixels, rows, step, device):
        with torch.inference_mode():
            crops_of = [torch.from_numpy(np.array(crop)) for crop in looks(photos, crop_px, crops)]
            taken = [take(as_images(crop.to(device))) for crop in crops_of]
            found.append([features.float().cpu().numpy() for features in taken])
    return _joined(found)


def network_log_probs(
    model: nn.Module,
    pixels: UInt8[Pixels, "photos h w 3"],
    rows: Int[ndarray, " chosen"],
    crop_px: int | None = None,
    crops: str = "middle",
) -> list[Float[ndarray, "chosen _"]]:
    """Log-probability of every cell of every level, by a whole network, of some photos.

    Averaged over crops as in `looks`. Few photos at a time are in memory; LostPhotos where some
    cannot be read.
    """
    parts = photos_in_parts(pixels, rows, BATCH, next(model.parameters()).device)
    shown = (looks(some, crop_px, crops) for some in parts)
    return _joined(crop_log_probs(model, some) for some in shown)


def _joined(
    parts: Iterable[Sequence[Float32[ndarray, "some ..."]]],
) -> list[Float32[ndarray, "photos ..."]]:
    """Arrays of some photos after arrays of others: of each level, or of each look."""
    return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
