"""Countries as groups of cells, to explain why a model says a country and not a cell."""

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils.atlas import country_of


def country_groups(
    points_deg: Real[ndarray, "cells 2"],
) -> tuple[Int[ndarray, " cells"], tuple[str, ...]]:
    """Country of each cell, as a number for `group_score`, and the countries' codes by number.

    A cell belongs whole to the country (ISO 3166 alpha-2) of its point, such as a partition's
    `centers_deg`; −1 at sea, beyond 12 nautical miles.

    >>> country_groups(np.array([[48.9, 2.3], [35.7, 139.7], [0.0, -30.0], [45.8, 4.8]]))
    (array([ 0,  1, -1,  0]), ('FR', 'JP'))
    """
    codes = country_of(points_deg)
    names = tuple(str(code) for code in np.unique(codes) if code)
    number = {code: place for place, code in enumerate(names)}
    return np.array([number.get(str(code), -1) for code in codes], dtype=np.int64), names
