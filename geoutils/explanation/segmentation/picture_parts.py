"""Where nobody says what pixels show: nine parts of the picture, told apart by where they lie."""

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.explanation.segmentation.segmenter import check_rows

ROWS, COLUMNS = ("upper", "middle", "lower"), ("left", "centre", "right")


class PictureParts:
    """Ninths of each photo in place of concepts: no thing, but a stretch of the picture.

    Enough to ask which part a prediction leans on, and whether an explainer knows it.
    """

    names = ("none", *(f"{row} {column}" for row in ROWS for column in COLUMNS))

    def __call__(
        self, manifest: pd.DataFrame, pixels: UInt8[ndarray, "photos h w 3"]
    ) -> UInt8[ndarray, "photos h w"]:
        """Number of the part that each pixel lies in; parts are as even as whole pixels allow."""
        check_rows(manifest, pixels)
        n_photos, height, width = pixels.shape[:3]
        down, across = (np.arange(side) * 3 // side for side in (height, width))
        parts = (1 + 3 * down[:, None] + across).astype(np.uint8)
        return np.broadcast_to(parts, (n_photos, height, width)).copy()
