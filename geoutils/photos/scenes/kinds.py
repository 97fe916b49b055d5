"""The kinds of scene, what stands in each, and which cues each can show."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Kind:
    """One kind of scene: its Places365 group (S3), horizon height and the cues it can show."""

    name: str
    group: str
    horizon: float  # height of the horizon, as a fraction of the picture from the top
    cues: frozenset[str]


_LAND = ("ground", "relief", "vegetation", "people", "animals")
_TOWN = ("landmark", "city", "country", *_LAND)

_ALL = (
    Kind("interior", "indoor", 0.70, frozenset({"people"})),
    Kind("closeup", "indoor", 0.60, frozenset({"animals"})),
    Kind("street", "urban", 0.56, frozenset((*_TOWN, "cars"))),
    Kind("oldtown", "urban", 0.58, frozenset(_TOWN) - {"vegetation"}),
    Kind("plaza", "urban", 0.60, frozenset(_TOWN)),
    Kind("skyline", "urban", 0.62, frozenset(_TOWN)),
    Kind("market", "urban", 0.54, frozenset(_TOWN) - {"vegetation"}),
    Kind("temple", "urban", 0.60, frozenset(_TOWN) - {"landmark"}),
    Kind("harbour", "urban", 0.54, frozenset((*_TOWN, "sea"))),
    Kind("suburb", "urban", 0.54, frozenset(("city", "country", "cars", *_LAND))),
    Kind("village", "urban", 0.55, frozenset(("city", "country", "cars", *_LAND))),
    Kind("beach", "nature", 0.46, frozenset(("sea", "country", *_LAND))),
    Kind("fields", "nature", 0.50, frozenset(("country", "cars", *_LAND))),
    Kind("terraces", "nature", 0.34, frozenset(("country", *_LAND))),
    Kind("mountain", "nature", 0.56, frozenset(("country", *_LAND))),
    Kind("forest", "nature", 0.58, frozenset(_LAND)),
    Kind("desert", "nature", 0.54, frozenset(_LAND)),
    Kind("savanna", "nature", 0.56, frozenset(("country", *_LAND))),
)

KINDS = tuple(kind.name for kind in _ALL)
GROUPS = np.array([kind.group for kind in _ALL])
HORIZONS = np.array([kind.horizon for kind in _ALL], np.float32)
CUES = (
    "landmark",
    "city",
    "country",
    "vegetation",
    "ground",
    "relief",
    "sea",
    "people",
    "cars",
    "animals",
)
CAN_SHOW = {cue: np.array([cue in kind.cues for kind in _ALL]) for cue in CUES}


def kind_index(*names: str) -> np.ndarray:
    """Indices of kinds by name, for `np.isin`."""
    return np.array([KINDS.index(name) for name in names])
