"""Half the digits for gradients, where the processor has units for that."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from geoutils.explanation.targets import Score
from geoutils.training.recipes.study_training import native_precision


def quick_score(score: Score) -> Score:
    """The same score in bfloat16, where the machine computes that in hardware; else as it is.

    For maps that sum many gradients, such as smoothed Integrated Gradients: half the time, and they
    differ from those of full precision far less than by another draw of their noise. Not for
    occlusion or completeness, which are differences of two scores.
    """
    if native_precision() != "bf16":
        return score

    def quick(
        images: Float[Tensor, "photos 3 h w"], targets: Int[Tensor, " photos"]
    ) -> Float[Tensor, " photos"]:
        # Within the score, since the threads that explainers work in do not inherit it.
        with torch.autocast(images.device.type, torch.bfloat16):
            return score(images, targets).float()

    return quick
