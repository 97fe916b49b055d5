"""Accuracies as a reader wants them: percent with one decimal, and the interval beside it."""

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import Interval


def accuracy_table(
    intervals: dict[str, Interval], radii_km: Real[ndarray, " radii"] = RADII_KM
) -> pd.DataFrame:
    """One row per method, one column per radius: "12.3 [11.0, 13.6]", in percent."""
    return pd.DataFrame(
        [percent_cells(interval) for interval in intervals.values()],
        index=pd.Index(intervals, name="method"),
        columns=[f"{radius:g} km" for radius in radii_km],
    )


def percent_cells(interval: Interval) -> list[str]:
    """Each estimate in percent with its interval; without bounds, the estimate alone.

    >>> percent_cells(Interval(np.array([0.123]), np.array([0.11]), np.array([0.1361])))
    ['12.3 [11.0, 13.6]']
    """
    cells = []
    for estimate, low, high in zip(interval.estimate, interval.low, interval.high, strict=True):
        bounds = "" if np.isnan(low) else f" [{_percent(low)}, {_percent(high)}]"
        cells.append(_percent(estimate) + bounds)
    return cells


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}".replace("-0.0", "0.0")
