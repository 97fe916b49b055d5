"""Accuracy by country, for the countries with enough photos to tell."""

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils import atlas
from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.breakdown import accuracy_by


def accuracy_by_country(
    distances_km: Real[ndarray, " photos"],
    truth_deg: Real[ndarray, "places 2"],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
    least_photos: int = 40,
) -> pd.DataFrame | None:
    """Table of `accuracy_by` over the countries with `least_photos` or more, fullest first.

    `truth_deg` holds the photos' true places; photos at sea count for no country. None where no
    country has so many photos: a share of a few says more of their authors than of the country.
    """
    code = pd.Series(atlas.country_of(truth_deg))
    name = code.map(atlas.countries()["name"]).fillna("")
    name[name.map(name.value_counts()) < least_photos] = ""
    if (name == "").all():
        return None
    return accuracy_by(
        distances_km, name.to_numpy(dtype=str), groups, n_resamples, seed, np.asarray(radii_km)
    )
