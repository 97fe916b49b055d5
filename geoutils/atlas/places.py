"""Towns and villages of the world, with their regions: which is nearest?"""

from functools import cache

import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray
from scipy.spatial import cKDTree

from geoutils.atlas.locations import checked
from geoutils.atlas.storage import DATA
from geoutils.sphere import great_circle_km, unit_vectors


@cache
def places() -> pd.DataFrame:
    """Places with at least 1,000 inhabitants or a seat of government, after GeoNames (170,391).

    Columns: name, admin2, admin1 ("" where unknown), country (ISO 3166 alpha-2), latitude,
    longitude (degrees), population (0 where unknown). Ordered by country, region, name; shared by
    all callers, so copy before you change it.
    """
    table = pd.read_parquet(DATA / "places.parquet")
    table["latitude"] /= 1e5
    table["longitude"] /= 1e5
    return table


def nearest_place(
    latlon_deg: Real[ndarray, "n 2"], places: pd.DataFrame | None = None
) -> tuple[Int[ndarray, " n"], Float[ndarray, " n"]]:
    """Row number of the nearest place to each location, and its great-circle distance in km.

    `places` is a table with columns latitude and longitude: rows of `places()` for towns of one
    kind only, another gazetteer, or, when None, all of `places()`. Of equally near places the
    answer may be either. Raises ValueError when there is no place at all.

    >>> import numpy as np
    >>> row, km = nearest_place(np.array([[48.853, 2.349]]))
    >>> places().name[row[0]]
    'Paris'
    """
    locations = checked(latlon_deg)
    if places is None:
        tree, coordinates = _place_tree()
    else:
        if len(places) == 0:
            raise ValueError("places: found an empty table, expected at least one place")
        coordinates = checked(places[["latitude", "longitude"]].to_numpy(), "places")
        tree = cKDTree(unit_vectors(coordinates))
    _, rows = tree.query(unit_vectors(locations))  # the chord grows with the arc: same nearest
    return rows, great_circle_km(locations, coordinates[rows])


@cache
def _place_tree() -> tuple[cKDTree, Float[ndarray, "places 2"]]:
    coordinates = checked(places()[["latitude", "longitude"]].to_numpy(), "places")
    return cKDTree(unit_vectors(coordinates)), coordinates
