"""Who finds the planted concept? Candidates and nulls on the same photos, near and far."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from geoutils.evaluation.bootstrap import bootstrap_means, bootstrap_sums
from geoutils.explanation.influence_table import interval_name
from geoutils.explanation.sample import WITH_FAR_KM


def planted_test(
    per_photo: Mapping[str, Float[ndarray, " photos"]],
    authors: ndarray,
    against: str,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean of each candidate's per-photo results, and its paired difference from one of them.

    Rows: the names in `per_photo`; columns: n_photos, mean, low, high, difference, difference_low,
    difference_high (95 % bootstrap intervals, `authors` resampled whole, the same samples for
    all). Only photos for which every candidate has a result (no NaN) count.
    """
    values, shared = _shared(per_photo, against)
    groups = authors[shared]
    reference = values[:, [list(per_photo).index(against)]]
    means = bootstrap_means(values, groups, n_resamples, seed)
    differences = bootstrap_means(values - reference, groups, n_resamples, seed)
    return pd.DataFrame(
        {
            "n_photos": len(values),
            "mean": means.estimate,
            "low": means.low,
            "high": means.high,
            "difference": differences.estimate,
            "difference_low": differences.low,
            "difference_high": differences.high,
        },
        index=pd.Index(per_photo, name="ranked by"),
    )


def n_shared(per_photo: Mapping[str, Float[ndarray, " photos"]]) -> int:
    """Number of photos for which every candidate has a result."""
    values = np.stack(list(per_photo.values()), axis=1)
    return int((~np.isnan(values).any(axis=1)).sum())


def planted_by_interval(
    per_photo: Mapping[str, Float[ndarray, " photos"]],
    distances_km: Float[ndarray, " photos"],
    authors: ndarray,
    against: str,
    n_resamples: int = 1000,
    seed: int = 0,
    intervals_km: Sequence[tuple[float | int, float | int]] = WITH_FAR_KM,
) -> pd.DataFrame:
    """`planted_test` within each distance interval; index: interval and candidate.

    Intervals without a photo to test are left out.
    """
    _, shared = _shared(per_photo, against)
    parts = {}
    for low_km, high_km in intervals_km:
        inside = shared & (distances_km >= low_km) & (distances_km < high_km)
        if inside.any():
            found = {name: values[inside] for name, values in per_photo.items()}
            part = planted_test(found, authors[inside], against, n_resamples, seed)
            parts[interval_name(low_km, high_km)] = part
    return pd.concat(parts, names=["interval"])


def near_minus_far(
    per_photo: Mapping[str, Float[ndarray, " photos"]],
    distances_km: Float[ndarray, " photos"],
    authors: ndarray,
    against: str,
    near_km: float | int = 25,
    far_km: float | int = 2500,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How much more a candidate leads `against` in photos placed well than in those far off.

    Columns estimate, low, high (95 %, authors resampled whole) of the mean lead below `near_km`
    minus that from `far_km` on; NaN where either kind is missing. What makes planted concepts easy
    to find without any model, in either kind of photo, cancels.
    """
    values, shared = _shared(per_photo, against)
    leads = values - values[:, [list(per_photo).index(against)]]
    near, far = distances_km[shared] < near_km, distances_km[shared] >= far_km
    columns = ["estimate", "low", "high"]
    index = pd.Index(per_photo, name="ranked by")
    if not (near.any() and far.any()):
        return pd.DataFrame(np.nan, index=index, columns=columns)
    n = leads.shape[1]
    sums = np.column_stack([leads * near[:, None], leads * far[:, None], near, far])
    draws = np.concatenate(
        [sums.sum(axis=0)[None], bootstrap_sums(sums, authors[shared], n_resamples, seed)]
    )
    with np.errstate(invalid="ignore"):  # samples without a photo of one kind are skipped
        gaps = draws[:, :n] / draws[:, [-2]] - draws[:, n:-2] / draws[:, [-1]]
    drawn = gaps[1:][~np.isnan(gaps[1:]).any(axis=1)]
    bounds = np.quantile(drawn, [0.025, 0.975], axis=0) if len(drawn) else np.full((2, n), np.nan)
    low, high = bounds
    return pd.DataFrame(dict(zip(columns, (gaps[0], low, high), strict=True)), index=index)


def _shared(
    per_photo: Mapping[str, Float[ndarray, " photos"]], against: str
) -> tuple[Float[ndarray, "shared candidates"], ndarray]:
    """Results of all candidates where all have one, and where that is."""
    if against not in per_photo:
        raise ValueError(f"against: {against!r}, expected one of {list(per_photo)}")
    values = np.stack(list(per_photo.values()), axis=1)
    shared = ~np.isnan(values).any(axis=1)
    if not shared.any():
        raise ValueError("per_photo: no photo has a result of every candidate")
    return values[shared], shared
