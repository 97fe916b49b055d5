"""How many threads to train with, decided by trying.

Two threads are not always faster than one: where another program keeps a core busy, each step
waits for the slower thread, and training was seen to drop to a fifth of one thread's speed. So a
few steps are timed on a copy of the model before the first real one. The decision goes into the
checkpoint: sums are split among threads, so a resumed run must use the same number to reach the
same weights.
"""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import torch
from torch import nn

from geoutils.training.preset import Preset

TIMED_STEPS = 4
HOPELESS = 3.0  # a first step this many times slower than the best one ends a trial


@dataclass(frozen=True)
class Speed:
    """Threads and precision that a run uses, and the images per second they reached when tried."""

    threads: int
    precision: str
    images_per_s: float | None = None

    def __str__(self) -> str:
        tried = f", {self.images_per_s:,.0f} images/s when tried" if self.images_per_s else ""
        return f"{self.threads} thread{'s'[: self.threads > 1]}, {self.precision}{tried}"


def choose_speed(
    model: nn.Module, step: Callable[[nn.Module, str], int], preset: Preset, device: torch.device
) -> Speed:
    """Decide on threads and precision; the model is not changed.

    `step(model, precision)` runs one forward and backward pass and returns its number of images.
    Nothing is timed where the preset leaves no choice.
    """
    available = torch.get_num_threads()
    if device.type != "cpu":
        return Speed(available, "bf16" if preset.precision != "fp32" else "fp32")
    threads = [preset.threads] if preset.threads else _candidates(available)
    precisions = {"auto": ["fp32"], "fastest": ["fp32", "bf16"]}.get(
        preset.precision, [preset.precision]
    )
    options = [Speed(n, precision) for precision, n in product(precisions, threads)]
    if len(options) == 1:
        return options[0]
    best = Speed(1, "fp32", 0.0)
    try:
        for option in options:
            torch.set_num_threads(option.threads)
            reached = _images_per_s(copy.deepcopy(model), step, option, best.images_per_s)
            if reached > best.images_per_s:
                best = Speed(option.threads, option.precision, reached)
    finally:
        torch.set_num_threads(available)
    return best


def _candidates(available: int) -> list[int]:
    """1, 2, 4, … and all of them."""
    return sorted({2**i for i in range(available.bit_length()) if 2**i <= available} | {available})


def _images_per_s(model: nn.Module, step: Callable, option: Speed, best: float) -> float:
    """Images per second of the median of a few steps after a first one."""
    started = time.perf_counter()
    images = step(model, option.precision)
    if images / (time.perf_counter() - started) * HOPELESS < best:
        return 0.0
    seconds = []
    for _ in range(TIMED_STEPS):
        started = time.perf_counter()
        step(model, option.precision)
        seconds.append(time.perf_counter() - started)
    return images / sorted(seconds)[len(seconds) // 2]
