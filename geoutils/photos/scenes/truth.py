"""What each photo shows of its place: the truth that explanations are tested against."""

import numpy as np
import pandas as pd

from geoutils.photos.scenes.biomes import GRASSY
from geoutils.photos.scenes.kinds import CUES, kind_index
from geoutils.photos.scenes.landmarks import landmark_concept
from geoutils.photos.scenes.relief import exaggerated
from geoutils.photos.scenes.scene import Scenes
from geoutils.photos.scenes.street import has_road

CLEAR_RIDGE = 0.05  # height in the picture from which a skyline is a place's own
_WALLED = ("street", "oldtown", "plaza", "market", "harbour", "temple")
_WOODED = ("forest", "mountain", "fields", "village", "suburb", "savanna", "skyline", "plaza")


def scene_truth(scenes: Scenes) -> pd.DataFrame:
    """Columns shows_<cue>, carrier (ADE20K concept) and carrier_scale ("street" … "climate", "").

    The carrier is the concept that tells the finest location in view: a landmark the street,
    façades or a high skyline the city, houses and roads the country, trees and soil the climate.
    """

    def kind(*names: str) -> np.ndarray:
        return np.isin(scenes.kind, kind_index(*names))

    ridge = exaggerated(scenes.skyline_deg).max(axis=1)
    relief = scenes.shows("relief") & (ridge > CLEAR_RIDGE) & ~kind("street", "oldtown", "market")
    landmark = landmark_concept(scenes)
    city, country = scenes.shows("city"), scenes.shows("country")
    ground = np.where(GRASSY[scenes.biome] & ~scenes.snow, "grass", "earth")
    rules = [  # first match wins: finest scale first
        (landmark != "", landmark, "street"),
        (city & kind(*_WALLED), "building", "city"),
        (city & kind("skyline"), "skyscraper", "city"),
        (relief, "mountain", "city"),
        (city & kind("suburb", "village"), "house", "city"),
        (country & kind("temple"), "building", "country"),
        (country & has_road(scenes) & ~kind("oldtown"), "road", "country"),
        (country & kind("village", "suburb"), "house", "country"),
        (country & kind(*_WALLED), "building", "country"),
        (kind("beach"), "sea", "climate"),
        (kind("desert"), "sand", "climate"),
        (kind("terraces", "fields") & scenes.shows("ground"), "field", "climate"),
        (scenes.shows("vegetation") & kind(*_WOODED), "tree", "climate"),
        (
            scenes.shows("ground") & kind("mountain", "savanna", "forest", "village"),
            ground,
            "climate",
        ),
    ]
    carrier = np.full(len(scenes), "", dtype=object)
    scale = np.full(len(scenes), "", dtype=object)
    for holds, name, level in reversed(rules):
        carrier = np.where(holds, name, carrier)
        scale = np.where(holds, level, scale)
    table = {f"shows_{cue}": scenes.shows(cue) for cue in CUES}
    return pd.DataFrame(
        {"carrier": carrier.astype(str), "carrier_scale": scale.astype(str), **table}
    )
