"""The renderer's truth: it knows what it painted."""

import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.explanation.segmentation.ade20k import ADE20K_NAMES
from geoutils.explanation.segmentation.segmenter import check_rows
from geoutils.photos.pixels import is_rendered
from geoutils.photos.scenes import compose, render


class RenderedTruth:
    """Concept maps of rendered photos, drawn again from the manifest's rows.

    Raises ValueError, when called, for photos that are files or not square.
    """

    names = ADE20K_NAMES

    def __call__(
        self, manifest: pd.DataFrame, pixels: UInt8[ndarray, "photos h w 3"]
    ) -> UInt8[ndarray, "photos h w"]:
        """Concept of each pixel, as painted."""
        check_rows(manifest, pixels)
        if not is_rendered(manifest):
            raise ValueError("manifest: the photos are files; only a renderer knows its concepts")
        height, width = pixels.shape[1:3]
        if height != width:
            raise ValueError(f"pixels: {height} × {width}; rendered photos are square")
        return render(compose(manifest), width)[1]
