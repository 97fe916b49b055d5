"""Every method on the same photos: all its scores with intervals, as numbers and as text."""

from collections.abc import Mapping
from math import pi

import numpy as np
import pandas as pd
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, geoscore, hits_at
from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.resamples import Resamples
from geoutils.evaluation.tables import percent_cells
from geoutils.sphere import EARTH_RADIUS_KM

FARTHEST_KM = pi * EARTH_RADIUS_KM  # half the Earth's circumference, where no guess was made
BOUNDS = ("estimate", "low", "high")


def method_scores(
    distances_km: Mapping[str, Real[ndarray, "photos ..."]],
    resamples: Resamples,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> dict[str, dict[str, Interval]]:
    """Of each method a_r ("accuracy"), "median_km", "mean_km" and "geoscore", with intervals.

    Distances as in `accuracy_at`, of the same photos in the same order; a missing prediction is
    wrong, scores no points, and counts as half the Earth's circumference in the mean (not in the
    median, which is +inf where half are missing). A method may have one column per radius, such
    as a constant guess chosen for each: it then has no other score than its accuracies. Intervals
    are NaN for fewer than two authors. ValueError for unlike numbers of photos.
    """
    scores: dict[str, dict[str, Interval]] = {}
    for name, distances in distances_km.items():
        if len(distances) != len(resamples.unit):
            raise ValueError(f"{name}: {len(distances)} for {len(resamples.unit)} photos")
        scores[name] = {"accuracy": resamples.interval(_hits(distances, radii_km))}
    whole = [name for name, distances in distances_km.items() if distances.ndim == 1]
    if not whole:
        return scores
    errors = np.stack([np.asarray(distances_km[name], dtype=float) for name in whole], axis=1)
    points = np.stack([geoscore(column) for column in errors.T], axis=1)
    found = {
        "median_km": resamples.median(errors),
        "mean_km": resamples.interval(np.minimum(errors, FARTHEST_KM)),
        "geoscore": resamples.interval(points),
    }
    for column, name in enumerate(whole):
        for score, interval in found.items():
            bounds = (getattr(interval, bound)[column : column + 1] for bound in BOUNDS)
            scores[name][score] = Interval(*bounds)
    return scores


def scores_table(
    scores: Mapping[str, Mapping[str, Interval]], radii_km: Real[ndarray, " radii"] = RADII_KM
) -> pd.DataFrame:
    """Numbers of `method_scores`, one row per method: a_1, a_1_low, a_1_high … geoscore_high."""
    rows = {}
    for name, of_method in scores.items():
        row = rows[name] = {}
        for score, interval in of_method.items():
            accuracy = score == "accuracy"
            columns = [f"a_{radius:g}" for radius in radii_km] if accuracy else [score]
            for k, column in enumerate(columns):
                for bound in BOUNDS:
                    suffix = "" if bound == "estimate" else f"_{bound}"
                    row[column + suffix] = float(getattr(interval, bound)[k])
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")


def scores_text(
    scores: Mapping[str, Mapping[str, Interval]], radii_km: Real[ndarray, " radii"] = RADII_KM
) -> pd.DataFrame:
    """The same to read: accuracies in percent, errors in km, points; intervals in brackets."""
    titles = {"median_km": "median km", "mean_km": "mean km", "geoscore": "GeoScore"}
    rows = []
    for of_method in scores.values():
        cells = percent_cells(of_method["accuracy"])
        row = dict(zip((f"{radius:g} km" for radius in radii_km), cells, strict=True))
        row |= {titles[s]: _whole(of_method[s]) if s in of_method else "–" for s in titles}
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index(list(scores), name="method"))


def _hits(
    distances_km: Real[ndarray, "photos ..."], radii_km: Real[ndarray, " radii"]
) -> Float[ndarray, "photos radii"]:
    if distances_km.ndim == 1:
        return hits_at(distances_km, radii_km)
    if distances_km.shape[1] != len(radii_km):
        raise ValueError(f"distances_km: {distances_km.shape[1]} columns for {len(radii_km)} radii")
    return (distances_km < np.asarray(radii_km)).astype(float)


def _whole(interval: Interval) -> str:
    """One number and its interval without decimals.

    >>> _whole(Interval(*np.array([[1234.5], [1100.2], [np.inf]])))
    '1,234 [1,100, ∞]'
    """
    texts = [
        "∞" if np.isinf(x[0]) else f"{x[0]:,.0f}" for x in map(interval.__getattribute__, BOUNDS)
    ]
    return texts[0] if np.isnan(interval.low[0]) else f"{texts[0]} [{texts[1]}, {texts[2]}]"
