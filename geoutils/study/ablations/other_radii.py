"""Accuracy within radii that papers print in some tables only."""

import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, hits_at


def with_hits(table: pd.DataFrame, radii_km: Real[ndarray, " radii"]) -> pd.DataFrame:
    """A variant's result with a measure a_r for each radius r in km that not all tables have."""
    hits = hits_at(table["distance_km"].to_numpy(), radii_km)
    further = {f"a_{r:g}": hits[:, k] for k, r in enumerate(radii_km) if r not in RADII_KM}
    return table.assign(**further)
