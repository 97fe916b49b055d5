"""Augmentation: each time a photo is seen it lies a little elsewhere and is lit a little otherwise.

There is no horizontal flip: which side of the road cars drive on, which way shadows fall and what
is written on signs tell where a photo was taken, and a mirror image says something false.

All photos of a batch are treated at once. The random numbers come from the caller's generator and
are drawn for the whole batch, so a photo's version depends on seed, epoch and step only.
"""

from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from numpy import ndarray
from torch import Tensor


@dataclass(frozen=True)
class Draws:
    """What was drawn for each photo: shift in pixels (down, right) and factors of its colours."""

    shift_px: Int[ndarray, "photos 2"]
    gain: Float[ndarray, "photos 3"]
    contrast: Float[ndarray, " photos"]
    saturation: Float[ndarray, " photos"]


def draw(
    generator: np.random.Generator,
    n_photos: int,
    size_px: tuple[int, int],
    shift: Real,
    color_jitter: Real,
) -> Draws:
    """Draw shifts up to `shift` of the photo's height and width, and factors 1 ± `color_jitter`."""
    reach = np.floor(shift * np.array(size_px)).astype(int)
    factors = 1 + color_jitter * generator.uniform(-1, 1, (n_photos, 5))
    return Draws(
        shift_px=generator.integers(-reach, reach + 1, (n_photos, 2)),
        gain=factors[:, :3].astype(np.float32),
        contrast=factors[:, 3].astype(np.float32),
        saturation=factors[:, 4].astype(np.float32),
    )


def as_images(pixels: UInt8[Tensor, "photos h w 3"]) -> Float[Tensor, "photos 3 h w"]:
    """Photos as the models take them: values in [0, 1], colours first (channels last in memory)."""
    return pixels.permute(0, 3, 1, 2).float().div_(255)


def augmented(pixels: UInt8[Tensor, "photos h w 3"], draws: Draws) -> Float[Tensor, "photos 3 h w"]:
    """Photos in [0, 1], shifted (edge pixels repeat) and with colours changed as drawn.

    Saturation s, contrast c and gain g of a photo x with grey values y (mean over colours) and
    mean brightness m: g · (m + c · (y + s · (x − y) − m)), clipped to [0, 1].
    """
    images = as_images(_shifted(pixels, torch.as_tensor(draws.shift_px, device=pixels.device)))
    per_photo = [draws.gain[:, :, None, None]] + [
        factor[:, None, None, None] for factor in (draws.contrast, draws.saturation)
    ]
    gain, contrast, saturation = (torch.as_tensor(f, device=images.device) for f in per_photo)
    grey = images.mean(dim=1, keepdim=True)
    mean = grey.mean(dim=(2, 3), keepdim=True)
    base = (gain * contrast * (1 - saturation)) * grey + gain * (1 - contrast) * mean
    return base.addcmul_(images, gain * contrast * saturation).clamp_(0, 1)


def _shifted(
    pixels: UInt8[Tensor, "photos h w 3"], shift_px: Int[Tensor, "photos 2"]
) -> UInt8[Tensor, "photos h w 3"]:
    """Each photo moved down and right by its own whole number of pixels."""
    n, height, width, _ = pixels.shape
    rows = torch.arange(height, device=pixels.device) - shift_px[:, :1]
    columns = torch.arange(width, device=pixels.device) - shift_px[:, 1:]
    rows, columns = rows.clamp_(0, height - 1), columns.clamp_(0, width - 1)
    photos = torch.arange(n, device=pixels.device)[:, None, None]
    return pixels[photos, rows[:, :, None], columns[:, None, :]]
