"""Named places on the ground: what a semantic classifier gives to the regions they lie in."""

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.partitions import Partition


def area_of_places(places: Partition, areas: Partition) -> Int[ndarray, " places"]:
    """Cell of `areas` that each cell of `places` belongs to, −1 for none.

    A location that both have is its own; any other belongs where its point does, by address. Both
    are semantic partitions with the same geocoder, `areas` of locations that have an area (SemP_a).
    """
    own = areas.cells.keys.get_indexer(places.cells.keys)
    return np.where(own >= 0, own, areas.assign(places.centers_deg))


def over_areas(
    probabilities: Real[ndarray, " places"], area_of: Int[ndarray, " places"], n_areas: int
) -> Float[ndarray, " areas"]:
    """Probability of each area: the sum over the places in it; places in none are left out.

    >>> over_areas(np.array([0.5, 0.25, 0.125]), np.array([1, -1, 1]), 3)
    array([0.   , 0.625, 0.   ])
    """
    inside = area_of >= 0
    return np.bincount(area_of[inside], probabilities[inside], n_areas).astype(float)
