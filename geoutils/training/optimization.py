"""The optimizer of a preset and its learning rate at every step."""

import math

import torch
from torch import nn

from geoutils.training.preset import Preset


def build_optimizer(model: nn.Module, preset: Preset) -> torch.optim.Optimizer:
    """AdamW or SGD with momentum; weight decay on matrices and kernels only.

    Biases and normalisation scales set levels, not shapes: shrinking them regularises nothing.
    """
    parameters = [weight for weight in model.parameters() if weight.requires_grad]
    groups = [
        {
            "params": [weight for weight in parameters if weight.ndim > 1],
            "weight_decay": preset.weight_decay,
        },
        {"params": [weight for weight in parameters if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    if preset.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=preset.learning_rate, momentum=preset.momentum)
    return torch.optim.AdamW(groups, lr=preset.learning_rate)


def learning_rate(preset: Preset, step: int, steps_per_epoch: int) -> float:
    """Rate of step 0, 1, …: linear warm-up, then half a cosine to zero, or steps at milestones.

    It depends on the step alone, so there is no scheduler whose state could get lost.

    >>> preset = Preset(epochs=3, learning_rate=1.0, warmup_epochs=1)
    >>> [round(learning_rate(preset, step, steps_per_epoch=2), 3) for step in range(6)]
    [0.5, 1.0, 1.0, 0.854, 0.5, 0.146]
    """
    warmup_steps = round(preset.warmup_epochs * steps_per_epoch)
    if step < warmup_steps:
        return preset.learning_rate * (step + 1) / warmup_steps
    if preset.schedule == "step":
        passed = sum(step >= milestone * steps_per_epoch for milestone in preset.milestones)
        return preset.learning_rate * preset.step_factor**passed
    steps = max(1, preset.epochs * steps_per_epoch - warmup_steps)
    return preset.learning_rate * (1 + math.cos(math.pi * (step - warmup_steps) / steps)) / 2
