"""What one method has over another, told: as a table, and in words."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.tables import percent_cells


def gain_table(
    gains: Mapping[str, Interval], radii_km: Real[ndarray, " radii"] = RADII_KM
) -> pd.DataFrame:
    """One row per difference, one column per radius: "1.2 [0.3, 2.1]", in percentage points.

    A difference whose interval holds zero, or has no bounds, stands in parentheses.
    """
    columns = [f"{radius:g} km" for radius in radii_km]
    index = pd.Index(gains, name="difference")
    texts = [percent_cells(gain) for gain in gains.values()]
    table = pd.DataFrame(texts, index=index, columns=columns, dtype=str)
    certain = np.array([gain.excludes_zero for gain in gains.values()]).reshape(table.shape)
    return table.where(certain, "(" + table + ")")


def verdict(gain: Interval, radii_km: Real[ndarray, " radii"] = RADII_KM) -> str:
    """At which radii the interval of a difference excludes zero, and to whose favour, in words.

    >>> verdict(Interval(*np.array([[0.1, 0], [0.05, -1], [0.2, 1]])), np.array([1, 25]))
    'helps at 1 km'
    """
    parts = []
    for word, sign in (("helps", 1), ("hurts", -1)):
        certain = gain.excludes_zero & (sign * gain.estimate > 0)
        if certain.any():
            radii = ", ".join(f"{radius:g}" for radius in radii_km[certain])
            parts.append(f"{word} at {radii} km")
    return " and ".join(parts) or "makes no difference that these photos could show"
