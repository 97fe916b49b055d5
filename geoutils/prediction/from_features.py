"""What a head says of photos whose features (or tokens) were computed before."""

import numpy as np
import torch
from jaxtyping import Float, Float32
from numpy import ndarray

from geoutils.models.heads import CellHead

BATCH = 1024


def log_probs_of_features(
    head: CellHead, features: Float32[ndarray, "photos ..."]
) -> list[Float[ndarray, "photos _"]]:
    """Log-softmax of each level's scores, coarse → fine, float32, computed where the head is.

    The head must be in evaluation mode, else ValueError.
    """
    if head.training:
        raise ValueError("head: in training mode; call head.eval(), else predictions are noisy")
    device = next(head.parameters()).device
    batches = []
    with torch.inference_mode():
        for start in range(0, len(features), BATCH):
            batch = torch.from_numpy(np.array(features[start : start + BATCH])).to(device)
            levels = [level.float().log_softmax(dim=1) for level in head(batch)]
            batches.append([level.cpu().numpy() for level in levels])
    return [np.concatenate(level) for level in zip(*batches, strict=True)]
