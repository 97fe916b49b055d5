"""Is a photo easier to place where more people live? Accuracy by the size of the nearest place."""

from itertools import pairwise

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils import atlas
from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.breakdown import accuracy_by

POPULATIONS = (1_000, 10_000, 100_000, 1_000_000)  # a village, a town, a city, a metropolis
NEAR_KM = 20  # beyond, nobody would say that a photo was taken at that place


def accuracy_by_population(
    distances_km: Real[ndarray, " photos"],
    truth_deg: Real[ndarray, "places 2"],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> pd.DataFrame:
    """Table of `accuracy_by`, one label per band of population of the nearest place, least first.

    `truth_deg` holds the photos' true places. Bands without photos are missing.
    """
    labels = population_bands(truth_deg)
    table = accuracy_by(distances_km, labels, groups, n_resamples, seed, radii_km)
    order = {name: k for k, name in enumerate(band_names())}
    return table.sort_values(
        "label", key=lambda names: names.map(order), kind="stable"
    ).reset_index(drop=True)


def population_bands(latlon_deg: Real[ndarray, "n 2"]) -> ndarray:
    """Name of the band of each location, by the population of the nearest place of the atlas.

    >>> population_bands(np.array([[48.853, 2.349], [30.0, -40.0]])).tolist()
    ['1,000,000 or more', 'no place within 20 km']
    """
    row, distance_km = atlas.nearest_place(latlon_deg)
    population = atlas.places()["population"].to_numpy()[row]
    band = 1 + np.searchsorted(POPULATIONS, population, side="right")
    return np.array(band_names())[np.where(distance_km > NEAR_KM, 0, band)]


def band_names() -> list[str]:
    """Names of the bands, from no place at all to the largest."""
    middle = [f"{low:,} to {high:,}" for low, high in pairwise(POPULATIONS)]
    ends = [f"no place within {NEAR_KM} km", f"under {POPULATIONS[0]:,} or unknown"]
    return [*ends, *middle, f"{POPULATIONS[-1]:,} or more"]
