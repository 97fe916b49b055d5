"""What a model says of photos: the log-probability of every cell at every level."""

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from torch import nn
from tqdm import tqdm

from geoutils.training.augmentation.augment import as_images

BATCH = 256


def level_log_probs(
    model: nn.Module, pixels: UInt8[ndarray, "photos h w 3"]
) -> list[Float[ndarray, "photos _"]]:
    """Log-softmax of each level's logits, coarse → fine, float32, computed where the model is.

    The model must be in evaluation mode and `pixels` hold a photo, else ValueError.
    """
    if model.training:
        raise ValueError("model: in training mode; call model.eval(), else predictions are noisy")
    if len(pixels) == 0:
        raise ValueError("pixels: no photos; expected one or more")
    device = next(model.parameters()).device
    batches = []
    told = {"desc": "Predicting", "unit": " photos", "mininterval": 1, "delay": 1}
    with (
        torch.inference_mode(),
        tqdm(total=len(pixels), disable=len(pixels) <= BATCH, **told) as bar,
    ):
        for start in range(0, len(pixels), BATCH):
            batch = torch.from_numpy(np.array(pixels[start : start + BATCH])).to(device)
            levels = model(as_images(batch))
            batches.append([level.float().log_softmax(dim=1).cpu().numpy() for level in levels])
            bar.update(len(batch))
    return [np.concatenate(level) for level in zip(*batches, strict=True)]
