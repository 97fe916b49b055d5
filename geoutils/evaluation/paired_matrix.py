"""Every method against every other on the same photos: differences with intervals."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, hits_at
from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.resamples import Resamples


def paired_matrix(
    distances_km: Mapping[str, Real[ndarray, " _"]],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
    level: float = 0.95,
) -> pd.DataFrame:
    """Differences a_r(method) − a_r(other) of each pair of methods, as `paired_bootstrap` has them.

    One row per ordered pair and radius: method, other, radius_km, estimate, low, high (fractions)
    and excludes_zero; a pair the other way round has the same numbers with the other sign. All
    distances are of the same photos in the same order, +inf for a missing prediction; `groups`
    are their authors. Every pair is scored on the same resamples. ValueError for fewer than two
    methods or unlike numbers of photos.
    """
    if len(distances_km) < 2:
        raise ValueError(f"distances_km: methods {[*distances_km]}; expected two or more")
    lengths = {name: len(distances) for name, distances in distances_km.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"distances_km: {lengths} photos; expected the same photos for each")
    names, n_radii = list(distances_km), len(radii_km)
    hits = np.concatenate([hits_at(distances_km[name], radii_km) for name in names], axis=1)
    resamples = Resamples.draw(len(hits), groups, n_resamples, seed)
    shares, samples = hits.mean(axis=0), resamples.means(hits)
    columns = {name: slice(k * n_radii, (k + 1) * n_radii) for k, name in enumerate(names)}
    tables = {}
    for a, b in combinations(names, 2):
        gap = shares[columns[a]] - shares[columns[b]]
        sampled = samples[:, columns[a]] - samples[:, columns[b]]
        difference = resamples.percentiles(gap, sampled, level)
        tables[a, b] = _rows(a, b, difference, radii_km)
        turned = Interval(-difference.estimate, -difference.high, -difference.low)
        tables[b, a] = _rows(b, a, turned, radii_km)
    ordered = [tables[a, b] for a in names for b in names if a != b]
    return pd.concat(ordered, ignore_index=True)


def _rows(
    method: str, other: str, difference: Interval, radii_km: Real[ndarray, " radii"]
) -> pd.DataFrame:
    columns = {name: getattr(difference, name) for name in ("estimate", "low", "high")}
    return pd.DataFrame(
        {"method": method, "other": other, "radius_km": np.asarray(radii_km, dtype=float)}
        | columns
        | {"excludes_zero": difference.excludes_zero}
    )
