"""How far off, and how often close enough: accuracy at a radius, and GeoScore."""

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

RADII_KM = np.array([1, 25, 200, 750, 2500])  # street, city, region, country, continent
SCALES = ("street", "city", "region", "country", "continent")
FINE_RADII_KM = np.array([0.1, 1, 5, 10])
CPLANET_RADII_KM = np.array([1, 5, 10, 25, 50, 100, 200, 750, 2500])
GEOSCORE_SCALE_KM = 1492.7


def accuracy_at(
    distances_km: Real[ndarray, " photos"], thresholds_km: Real[ndarray, " radii"] = RADII_KM
) -> Float[ndarray, " radii"]:
    """Accuracy a_r: the share of photos strictly closer than r km to the truth, for each r.

    A missing prediction has distance +inf and counts as wrong. NaN (no known truth) is refused:
    drop such photos first and say how many. Theiner et al. (SemP), equation 3.

    >>> accuracy_at(np.array([0.5, 25.0, 100.0, np.inf]), np.array([1, 25, 200]))
    array([0.25, 0.25, 0.75])
    """
    return hits_at(distances_km, thresholds_km).mean(axis=0)


def hits_at(
    distances_km: Real[ndarray, " photos"], thresholds_km: Real[ndarray, " radii"] = RADII_KM
) -> Float[ndarray, "photos radii"]:
    """One where a photo lies strictly within a radius, else zero; refuses what `accuracy_at` does.

    >>> hits_at(np.array([0.5, 30.0]), np.array([1, 25, 200]))
    array([[1., 1., 1.],
           [0., 0., 1.]])
    """
    distances_km = checked_distances(distances_km)
    return (distances_km[:, None] < np.asarray(thresholds_km)).astype(float)


def geoscore(distances_km: Real[ndarray, " photos"]) -> Float[ndarray, " photos"]:
    """Points of each photo, 5000 exp(-d / 1492.7 km): 5000 on the spot, 0 for a missing prediction.

    Haas et al. (2024), PIGEON: Predicting Image Geolocations, CVPR.

    >>> geoscore(np.array([0.0, 1492.7, np.inf])).round()
    array([5000., 1839.,    0.])
    """
    return 5000 * np.exp(-checked_distances(distances_km) / GEOSCORE_SCALE_KM)


def checked_distances(distances_km: Real[ndarray, " photos"]) -> Float[ndarray, " photos"]:
    """Distances as floats; refuses an empty array, a negative distance and NaN."""
    distances_km = np.asarray(distances_km, dtype=float)
    if len(distances_km) == 0:
        raise ValueError("distances_km: no photos; expected at least one distance")
    bad = ~(distances_km >= 0)  # NaN compares false, so it is caught too
    if bad.any():
        raise ValueError(
            f"distances_km: {bad.sum()} negative or NaN, e.g. {distances_km[bad][0]}; "
            "expected kilometres, +inf for a missing prediction"
        )
    return distances_km
