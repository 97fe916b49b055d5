"""The skyline: how high the land stands above the horizon, from the relief alone."""

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.atlas.locations import checked
from geoutils.atlas.rasters import bilinear_m
from geoutils.sphere import EARTH_RADIUS_KM

EYE_M = 2.0  # height of the camera above the ground
# Air bends light downwards, as if the Earth were larger by 1 / (1 - k); k = 0.13 is the surveyors'
# standard value (Gauss's, for daylight over land).
REFRACTION = 0.13
# The relief has a node every 9 km: closer samples would see the camera's own node, denser ones
# nothing new. Beyond 100 km even the Alps hide behind the curve of the Earth.
DISTANCES_KM = np.array([5, 8, 11, 14, 17, 20, 24, 28, 32, 37, 42, 48, 54, 61, 69, 78, 88, 100.0])
CHUNK = 500_000  # lines of sight worked on at once; bounds memory at about 100 MB


def horizon_deg(
    latlon_deg: Real[ndarray, "n 2"], azimuths_deg: Real[ndarray, "_ k"]
) -> Float[ndarray, "n k"]:
    """Elevation angle of the skyline in degrees (float32), for k view directions of each camera.

    Azimuths count clockwise from north. The angle is the largest under which the relief is seen
    5 to 100 km away, from 2 m above the ground, with the Earth's curvature and standard refraction;
    over the open sea it is the dip of the horizon, slightly negative. The relief is averaged over
    9 km, so the true skyline is rarely lower and often higher. Raises ValueError unless each camera
    has one row of finite azimuths.
    """
    locations = checked(latlon_deg)
    azimuths = np.asarray(azimuths_deg, dtype=np.float64)
    if azimuths.ndim != 2 or len(azimuths) != len(locations):
        raise ValueError(
            f"azimuths_deg: shape {azimuths.shape}, expected one row for each of the "
            f"{len(locations)} locations"
        )
    if not np.isfinite(azimuths).all():
        raise ValueError("azimuths_deg: found NaN or infinity, expected degrees from north")
    n, k = azimuths.shape
    angles = np.empty((n, k), dtype=np.float32)
    step = max(1, CHUNK // max(k * len(DISTANCES_KM), 1))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        angles[rows] = _skyline(locations[rows], azimuths[rows])
    return angles


def _skyline(
    locations: Float[ndarray, "n 2"], azimuths: Float[ndarray, "n k"]
) -> Float[ndarray, "n k"]:
    """Skyline of one chunk: a line of sight is an axis of distances, and its maximum is taken."""
    radius_m = EARTH_RADIUS_KM * 1000
    arc = DISTANCES_KM / EARTH_RADIUS_KM
    latitude, longitude = np.radians(locations).T[:, :, None, None]
    azimuth = np.radians(azimuths)[:, :, None]
    # Destination along a great circle, from the cosine rule.
    sine = np.sin(latitude) * np.cos(arc) + np.cos(latitude) * np.sin(arc) * np.cos(azimuth)
    sine = np.clip(sine, -1, 1)
    east = np.sin(azimuth) * np.sin(arc) * np.cos(latitude)
    turn = np.arctan2(east, np.cos(arc) - np.sin(latitude) * sine)
    target_m = bilinear_m(np.degrees(np.arcsin(sine)), np.degrees(longitude + turn))
    eye_m = bilinear_m(locations[:, 0], locations[:, 1])[:, None, None] + EYE_M
    # Seen from the centre of the (enlarged) Earth, camera and target are `bent` apart.
    radius_m /= 1 - REFRACTION
    bent = arc * (1 - REFRACTION)
    # cos(bent) - (radius + eye) / (radius + target), without the digits that would cancel
    rise = (target_m - eye_m) / (radius_m + target_m) - 2 * np.sin(bent / 2) ** 2
    return np.degrees(np.arctan2(rise, np.sin(bent)).max(axis=2))
