"""Twelve biomes from the Köppen climates: what grows there and what the ground looks like."""

import numpy as np

BIOMES = (
    "rainforest",
    "savanna",
    "desert",
    "cold desert",
    "steppe",
    "mediterranean",
    "subtropical",
    "oceanic",
    "continental",
    "boreal",
    "tundra",
    "ice",
)
TREES = (
    "broadleaf",
    "conifer",
    "palm",
    "acacia",
    "cactus",
    "birch",
    "cypress",
    "poplar",
    "jungle",
    "olive",
    "pine",
    "bush",
)
_SHARES = {  # trees of each biome; what is missing does not grow there
    "rainforest": {"jungle": 0.5, "palm": 0.38, "bush": 0.12},
    "savanna": {"acacia": 0.62, "palm": 0.13, "bush": 0.25},
    "desert": {"palm": 0.45, "cactus": 0.25, "bush": 0.30},
    "cold desert": {"bush": 0.6, "poplar": 0.4},
    "steppe": {"bush": 0.35, "poplar": 0.25, "pine": 0.2, "acacia": 0.2},
    "mediterranean": {"cypress": 0.3, "olive": 0.3, "pine": 0.25, "palm": 0.15},
    "subtropical": {"broadleaf": 0.45, "palm": 0.2, "pine": 0.25, "jungle": 0.1},
    "oceanic": {"broadleaf": 0.65, "poplar": 0.12, "birch": 0.08, "conifer": 0.15},
    "continental": {"broadleaf": 0.4, "birch": 0.22, "conifer": 0.38},
    "boreal": {"conifer": 0.72, "birch": 0.28},
    "tundra": {"bush": 0.8, "birch": 0.2},
    "ice": {"bush": 1.0},
}
TREE_SHARES = np.array([[_SHARES[b].get(t, 0.0) for t in TREES] for b in BIOMES])
TREE_LIMITS = TREE_SHARES.cumsum(axis=1).astype(np.float32)

GROUND = np.array(  # sRGB in [0, 1]: the soil and grass of a summer's noon
    [
        (0.34, 0.52, 0.24),
        (0.76, 0.66, 0.36),
        (0.91, 0.74, 0.48),
        (0.74, 0.64, 0.50),
        (0.72, 0.66, 0.42),
        (0.68, 0.64, 0.38),
        (0.46, 0.61, 0.30),
        (0.42, 0.62, 0.30),
        (0.47, 0.61, 0.30),
        (0.44, 0.53, 0.33),
        (0.56, 0.55, 0.40),
        (0.90, 0.93, 0.96),
    ],
    np.float32,
)
LEAVES = np.array(
    [
        (0.13, 0.43, 0.20),
        (0.44, 0.52, 0.20),
        (0.36, 0.50, 0.26),
        (0.46, 0.50, 0.34),
        (0.44, 0.50, 0.27),
        (0.34, 0.45, 0.26),
        (0.25, 0.50, 0.22),
        (0.27, 0.52, 0.22),
        (0.30, 0.51, 0.22),
        (0.20, 0.40, 0.27),
        (0.45, 0.47, 0.30),
        (0.55, 0.60, 0.60),
    ],
    np.float32,
)
GRASSY = np.array([1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0], bool)  # else the ground is earth or sand


def biome_of(climates: tuple[str, ...]) -> np.ndarray:
    """Biome index of every Köppen code, e.g. "Cfb" is oceanic.

    >>> BIOMES[int(biome_of(("Cfb",))[0])]
    'oceanic'
    """
    return np.array([BIOMES.index(_biome(code)) for code in climates])


def _biome(code: str) -> str:
    exact = {"Af": "rainforest", "Am": "rainforest", "Aw": "savanna", "As": "savanna"}
    exact |= {"BWh": "desert", "BWk": "cold desert", "BSh": "steppe", "BSk": "steppe"}
    exact |= {"ET": "tundra", "EF": "ice"}
    if code in exact:
        return exact[code]
    if code[:2] == "Cs":
        return "mediterranean"
    if code in ("Cfa", "Cwa"):
        return "subtropical"
    if code[:1] == "C":
        return "oceanic"
    if code[:1] == "D":
        return "continental" if code[-1:] in "ab" else "boreal"
    return "oceanic"  # the few points without a climate are islands and coasts
