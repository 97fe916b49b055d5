"""Augmentation: each time a photo is seen it lies a little elsewhere and is lit a little otherwise.

All photos of a batch are treated at once. The random numbers come from the caller's generator and
are drawn for the whole batch, so a photo's version depends on seed, epoch and step only; a part of
a batch takes its part of the draws.
"""

from dataclasses import dataclass, fields
from math import log

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Shaped, UInt8
from numpy import ndarray
from torch import Tensor

from geoutils.training.augmentation.crops import cut, resized, rotated, transposed
from geoutils.training.augmentation.settings import Augmentation

TRIES = 10  # of a crop that fits into its photo


@dataclass(frozen=True, eq=False)
class Draws:
    """What was drawn for each photo; pixels count down and right from the top left corner."""

    size_px: tuple[int, int]  # of the result
    angle_deg: Float[ndarray, " photos"]
    transposed: Bool[ndarray, " photos"]
    corner_px: Int[ndarray, "photos 2"]  # of the window, which may reach outside the photo
    window_px: Int[ndarray, "photos 2"]
    mirrored: Bool[ndarray, "photos 2"]  # up and down, left and right
    gain: Float[ndarray, "photos 3"]
    contrast: Float[ndarray, " photos"]
    saturation: Float[ndarray, " photos"]
    hue: Float[ndarray, " photos"]  # in full turns

    def __len__(self) -> int:
        return len(self.gain)

    def __getitem__(self, rows: slice | Int[ndarray, " some"]) -> "Draws":
        """The draws of some photos."""
        names = [field.name for field in fields(self)][1:]
        return Draws(self.size_px, **{name: getattr(self, name)[rows] for name in names})


def draw(
    generator: np.random.Generator,
    n_photos: int,
    size_px: tuple[int, int],
    augmentation: Augmentation,
) -> Draws:
    """Draw a change for each photo of height and width `size_px`.

    Raises ValueError where the crop is larger than the photos, or photos to turn are not square.
    """
    height, width = size_px
    crop_px, one_of = augmentation.crop_px, augmentation.one_of
    if crop_px is not None and crop_px > min(size_px):
        raise ValueError(f"crop_px: {crop_px}; the photos have only {height} × {width} pixels")
    if "turn" in one_of and height != width:
        raise ValueError(f"one_of: 'turn' needs square photos, found {height} × {width} pixels")
    factors = augmentation.color_jitter * generator.uniform(-1, 1, (n_photos, 5))
    reach = np.floor(augmentation.shift * np.array(size_px)).astype(int)
    shift_px = generator.integers(-reach, reach + 1, (n_photos, 2))
    result_px = size_px if crop_px is None else (crop_px, crop_px)
    if augmentation.crop_area < 1:
        window_px = _windows(generator, n_photos, size_px, augmentation)
    else:
        window_px = np.tile(result_px, (n_photos, 1))
    corner_px = generator.integers(0, np.array(size_px) - window_px + 1) - shift_px
    hue = augmentation.hue * generator.uniform(-1, 1, n_photos)
    angle_deg = generator.uniform(*augmentation.rotate_deg, n_photos)
    mirrored = np.zeros((n_photos, 2), dtype=bool)
    mirrored[:, 1] = augmentation.flip & (generator.random(n_photos) < 0.5)
    turns = np.zeros(n_photos, dtype=int)
    if one_of:
        chosen = np.array([*one_of, ""])[_one_of(generator, n_photos, len(one_of))]
        turns = np.where(chosen == "turn", generator.integers(1, 4, n_photos), 0)
        axes = generator.integers(1, 4, n_photos)[:, None] & (1, 2) > 0  # one of them, or both
        mirrored ^= axes & (chosen == "flip")[:, None]
        if "color" in one_of:
            factors[chosen != "color"], hue[chosen != "color"] = 0, 0
    factors = (1 + factors).astype(np.float32)
    return Draws(
        size_px=result_px,
        angle_deg=angle_deg,
        transposed=turns % 2 == 1,
        corner_px=corner_px,
        window_px=window_px,
        mirrored=mirrored ^ np.stack([(turns == 1) | (turns == 2), turns >= 2], axis=1),
        gain=factors[:, :3] if augmentation.tint else factors[:, [0, 0, 0]],
        contrast=factors[:, 3],
        saturation=factors[:, 4],
        hue=hue,
    )


