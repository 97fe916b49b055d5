"""Which concept each pixel that a network saw shows, where anybody knows."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.demo.locator import Placement
from geoutils.demo.photo import DemoPhoto

# Any Segmenter of geoutils.explanation.segmentation: rows and pictures → concept maps.
Segments = Callable[[pd.DataFrame, UInt8[ndarray, "n h w 3"]], UInt8[ndarray, "n h w"]]


def concepts_seen(
    photo: DemoPhoto, placement: Placement, segmenter: Segments | None = None
) -> UInt8[ndarray, "h w"] | None:
    """Concepts of the pixels that a method's network was shown, None where nobody knows them.

    A drawn photo's are the renderer's truth; else the `segmenter` looks at the large photo, and its
    map is thinned to the network's pixels.
    """
    concepts = photo.concepts
    if concepts is None and segmenter is not None:
        rows = pd.DataFrame({"photo": ["upload"]})
        large = segmenter(rows, photo.shown[None])[0]
        size = len(photo.pixels)
        middles = ((np.arange(size) + 0.5) * len(large) / size).astype(int)
        concepts = large[np.ix_(middles, middles)]
    if concepts is None:
        return None
    side = placement.images.shape[2]
    edge = (len(concepts) - side) // 2
    return concepts[edge : edge + side, edge : edge + side]
