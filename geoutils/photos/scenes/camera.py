"""An author's camera: held at some height and slope, with a tint, contrast and vignette of its own.

That is what makes a split leak when it does not keep authors on one side.
"""

import numpy as np
from jaxtyping import Float32, UInt64
from numpy import ndarray

from geoutils.photos.scenes.canvas import Canvas
from geoutils.photos.scenes.random_numbers import between
from geoutils.photos.scenes.scene import Scenes


def camera_of(
    author: UInt64[ndarray, " n"], seed: UInt64[ndarray, " n"]
) -> tuple[Float32[ndarray, " n"], Float32[ndarray, "n 3"], Float32[ndarray, " n"]]:
    """Slope of the horizon, gain per colour channel, shift of the horizon's height."""
    slope = between(author, "tilt", -0.025, 0.025) + between(seed, "tilt", -0.02, 0.02)
    height = between(author, "height", -0.025, 0.025) + between(seed, "height", -0.025, 0.025)
    warm, green = between(author, "warmth", -0.06, 0.06), between(author, "green", -0.02, 0.02)
    exposure = between(author, "exposure", 0.96, 1.05)
    tint = np.stack([exposure + warm, exposure + green, exposure - warm], axis=1)
    return slope, tint.astype(np.float32), height


def develop(canvas: Canvas, scenes: Scenes) -> ndarray:
    """Finished pictures, uint8 (n, size, size, 3): tint, contrast, vignette, rounding."""
    size = canvas.size
    axis = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size) - 0.5
    radius = axis[:, None] ** 2 + axis[None, :] ** 2
    vignette = between(scenes.author, "vignette", 0.05, 0.32)[:, None, None] * radius
    contrast = between(scenes.author, "contrast", 0.95, 1.08)[:, None, None]
    out = np.empty((len(scenes), size, size, 3), np.uint8)
    for channel in range(3):
        value = canvas.rgb[channel] * scenes.tint[:, channel, None, None]
        value -= 0.5
        value *= contrast
        value += 0.5
        value *= 1 - vignette
        np.clip(value, 0, 1, out=value)
        value *= np.float32(255)
        value += np.float32(0.5)
        out[..., channel] = value
    return out
