"""Worlds to weight photos to: even over the land, by people, by countries.

Each is a way to say what a fair test set would ask about. None is the right one.
"""

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils import atlas
from geoutils.evaluation.equal_area_cells import EqualAreaCells
from geoutils.evaluation.reweighting import Reweighting

LAND_SIDE_KM = 1000
LAND_SAMPLES = 20  # along each side of a cell: one per 50 km


def fair_worlds(latlon_deg: Real[ndarray, "photos 2"]) -> dict[str, Reweighting]:
    """Reweightings of photos at these places: even land (two ways), people, even countries.

    "even land" weighs each country by its area (as GWS15k does), "even land, by cell" each cell of
    1,000 km × 1,000 km by the land in it (lakes included), "people" each country by its
    inhabitants, "even countries" all inhabited countries and territories alike. Photos at sea
    beyond 12 nautical miles count for none (by cell: those in cells without land).
    """
    table = atlas.countries()
    country, names = atlas.country_of(latlon_deg), table["name"].tolist()
    inhabited = (table["population"] > 0).astype(float)
    cells = EqualAreaCells.of_side(LAND_SIDE_KM)
    land = pd.Series(cells.share_of(atlas.is_land, LAND_SAMPLES) * cells.area_km2)
    return {
        "even land": Reweighting.of(country, table["area_km2"], names),
        "even land, by cell": Reweighting.of(cells.cell_of(latlon_deg), land, _middles(cells)),
        "people": Reweighting.of(country, table["population"], names),
        "even countries": Reweighting.of(country, inhabited, names),
    }


def _middles(cells: EqualAreaCells) -> list[str]:
    """The middle of each cell in words, such as "around 60°N 90°E"."""
    middle = cells.points(np.arange(len(cells)), np.array([0.5]), np.array([0.5]))[:, 0]
    return [
        f"around {abs(lat):.0f}°{'NS'[int(lat < 0)]} {abs(lon):.0f}°{'EW'[int(lon < 0)]}"
        for lat, lon in middle
    ]
