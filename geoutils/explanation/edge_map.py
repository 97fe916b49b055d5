"""The plain edge map: an explanation that never looked at the model, against which to compare."""

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy import ndimage


def edge_maps(pixels: UInt8[ndarray, "photos h w 3"]) -> Float[ndarray, "photos h w"]:
    """Strength of the edges of each photo: Sobel gradient length, maximum over colour channels.

    An explainer that finds no more than this has said nothing about the model: gradients of
    convolutional networks follow edges whatever the weights are (Adebayo et al., 2018).
    """
    values = pixels.astype(np.float32) / 255
    # Not ndimage.sobel: it would also smooth across photos and colours.
    down, across = (
        ndimage.correlate1d(
            ndimage.correlate1d(values, [-1, 0, 1], axis=along, mode="nearest"),
            [1, 2, 1],
            axis=beside,
            mode="nearest",
        )
        for along, beside in ((1, 2), (2, 1))
    )
    return np.hypot(down, across).max(axis=3)
