"""Numbers of scene groups: Places365's 3, 16 or 365 labels of photos.

Places365 sorts its 365 categories into 16 groups, and these into 3 (Zhou et al., 2017, "Places:
A 10 million image database for scene recognition"; hierarchy sheet of the dataset). Numbers and
order are those that public lists of labelled photos use (`s3_label`, `s16_label`, `s365_label`).
"""

import numpy as np
import pandas as pd
from jaxtyping import Int
from numpy import ndarray

from geoutils.photos.manifest import SCENES

SCENE_GROUPS = (  # number 0 to 15; indoor, then nature, then urban (outdoor, man-made)
    "shopping and dining",
    "workplace",
    "home or hotel",
    "transportation, inside",
    "sports and leisure, inside",
    "culture, inside",
    "water, ice, snow",
    "mountains, hills, desert, sky",
    "forest, field, jungle",
    "nature with things made by people",
    "transportation: roads, boats, airports",
    "cultural or historical buildings",
    "sports fields, parks, leisure spaces",
    "industry and construction",
    "houses, gardens, farms",
    "commercial buildings, markets, cities",
)
KIND_GROUPS = {  # of the rendered photos (ours): by what each kind of scene shows
    "closeup": 0,
    "interior": 2,
    "beach": 6,
    "mountain": 7,
    "desert": 7,
    "forest": 8,
    "fields": 8,
    "savanna": 8,
    "terraces": 9,
    "harbour": 10,
    "oldtown": 11,
    "temple": 11,
    "plaza": 12,
    "suburb": 14,
    "village": 14,
    "street": 15,
    "skyline": 15,
    "market": 15,
}
N_SCENES = (0, 3, 16, 365)


def scene_numbers(manifest: pd.DataFrame, n_scenes: int = 16) -> Int[ndarray, " photos"]:
    """Number of each photo's scene among 3, 16 or 365 labels; -1 where it is not known.

    3 are read from `scene`; 16 from `s16`, or of rendered photos from `kind`; 365 from `s365`. With
    0 scenes nothing is known. Raises ValueError for another number of scenes.

    >>> photos = pd.DataFrame({"scene": ["urban", ""], "kind": ["temple", ""]})
    >>> scene_numbers(photos, 3), scene_numbers(photos, 16)
    (array([ 2, -1]), array([11, -1]))
    """
    if n_scenes not in N_SCENES:
        raise ValueError(f"n_scenes: {n_scenes}; expected one of {', '.join(map(str, N_SCENES))}")
    if n_scenes == 3:
        codes = pd.Series(manifest["scene"]).map({name: i for i, name in enumerate(SCENES)})
    elif n_scenes == 16:
        kinds = manifest.get("kind", pd.Series("", index=manifest.index)).map(KIND_GROUPS)
        codes = _numbers(manifest, "s16").combine_first(kinds)
    else:
        codes = _numbers(manifest, f"s{n_scenes}")
    return codes.where(codes.between(0, n_scenes - 1), -1).to_numpy(dtype=np.int64)


def _numbers(manifest: pd.DataFrame, column: str) -> pd.Series:
    """A column as whole numbers; NaN where it is none, or missing."""
    numbers = pd.Series(manifest.get(column, np.nan), index=manifest.index)
    numbers = pd.to_numeric(numbers, errors="coerce").astype(np.float64)
    return numbers.where(numbers % 1 == 0)
