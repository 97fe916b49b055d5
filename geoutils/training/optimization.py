"""The optimizer of a preset, its learning rate at every step, and when to stop."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from geoutils.training.preset import Preset


def build_optimizer(model: nn.Module, preset: Preset) -> torch.optim.Optimizer:
    """AdamW, Adam, SGD with momentum or RMSprop, over the weights that are not frozen.

    Weight decay acts on matrices and kernels only, unless the preset wants it on all: biases and
    normalisation scales set levels, not shapes, and shrinking them regularises nothing.
    Raises ValueError for a model without a weight to train.
    """
    parameters = [weight for weight in model.parameters() if weight.requires_grad]
    if not parameters:
        raise ValueError("model: all of its weights are frozen; expected some to train")
    decayed = [weight for weight in parameters if preset.decay_all or weight.ndim > 1]
    spared = [weight for weight in parameters if not (preset.decay_all or weight.ndim > 1)]
    groups = [
        {"params": weights, "weight_decay": decay}
        for weights, decay in ((decayed, preset.weight_decay), (spared, 0.0))
        if weights
    ]
    rate = preset.learning_rate
    if preset.optimizer == "rmsprop":
        return torch.optim.RMSprop(groups, lr=rate)
    # Fused: one pass over all weights in place of a dozen, which is what a small head waits for.
    if preset.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=preset.momentum, fused=True)
    kind = torch.optim.Adam if preset.optimizer == "adam" else torch.optim.AdamW
    return kind(groups, lr=rate, fused=True)


def learning_rate(
    preset: Preset, step: int, steps_per_epoch: int, val_losses: Sequence[float] = ()
) -> float:
    """Rate of step 0, 1, …: linear warm-up, then what the schedule says.

    cosine: half a cosine to zero; step: a fall at each milestone; plateau: a fall whenever
    `plateau_patience` epochs in a row brought no lower validation loss; constant: no change. It
    depends on the step and the log alone, so there is no scheduler whose state could get lost.

    >>> preset = Preset(epochs=3, learning_rate=1.0, warmup_epochs=1)
    >>> [round(learning_rate(preset, step, steps_per_epoch=2), 3) for step in range(6)]
    [0.5, 1.0, 1.0, 0.854, 0.5, 0.146]
    """
    warmup_steps = round(preset.warmup_epochs * steps_per_epoch)
    if step < warmup_steps:
        return preset.learning_rate * (step + 1) / warmup_steps
    falls = 0
    if preset.schedule == "cosine":
        steps = max(1, preset.epochs * steps_per_epoch - warmup_steps)
        return preset.learning_rate * (1 + math.cos(math.pi * (step - warmup_steps) / steps)) / 2
    if preset.schedule == "step":
        falls = sum(step >= milestone * steps_per_epoch for milestone in preset.milestones)
    if preset.schedule == "plateau":
        falls = sum(waited == preset.plateau_patience for waited in _waited(preset, val_losses))
    return preset.learning_rate * preset.step_factor**falls


def is_over(preset: Preset, val_losses: Sequence[float]) -> bool:
    """Whether a run with these validation losses, one per epoch, has come to its end.

    Either all epochs are done, or the last `patience` of them brought no lower loss.

    >>> is_over(Preset(epochs=9, patience=2), [3.0, 1.0, 2.0, 1.0])
    True
    """
    if len(val_losses) >= preset.epochs:
        return True
    if preset.patience is None or not val_losses:
        return False
    return len(val_losses) - 1 - val_losses.index(min(val_losses)) >= preset.patience


def _waited(preset: Preset, val_losses: Sequence[float]) -> list[int]:
    """After each epoch: epochs since the best one or the last fall, whichever is later."""
    best, waited, counts = math.inf, 0, []
    for loss in val_losses:
        waited = 0 if loss < best else waited % preset.plateau_patience + 1
        best = min(best, loss)
        counts.append(waited)
    return counts
