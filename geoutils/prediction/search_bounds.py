"""What no search within cells can beat: the best of the photos that it could have chosen."""

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray
from scipy.spatial import KDTree

from geoutils.prediction.background import Background
from geoutils.sphere import great_circle_km, unit_vectors


def best_neighbour_km(
    neighbours: Int[ndarray, "photos k"],
    latlon_deg: Real[ndarray, "rows 2"],
    truth_deg: Real[ndarray, "photos 2"],
) -> Float[ndarray, " photos"]:
    """Distance from the truth to the nearest of each photo's neighbours; infinite without any.

    `neighbours` are rows of `latlon_deg`, -1 where there are fewer, as in `Found`.

    >>> best_neighbour_km(np.array([[1, 0], [-1, -1]]), np.zeros((2, 2)), np.zeros((2, 2)))
    array([ 0., inf])
    """
    distances_km = neighbour_distances_km(neighbours, latlon_deg, truth_deg)
    return np.where(np.isnan(distances_km), np.inf, distances_km).min(axis=1, initial=np.inf)


def neighbour_distances_km(
    neighbours: Int[ndarray, "photos k"],
    latlon_deg: Real[ndarray, "rows 2"],
    truth_deg: Real[ndarray, "photos 2"],
) -> Float[ndarray, "photos k"]:
    """Distance from the truth to each of a photo's neighbours; NaN where there are fewer."""
    distances_km = np.full(neighbours.shape, np.nan)
    photo, rank = np.nonzero(neighbours >= 0)
    found_deg = latlon_deg[neighbours[photo, rank]]
    distances_km[photo, rank] = great_circle_km(found_deg, truth_deg[photo])
    return distances_km


def nearest_in_cell_km(
    cells: Int[ndarray, " photos"],
    background: Background,
    truth_deg: Real[ndarray, "photos 2"],
) -> Float[ndarray, " photos"]:
    """Distance from the truth to the nearest background photo of each photo's predicted cell.

    Infinite for cell -1 and for a cell without photos.
    """
    nearest_km = np.full(len(cells), np.inf)
    for cell in np.unique(cells[cells >= 0]).tolist():
        photos_deg, asked = background.latlon_deg[background.span(cell)], cells == cell
        if len(photos_deg):
            nearest_km[asked] = nearest_km_of(photos_deg, truth_deg[asked])
    return nearest_km


def nearest_km_of(
    latlon_deg: Real[ndarray, "places 2"], truth_deg: Real[ndarray, "photos 2"]
) -> Float[ndarray, " photos"]:
    """Distance from each truth to the nearest of some places; ValueError without places."""
    if len(latlon_deg) == 0:
        raise ValueError("latlon_deg: no places; expected one or more")
    nearest = KDTree(unit_vectors(latlon_deg)).query(unit_vectors(truth_deg))[1]
    return great_circle_km(np.asarray(latlon_deg)[nearest], truth_deg)
