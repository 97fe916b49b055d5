"""Sun, season and sky colours: the light by latitude, month and hour, with the author's weather."""

import numpy as np
from jaxtyping import Bool, Float32
from numpy import ndarray

# sun elevation in degrees: colours of the zenith, of the haze at the horizon, of the light
_KEYS_DEG = np.array([-18.0, -9, -3, 2, 8, 18, 40, 90])
_ZENITH = np.array(
    [
        (0.11, 0.14, 0.33),
        (0.13, 0.15, 0.36),
        (0.30, 0.33, 0.55),
        (0.42, 0.50, 0.70),
        (0.38, 0.56, 0.78),
        (0.33, 0.58, 0.82),
        (0.25, 0.53, 0.82),
        (0.20, 0.48, 0.80),
    ]
)
_HAZE = np.array(
    [
        (0.24, 0.28, 0.48),
        (0.38, 0.32, 0.47),
        (0.90, 0.56, 0.44),
        (0.98, 0.76, 0.52),
        (0.94, 0.86, 0.72),
        (0.84, 0.90, 0.91),
        (0.78, 0.88, 0.93),
        (0.76, 0.87, 0.93),
    ]
)
_LIGHT = np.array(
    [
        (0.56, 0.60, 0.80),
        (0.60, 0.60, 0.78),
        (0.74, 0.66, 0.70),
        (0.98, 0.82, 0.70),
        (1.02, 0.92, 0.80),
        (1.02, 0.98, 0.92),
        (1.03, 1.01, 0.97),
        (1.05, 1.03, 0.98),
    ]
)
_OVERCAST_ZENITH, _OVERCAST_HAZE = np.array([0.62, 0.67, 0.72]), np.array([0.82, 0.84, 0.85])


def sun_elevation_deg(latitude: ndarray, day_of_year: ndarray, hour: ndarray) -> ndarray:
    """Elevation of the sun, degrees, from solar declination and hour angle.

    >>> round(float(sun_elevation_deg(np.array([0.0]), np.array([81.0]), np.array([12.0]))[0]))
    90
    """
    declination = np.radians(23.44 * np.sin(2 * np.pi * (day_of_year - 81) / 365.25))
    angle, latitude = np.radians(15 * (hour - 12)), np.radians(latitude)
    sine = np.sin(latitude) * np.sin(declination)
    sine = sine + np.cos(latitude) * np.cos(declination) * np.cos(angle)
    return np.degrees(np.arcsin(np.clip(sine, -1, 1)))


def winterness(latitude: ndarray, day_of_year: ndarray) -> ndarray:
    """−1 in high summer … +1 in deep winter; near 0 all year in the tropics."""
    north = np.cos(2 * np.pi * (day_of_year - 20) / 365.25)
    return north * np.clip(latitude / 30, -1, 1)


def sky_colours(
    sun_deg: ndarray, clouds: ndarray, dusty: Bool[ndarray, " n"]
) -> tuple[Float32[ndarray, "n 3"], Float32[ndarray, "n 3"], Float32[ndarray, "n 3"]]:
    """Zenith, haze and light colours for a sun elevation and a cloud cover in [0, 1]."""

    def at(table: ndarray) -> ndarray:
        return np.stack([np.interp(sun_deg, _KEYS_DEG, table[:, c]) for c in range(3)], axis=1)

    zenith, haze, light = at(_ZENITH), at(_HAZE), at(_LIGHT)
    day = np.clip((sun_deg + 8) / 16, 0.22, 1)[:, None]
    grey = np.clip(clouds * 1.6 - 0.75, 0, 0.85)[:, None]
    zenith += grey * (_OVERCAST_ZENITH * day - zenith)
    haze += grey * (_OVERCAST_HAZE * day - haze)
    light += grey * 0.5 * (light.mean(axis=1, keepdims=True) * 0.93 - light)
    warm = np.array([0.93, 0.84, 0.68]) * day
    haze += np.where(dusty, 0.4, 0.0)[:, None] * (warm - haze)
    return zenith.astype(np.float32), haze.astype(np.float32), light.astype(np.float32)
