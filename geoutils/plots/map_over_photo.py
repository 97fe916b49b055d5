"""A map glowing over a grey photo, as one picture: what explanations and attention look like."""

import numpy as np
from jaxtyping import Real, UInt8
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap
from numpy import ndarray
from scipy import ndimage

from geoutils.plots.style import PALETTE

# Without inferno's dark end, which would hide the photo where a map is weak.
GLOW = LinearSegmentedColormap.from_list("glow", colormaps["inferno"](np.linspace(0.35, 1, 64)))
SPEAKS = LinearSegmentedColormap.from_list(  # against … for
    "speaks", [PALETTE["blue"], "#dfe7ec", "#f4e0d8", PALETTE["vermilion"]]
)
DARKEST, BRIGHTEST = 0.16, 0.84  # of the grey photo: what lies over it should stand out
OPAQUE = 0.9  # where a map is strongest
STRONGEST = 0.99  # quantile of the absolute values that is drawn at full strength


def map_over_photo(
    photo: UInt8[ndarray, "h w 3"],
    values: Real[ndarray, "rows columns"],
    signed: bool = False,
    strongest: float = STRONGEST,
) -> UInt8[ndarray, "h w 3"]:
    """The photo in grey under a map of it, which may be coarser.

    Full strength is the `strongest` quantile of the map's absolute values. Without sign what is
    positive glows; with it red speaks for, blue against.
    """
    size = photo.shape[:2]
    factors = np.divide(size, values.shape)
    fine = ndimage.zoom(values.astype(np.float64), factors, order=1, mode="nearest", grid_mode=True)
    strength = fine / max(np.quantile(np.abs(values), strongest), 1e-30)
    strength = np.clip(strength, -1 if signed else 0, 1)
    colors = SPEAKS((strength + 1) / 2) if signed else GLOW(strength)
    grey = DARKEST + (BRIGHTEST - DARKEST) * photo.mean(axis=2, keepdims=True) / 255
    alpha = OPAQUE * np.abs(strength)[..., None] ** 0.8
    return np.round(255 * (grey + alpha * (colors[..., :3] - grey))).astype(np.uint8)
