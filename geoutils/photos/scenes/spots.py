"""The popular spots of the rendered world: where everybody takes the same photo."""

from functools import cache

import numpy as np
from jaxtyping import Float64, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from geoutils import atlas
from geoutils.photos import visibility
from geoutils.photos.scenes.random_numbers import key_of, uniform
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, unit_vectors


@cache
def popular_spots() -> Float64[ndarray, "spots 2"]:
    """The spots everybody photographs: real positions, clustered in the densest metropolitan cells.

    The same in every study: a spot's landmark belongs to the world, not to a seed. The spots of a
    metropolis lie at least 1.2 km apart, so that a radius of 1 km tells them apart.
    """
    density = np.asarray(atlas.photo_density(), np.float64)
    cells = np.floor(density / visibility.METRO_DEG).astype(np.int64)
    _, cell, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    spots = []
    for metro in np.argsort(-counts, kind="stable")[: visibility.METROS]:
        here = density[cell == metro]
        order = np.argsort(uniform(key_of(*(here * 1e6).astype(np.int64).T), "spot order"))
        spots += _spread(here[order], visibility.SPOTS_PER_METRO, apart_km=1.2)
    return np.array(spots)


def _spread(latlon_deg: ndarray, n: int, apart_km: float) -> list[ndarray]:
    chosen = [latlon_deg[0]]
    for candidate in latlon_deg[1:]:
        others = np.array(chosen)
        near = great_circle_km(np.broadcast_to(candidate, others.shape).copy(), others) < apart_km
        if not near.any():
            chosen.append(candidate)
        if len(chosen) == n:
            break
    return chosen


def spot_of(latlon_deg: Float64[ndarray, "n 2"], radius_km: float = 1.0) -> Int[ndarray, " n"]:
    """Index of the popular spot within `radius_km` of each position, −1 where there is none."""
    chord = 2 * np.sin(radius_km / EARTH_RADIUS_KM / 2)
    distance, spot = cKDTree(unit_vectors(popular_spots())).query(unit_vectors(latlon_deg))
    return np.where(distance <= chord, spot, -1)
