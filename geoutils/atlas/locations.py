"""Locations as the atlas takes them: checked once, at the door."""

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.sphere import wrap_longitude


def checked(latlon_deg: Real[ndarray, "n 2"], name: str = "latlon_deg") -> Float[ndarray, "n 2"]:
    """Locations as float64 with longitudes in [-180, 180); longitude 180 becomes -180.

    Raises ValueError at NaN, a latitude beyond ±90 or a longitude beyond ±180: the atlas has no
    answer there, and a wrong answer would pass unseen.
    """
    locations = np.asarray(latlon_deg, dtype=np.float64)
    if locations.ndim != 2 or locations.shape[1] != 2:
        raise ValueError(f"{name}: shape {locations.shape}, expected (n, 2) of latitude, longitude")
    bad = ~((np.abs(locations[:, 0]) <= 90) & (np.abs(locations[:, 1]) <= 180))  # NaN is bad too
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{name}: {int(bad.sum())} rows off the globe, e.g. row {row} is {locations[row]}, "
            "expected latitude within ±90 and longitude within ±180; are the columns (lat, lon)?"
        )
    return np.stack([locations[:, 0], wrap_longitude(locations[:, 1])], axis=1)