def as_images(
    pixels: UInt8[Tensor, "photos h w 3"], crop_px: int | None = None
) -> Float[Tensor, "photos 3 new_h new_w"]:
    """Photos as the models take them: values in [0, 1], colours first (channels last in memory).

    With `crop_px` only the square in the middle; raises ValueError where a photo is smaller.
    """
    if crop_px is not None:
        height, width = pixels.shape[1:3]
        if not 1 <= crop_px <= min(height, width):
            raise ValueError(f"crop_px: {crop_px}; the photos have {height} × {width} pixels")
        top, left = (height - crop_px) // 2, (width - crop_px) // 2
        pixels = pixels[:, top : top + crop_px, left : left + crop_px]
    return _images(pixels)


def augmented(
    pixels: UInt8[Tensor, "photos h w 3"], draws: Draws
) -> Float[Tensor, "photos 3 new_h new_w"]:
    """Photos in [0, 1], on the device of `pixels`, changed as drawn.

    Saturation s, contrast c and gain g of a photo x with grey values y (mean over colours) and
    mean brightness m: g · (m + c · (y + s · (x − y) − m)), clipped to [0, 1].
    """
    device, photos = pixels.device, pixels
    if draws.angle_deg.any():
        photos = rotated(photos, torch.as_tensor(draws.angle_deg, dtype=torch.float32).to(device))
    if draws.transposed.any():
        photos = transposed(photos, torch.as_tensor(draws.transposed, device=device))
    corner_px, mirrored = (
        torch.as_tensor(values, device=device) for values in (draws.corner_px, draws.mirrored)
    )
    if (draws.window_px == draws.size_px).all():
        photos = cut(photos, corner_px, draws.size_px, mirrored)
    else:
        window_px = torch.as_tensor(draws.window_px, device=device)
        photos = resized(photos, corner_px, window_px, draws.size_px, mirrored)
    return _colored(_images(photos), draws)


def _windows(
    generator: np.random.Generator,
    n_photos: int,
    size_px: tuple[int, int],
    augmentation: Augmentation,
) -> Int[ndarray, "photos 2"]:
    """Heights and widths of random crops: area uniform, aspect log-uniform, drawn until they fit.

    After 10 tries the whole photo is taken, as far as its own aspect lies within the bounds.
    """
    height, width = size_px
    low, high = augmentation.crop_aspect
    tries = (n_photos, TRIES)
    area = height * width * generator.uniform(augmentation.crop_area, 1, tries)
    aspect = np.exp(generator.uniform(log(low), log(high), tries))
    windows = np.stack([np.sqrt(area / aspect), np.sqrt(area * aspect)], axis=2).round().astype(int)
    fits = ((windows >= 1) & (windows <= size_px)).all(axis=2)
    first = windows[np.arange(n_photos), fits.argmax(axis=1)]
    whole = np.minimum(size_px, [round(width / low), round(height * high)])
    return np.where(fits.any(axis=1, keepdims=True), first, whole)


def _one_of(
    generator: np.random.Generator, n_photos: int, n_choices: int
) -> Int[ndarray, " photos"]:
    """A choice for every second photo, `n_choices` (none) for the others."""
    choice = generator.integers(n_choices, size=n_photos)
    return np.where(generator.random(n_photos) < 0.5, choice, n_choices)


def _images(photos: Shaped[Tensor, "photos h w 3"]) -> Float[Tensor, "photos 3 h w"]:
    return photos.permute(0, 3, 1, 2).float().div_(255)


def _colored(images: Float[Tensor, "photos 3 h w"], draws: Draws) -> Float[Tensor, "photos 3 h w"]:
    factors = (draws.gain, draws.contrast, draws.saturation)
    if all((factor == 1).all() for factor in factors) and not draws.hue.any():
        return images.clamp_(0, 1)
    per_photo = [draws.gain[:, :, None, None]] + [
        factor[:, None, None, None] for factor in (draws.contrast, draws.saturation)
    ]
    gain, contrast, saturation = (torch.as_tensor(f, device=images.device) for f in per_photo)
    grey = images.mean(dim=1, keepdim=True)
    mean = grey.mean(dim=(2, 3), keepdim=True)
    if draws.hue.any():
        turn = torch.as_tensor(_hue_matrices(draws.hue), device=images.device)
        images = torch.einsum("nij,njhw->nihw", turn, images)
    base = (gain * contrast * (1 - saturation)) * grey + gain * (1 - contrast) * mean
    return base.addcmul_(images, gain * contrast * saturation).clamp_(0, 1)


def _hue_matrices(hue: Float[ndarray, " photos"]) -> Float[ndarray, "photos 3 3"]:
    """Turns of (red, green, blue) about grey, (1, 1, 1): a third of a full turn maps red to green.

    Rodrigues' formula; grey values stay as they are.
    """
    cos, sin = (f(2 * np.pi * hue)[:, None, None] for f in (np.cos, np.sin))
    across = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    return (cos * np.eye(3) + sin * across + (1 - cos) / 3).astype(np.float32)
