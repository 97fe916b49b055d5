"""Which kind of scene is found at a place: weights from the facts, one draw per photo."""

import numpy as np
from jaxtyping import Int, UInt64
from numpy import ndarray

from geoutils.photos import visibility
from geoutils.photos.scenes.biomes import BIOMES
from geoutils.photos.scenes.cultures import CULTURES
from geoutils.photos.scenes.kinds import KINDS
from geoutils.photos.scenes.random_numbers import uniform

_OLD = ("atlantic", "central", "mediterranean", "nordic", "slavic", "middle east", "north africa")
_TERRACED = ("southeast asia", "east asia", "south asia", "latin america")
_MARKETS = (*_TERRACED, "middle east", "north africa", "africa", "mediterranean")


def choose_kind(seed: UInt64[ndarray, " n"], facts: dict[str, ndarray]) -> Int[ndarray, " n"]:
    """Index of the kind of scene of each photo."""
    weights = kind_weights(facts)
    limits = weights.cumsum(axis=1)
    outdoors = (uniform(seed, "kind")[:, None] * limits[:, -1:] >= limits).sum(axis=1)
    outdoors = np.minimum(outdoors, len(KINDS) - 1)
    inside = uniform(seed, "indoor")
    kind = np.where(inside < visibility.INDOOR, KINDS.index("interior"), outdoors)
    closeup = (inside >= visibility.INDOOR) & (inside < visibility.INDOOR + visibility.CLOSEUP)
    return np.where(closeup, KINDS.index("closeup"), kind)


def kind_weights(facts: dict[str, ndarray]) -> ndarray:
    """Weight (photos, kinds) of each outdoor kind, by density, coast, relief, climate, culture."""

    def culture(*names: str) -> ndarray:
        return np.isin(facts["culture"], [CULTURES.index(n) for n in names])

    def biome(*names: str) -> ndarray:
        return np.isin(facts["biome"], [BIOMES.index(n) for n in names])

    town = facts["density"].astype(np.float64)
    wild = 1 - town
    popular, coast = facts["spot"] >= 0, facts["coast"]
    steep = np.clip((facts["rise"].max(axis=0) - 250) / 700, 0, 1)
    old, markets, terraced = culture(*_OLD), culture(*_MARKETS), culture(*_TERRACED)
    spread = culture("north america", "oceania")
    dry = biome("desert", "cold desert")
    wet = biome("rainforest", "subtropical", "oceanic", "continental", "boreal")
    farmed = ~biome("desert", "boreal", "tundra", "ice", "rainforest")
    weights = {
        "street": town * 1.0 + 0.10,
        "oldtown": town * np.where(old, 0.55, 0.18),
        "plaza": town * (0.28 + 0.35 * popular),
        "skyline": np.clip(town - 0.45, 0, 1) * (0.7 + 0.5 * popular),
        "market": town * np.where(markets, 0.35, 0.08),
        "temple": town * 0.16 + 0.03,
        "harbour": coast * (0.12 + town * 0.25),
        "suburb": np.where(spread, 0.30, 0.10) * (4 * town * wild + 0.2),
        "village": wild * np.where(spread, 0.12, 0.30),
        "beach": coast * 0.38,
        "fields": wild * farmed * 0.34,
        "terraces": wild * terraced * steep * wet * 0.5,
        "mountain": wild * steep * 0.75,
        "forest": wild * wet * 0.20,
        "desert": (wild + 0.1) * (dry * 0.8 + biome("steppe") * 0.08),
        "savanna": wild * biome("savanna") * np.where(culture("africa"), 0.9, 0.3),
    }
    return np.stack([weights.get(kind, np.zeros(len(town))) for kind in KINDS], axis=1)
