"""A photo in the demo: uploaded, or one of the study's test photos."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import UInt8
from numpy import ndarray

from geoutils.explanation.segmentation import RenderedTruth
from geoutils.photos.pixels import is_rendered, pictures
from geoutils.study.methods.lost import photos_there

SHOWN_PX = 448  # side of the square that the page shows


@dataclass(frozen=True, eq=False)
class DemoPhoto:
    """The square of a photo: `pixels` for the model, `shown` larger for the reader.

    `truth_deg` is where it was taken, None where that is not known; then `truth_problem` may say
    why. `row` is that of the manifest, None for an upload. `concepts` is the concept of each of
    the model's pixels, where somebody knows it.
    """

    pixels: UInt8[ndarray, "size size 3"]
    shown: UInt8[ndarray, "shown shown 3"]
    truth_deg: tuple[float, float] | None = None
    truth_problem: str = ""
    row: int | None = None
    is_drawn: bool = False
    concepts: UInt8[ndarray, "size size"] | None = None


def random_test_photo(
    manifest: pd.DataFrame,
    pixels: UInt8[ndarray, "photos size size 3"],
    rng: np.random.Generator,
) -> DemoPhoto:
    """One of a study's test photos, drawn at random; a rendered one with its concepts.

    `pixels` are those of all of the manifest's photos. Raises ValueError where there are no test
    photos, or the one that was drawn cannot be read.
    """
    rows = np.flatnonzero(manifest["split"] == "test")
    if not len(rows):
        raise ValueError("manifest: no test photos to draw from")
    row = int(rng.choice(rows))
    photo, seen = manifest.iloc[[row]], photos_there(pixels, np.array([row]))
    latlon_deg = photo[["latitude", "longitude"]].to_numpy(float)[0]
    rendered = is_rendered(photo)
    return DemoPhoto(
        pixels=seen[0],
        shown=pictures(photo, SHOWN_PX)[0],
        truth_deg=tuple(latlon_deg.tolist()) if np.isfinite(latlon_deg).all() else None,
        row=row,
        is_drawn=rendered,
        concepts=RenderedTruth()(photo, seen)[0] if rendered else None,
    )
