"""One colour per concept, the same in every map of concepts."""

import colorsys
from collections.abc import Sequence
from numbers import Real

import numpy as np
from jaxtyping import Float
from matplotlib.colors import to_rgb
from numpy import ndarray

# What a reader expects; concepts not named here take a quiet colour of their own.
NATURAL = {
    "sky": "#cfe3f1",
    "building": "#c98f6b",
    "skyscraper": "#a7a2b8",
    "tower": "#b5483a",
    "house": "#dba37a",
    "sidewalk": "#d9cfc0",
    "road": "#8b8d92",
    "path": "#c9b48f",
    "streetlight": "#4d4a55",
    "tree": "#4f8a4c",
    "palm": "#74a84f",
    "plant": "#86b46a",
    "grass": "#a9c97f",
    "field": "#c7c96f",
    "earth": "#b99566",
    "sand": "#e8d29b",
    "mountain": "#8fa3a0",
    "hill": "#9db78d",
    "sea": "#5b93bd",
    "water": "#76aecd",
    "lake": "#8abfd8",
    "person": "#d05f8a",
    "animal": "#8c5a3c",
    "car": "#5c5fa8",
    "flag": "#e0b33f",
    "wall": "#e3d6c6",
    "floor": "#ad8660",
}


def concept_colors(names: Sequence[str], pale: Real = 0.0) -> Float[ndarray, "names 3"]:
    """Colours (sRGB in [0, 1]) of concepts; `pale` mixes in that share of white, for labels on top.

    The first name stands for no concept and is white.
    """
    golden = (5**0.5 - 1) / 2
    quiet = [
        colorsys.hsv_to_rgb((0.05 + place * golden) % 1, 0.16 + 0.06 * (place % 3), 0.9)
        for place in range(len(names))
    ]
    own = [to_rgb(NATURAL.get(name, color)) for name, color in zip(names, quiet, strict=True)]
    colors = np.array([(1.0, 1.0, 1.0), *own[1:]])
    return colors + pale * (1 - colors)
