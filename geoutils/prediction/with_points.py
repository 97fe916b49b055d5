"""The same prediction placed elsewhere: a search within the cell moves the point, not the cell."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.sphere import great_circle_km


def with_points(
    table: pd.DataFrame,
    latlon_deg: Float[ndarray, "photos 2"],
    truth_deg: Real[ndarray, "truths 2"] | None = None,
) -> pd.DataFrame:
    """A table of `locate` with other points, and distances to them; other columns stay.

    A row of NaN is a photo that is not placed: infinitely far off wherever the truth is known.
    Without a truth all distances are NaN. Raises ValueError for unlike numbers of rows.
    """
    for argument, rows in {"latlon_deg": latlon_deg, "truth_deg": truth_deg}.items():
        if rows is not None and len(rows) != len(table):
            raise ValueError(f"{argument}: {len(rows)} rows for {len(table)} photos of the table")
    distances_km = np.full(len(table), np.nan)
    if truth_deg is not None:
        known = np.isfinite(truth_deg).all(axis=1)
        placed = np.isfinite(latlon_deg).all(axis=1)
        distances_km[known] = great_circle_km(latlon_deg[known], truth_deg[known])
        distances_km[known & ~placed] = np.inf
    return table.assign(
        latitude=latlon_deg[:, 0], longitude=latlon_deg[:, 1], distance_km=distances_km
    )
