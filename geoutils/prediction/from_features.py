"""What a head says of photos whose features (or tokens) were computed before."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Float32
from numpy import ndarray
from torch import Tensor

from geoutils.models.heads import CellHead, Head

BATCH = 256  # more tokens at once do not fit the cache, and take twice as long


def log_probs_of_features(
    head: CellHead, features: Float32[ndarray, "photos ..."]
) -> list[Float[ndarray, "photos _"]]:
    """Log-softmax of each level's scores, coarse → fine, float32, computed where the head is.

    The head must be in evaluation mode and `features` hold a photo, else ValueError.
    """
    batches = []
    with torch.inference_mode():
        for batch in _batches(head, features):
            levels = [level.float().log_softmax(dim=1) for level in head(batch)]
            batches.append([level.cpu().numpy() for level in levels])
    return [np.concatenate(level) for level in zip(*batches, strict=True)]


def embeddings_of_features(
    head: Head, features: Float32[ndarray, "photos ..."]
) -> Float32[ndarray, "photos values"]:
    """The vector that a head embeds each photo as, float32, computed where the head is.

    For heads whose answer is one tensor, such as the retrieval module's unit vectors. The head must
    be in evaluation mode and `features` hold a photo, else ValueError.
    """
    with torch.inference_mode():
        batches = [head(batch).float().cpu().numpy() for batch in _batches(head, features)]
    return np.concatenate(batches)


def _batches(head: Head, features: ndarray) -> Iterator[Float32[Tensor, "photos ..."]]:
    """Features on the head's device, some photos at a time."""
    if head.training:
        raise ValueError("head: in training mode; call head.eval(), else predictions are noisy")
    if len(features) == 0:
        raise ValueError("features: no photos; expected one or more")
    device = next(head.parameters()).device
    for start in range(0, len(features), BATCH):
        yield torch.from_numpy(np.array(features[start : start + BATCH])).to(device)
