"""Locations as the atlas takes them: checked once, at the door."""

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.sphere import checked_latlon, wrap_longitude


def checked(latlon_deg: Real[ndarray, "n 2"], name: str = "latlon_deg") -> Float[ndarray, "n 2"]:
    """Locations as float64 with longitudes in [-180, 180); longitude 180 becomes -180.

    Raises ValueError at NaN, a latitude beyond ±90 or a longitude beyond ±180: the atlas has no
    answer there, and a wrong answer would pass unseen.
    """
    locations = checked_latlon(latlon_deg, name)
    return np.stack([locations[:, 0], wrap_longitude(locations[:, 1])], axis=1)
