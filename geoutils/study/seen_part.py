"""The part of a photo that a trained network looks at."""

from jaxtyping import UInt8
from numpy import ndarray

from geoutils.training.recipes.study_training import StudyTraining


def seen_part(
    training: StudyTraining, recipe: str, pixels: UInt8[ndarray, "photos h w *channels"]
) -> UInt8[ndarray, "photos _ _ *channels"]:
    """The middle square of photos, or of their concept maps, that a recipe's network is shown.

    As large as its training crops, or else the whole. A head sees what the last stage does. Raises
    ValueError for photos smaller than that.
    """
    name = recipe if recipe not in training.heads else (list(training.stages) or [""])[-1]
    crop_px = training.recipes[name].preset.augmentation.crop_px if name else None
    if crop_px is None:
        return pixels
    if min(pixels.shape[1:3]) < crop_px:
        raise ValueError(f"pixels: {pixels.shape[1:3]}; expected {crop_px} or more, as in training")
    top, left = ((side - crop_px) // 2 for side in pixels.shape[1:3])
    return pixels[:, top : top + crop_px, left : left + crop_px]
