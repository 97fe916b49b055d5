"""Where photos are taken: a sample of real photo positions."""

from functools import cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from geoutils.atlas.storage import load_array


@cache
def photo_density() -> Float[ndarray, "photos 2"]:
    """100,000 locations with the density of Flickr photos: GeoCLIP's gallery, in its order.

    Vivanco Cepeda et al., GeoCLIP (2023), drew them from MP-16's photos. Read-only.
    """
    locations = load_array("photo_density.npy.xz").astype(np.float64) / 1e6
    locations.flags.writeable = False
    return locations
