"""How a city builds: façade, roof, window and lamp colours by metro, admin-1, country.

A city whose cue is out of view gets a style drawn from the photo's own seed: it looks as
lively and says nothing.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int, UInt64
from numpy import ndarray

from geoutils.photos.scenes import cultures
from geoutils.photos.scenes.random_numbers import between, choice, uniform
from geoutils.photos.scenes.scene import Scenes

_SIGNED = [cultures.CULTURES.index(name) for name in ("east asia", "southeast asia")]


@dataclass(frozen=True)
class Style:
    """Colours and proportions of the buildings of each scene."""

    facades: Float32[ndarray, "n 3 3"]  # three façade colours of the city
    roof: Float32[ndarray, "n 3"]
    accent: Float32[ndarray, "n 3"]  # awnings, doors, shutters, taxis
    second: Float32[ndarray, "n 3"]
    frame: Float32[ndarray, "n 3"]
    storeys: Float32[ndarray, "n 2"]
    flat: Bool[ndarray, " n"]
    shutters: Bool[ndarray, " n"]
    arches: Bool[ndarray, " n"]
    window: Float32[ndarray, "n 2"]  # share of the bay and of the storey that is glass
    culture: Int[ndarray, " n"]
    signs: Bool[ndarray, " n"]  # upright signboards, as in east Asia
    balconies: Bool[ndarray, " n"]
    key: UInt64[ndarray, " n"]


def style_of(scenes: Scenes) -> Style:
    """Style of each scene's buildings."""
    seed = scenes.seed
    culture = np.where(
        scenes.shows("country"), scenes.culture, choice(seed, "culture", len(cultures.CULTURES))
    )
    city, region = scenes.key("city", "metro"), scenes.key("city", "admin")
    palette = cultures.FACADES[culture]
    each = np.arange(len(scenes))
    first = choice(city, "facade", 8)
    second = (first + 1 + choice(city, "facade 2", 7)) % 8
    third = (first + 1 + choice(region, "facade 3", 7)) % 8
    facades = np.stack([palette[each, k] for k in (first, second, third)], axis=1)
    shift = between(city[:, None], "shift", -0.14, 0.14, np.arange(3))[:, None, :]
    accent = cultures.ACCENTS[choice(city, "accent", len(cultures.ACCENTS))]
    facades[:, 1] = 0.62 * facades[:, 1] + 0.38 * accent
    roof = cultures.ROOFS[culture][each, choice(region, "roof", 3)]
    tall = between(city, "tall", 0.75, 1.35)[:, None]
    glass = np.stack(
        [between(city, "window width", 0.28, 0.52), between(city, "window height", 0.42, 0.64)], 1
    )
    return Style(
        facades=np.clip(facades + shift, 0.08, 1).astype(np.float32),
        roof=np.clip(roof + between(region, "roof tone", -0.06, 0.06)[:, None], 0, 1),
        accent=accent,
        second=cultures.ACCENTS[choice(city, "second accent", len(cultures.ACCENTS))],
        frame=np.where(uniform(city, "frame")[:, None] < 0.6, np.float32(0.93), np.float32(0.30))
        * np.ones((1, 3), np.float32),
        storeys=(cultures.STOREYS[culture] * tall).astype(np.float32),
        flat=uniform(region, "flat roofs") < cultures.FLAT_ROOFS[culture],
        shutters=uniform(region, "shutters") < cultures.SHUTTERS[culture],
        arches=uniform(city, "arches") < 0.3,
        window=glass.astype(np.float32),
        culture=culture,
        signs=uniform(city, "signs") < np.where(np.isin(culture, _SIGNED), 0.85, 0.06),
        balconies=uniform(city, "balconies") < 0.4,
        key=city,
    )


def night_windows(scenes: Scenes) -> ndarray:
    """How strongly windows shine, 0 by day … 1 at night."""
    return np.clip((np.float32(1) - scenes.sun_deg) / 8, 0, 1).astype(np.float32)
