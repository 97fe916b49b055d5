"""What a reader can read off each cue of a picture: the same value wherever it looks the same.

`truth.py` names the concept that carries a place; here stands what it says. A perfect reader knows
every landmark, city and skyline of the world, but sees no more than the picture shows.
"""

import numpy as np
from jaxtyping import Bool, Float64, Int64, Real
from numpy import ndarray

from geoutils.photos import visibility
from geoutils.photos.scenes.compose import place_facts
from geoutils.photos.scenes.ground import is_paved
from geoutils.photos.scenes.kind_choice import kind_weights
from geoutils.photos.scenes.kinds import CAN_SHOW, KINDS, kind_index
from geoutils.photos.scenes.random_numbers import key_of
from geoutils.photos.scenes.relief import exaggerated
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.street import has_road
from geoutils.photos.scenes.truth import CLEAR_RIDGE

# From the finest to the coarsest. A city's façades also tell its region, a road its country.
READINGS = ("landmark", "city", "region", "skyline", "country", "culture", "climate")
# The author's camera changes exposure by 3 % and warmth by 4 % (standard deviations of the gains in
# camera.py): a soil of medium brightness by about this much. No reader can take that out again.
SOIL_BLUR = 0.02

_INDOORS = ("interior", "closeup")
_WITHOUT_SKYLINE = ("street", "oldtown", "market")
_WITHOUT_SOIL = ("street", "beach")  # asphalt and walls, sand


def readings(scenes: Scenes) -> Int64[ndarray, "n readings"]:
    """Values that the cues of READINGS have at each scene's place, in view or not, 0 or more.

    Two scenes have the same value where the renderer draws the same for both: the landmark of one
    spot, façades of one metropolitan cell or region, hills of one place, paint and paving of one
    country, roofs of one building culture, trees and soil of one climate.
    """
    nowhere = key_of(scenes.seed.astype(np.int64))  # who stands at no spot shares no landmark
    landmark = np.where(scenes.spot >= 0, key_of(scenes.spot), nowhere)
    keys = [landmark, scenes.metro, scenes.admin, scenes.place, scenes.country]
    columns = [(key >> np.uint64(1)).astype(np.int64) for key in keys]
    return np.stack([*columns, scenes.culture, scenes.biome], axis=1)


def in_view(scenes: Scenes) -> Bool[ndarray, "n readings"]:
    """Whether each cue of READINGS can be read in each scene, in doubt in the reader's favour.

    A country is read from road or paving; from walls and roofs alone its building culture is. A
    skyline counts where it stands clear above the horizon, as in `scene_truth`.
    """
    ridge = exaggerated(scenes.skyline_deg).max(axis=1) > CLEAR_RIDGE
    skyline = scenes.shows("relief") & ridge & ~np.isin(scenes.kind, kind_index(*_WITHOUT_SKYLINE))
    floor = has_road(scenes) | is_paved(scenes)
    built = ~np.isin(scenes.kind, kind_index("beach"))
    city, country = scenes.shows("city"), scenes.shows("country")
    climate = scenes.shows("vegetation") | (scenes.shows("ground") & ~is_paved(scenes))
    columns = [scenes.shows("landmark"), city, city, skyline, country & floor, country & built]
    return np.stack([*columns, climate], axis=1) & _outdoors(scenes)[:, None]


def soil_in_view(scenes: Scenes) -> Bool[ndarray, " n"]:
    """Whether the colour of the soil (`Scenes.ground`) can be seen: neither paving nor snow on it.

    In a beam of light known from the sky it can be read, up to SOIL_BLUR.
    """
    bare = ~is_paved(scenes) & ~scenes.snow & ~np.isin(scenes.kind, kind_index(*_WITHOUT_SOIL))
    return scenes.shows("ground") & bare & _outdoors(scenes)


def situation_of(scenes: Scenes) -> Int64[ndarray, " n"]:
    """What else a scene tells: its kind, and whether a landmark is in it (row of the chances)."""
    return 2 * scenes.kind + scenes.shows("landmark")


def situation_chances(latlon_deg: Real[ndarray, "places 2"]) -> Float64[ndarray, "_ places"]:
    """Chance of each situation (rows) at each place (columns), by the renderer's own rules."""
    facts = place_facts(np.asarray(latlon_deg, dtype=np.float64))
    weights = kind_weights(facts)
    dull = visibility.INDOOR + visibility.CLOSEUP
    chances = (1 - dull) * weights / weights.sum(axis=1, keepdims=True)
    chances[:, KINDS.index("interior")] = visibility.INDOOR
    chances[:, KINDS.index("closeup")] = visibility.CLOSEUP
    shown = visibility.SHOWN["landmark"] * CAN_SHOW["landmark"] * (facts["spot"] >= 0)[:, None]
    both = np.stack([chances * (1 - shown), chances * shown], axis=2)
    return both.reshape(len(chances), -1).T


def _outdoors(scenes: Scenes) -> Bool[ndarray, " n"]:
    return ~np.isin(scenes.kind, kind_index(*_INDOORS))
