"""Loss and accuracy of a model on photos it does not learn from."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from numpy import ndarray
from torch import Tensor, nn

from geoutils.models.losses import level_losses
from geoutils.training.augment import as_images

BATCH = 256  # fits every device; nothing is learnt here, so it changes no result but rounding


def validate(
    model: nn.Module,
    pixels: UInt8[ndarray, "photos h w 3"],
    cells: Int[ndarray, "photos levels"],
    device: torch.device,
    precision: str,
) -> Float[ndarray, "3 levels"]:
    """Per level: summed cross-entropy, number of right cells, number of photos inside."""
    model.eval()
    totals = np.zeros((3, cells.shape[1]))
    with torch.inference_mode():
        for start in range(0, len(pixels), BATCH):
            batch = torch.from_numpy(np.array(pixels[start : start + BATCH])).to(device)
            truth = torch.from_numpy(cells[start : start + BATCH]).to(device)
            with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
                logits = model(as_images(batch))
            totals += batch_totals(level_losses(logits, truth), logits, truth)
    return totals


def batch_totals(
    losses: Float[Tensor, " levels"],
    logits: Sequence[Float[Tensor, "photos _"]],
    truth: Int[Tensor, "photos levels"],
) -> Float[ndarray, "3 levels"]:
    """Per level of a batch: summed loss, number of right cells, number of photos inside."""
    inside = (truth >= 0).sum(dim=0)
    right = (torch.stack([scores.argmax(1) for scores in logits], dim=1) == truth).sum(dim=0)
    return torch.stack([losses.detach() * inside, right, inside]).cpu().double().numpy()


def averages(totals: Float[ndarray, "3 levels"]) -> tuple[ndarray, ndarray]:
    """Loss and accuracy of each level, over the photos inside it; NaN where there are none."""
    inside = np.where(totals[2] > 0, totals[2], np.nan)
    return totals[0] / inside, totals[1] / inside
