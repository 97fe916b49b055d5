"""Every method against every other on the same photos: differences with intervals."""

from collections.abc import Mapping
from itertools import combinations
from numbers import Real as Number

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import Interval, paired_bootstrap
from geoutils.evaluation.tables import percent_cells


def paired_matrix(
    distances_km: Mapping[str, Real[ndarray, " _"]],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
    level: float = 0.95,
) -> pd.DataFrame:
    """Differences a_r(method) − a_r(other) of each pair of methods, by `paired_bootstrap`.

    One row per ordered pair and radius: method, other, radius_km, estimate, low, high (fractions)
    and excludes_zero; a pair the other way round has the same numbers with the other sign. All
    distances are of the same photos in the same order, +inf for a missing prediction; `groups`
    are their authors. ValueError for fewer than two methods or unlike numbers of photos.
    """
    if len(distances_km) < 2:
        raise ValueError(f"distances_km: methods {[*distances_km]}; expected two or more")
    lengths = {name: len(distances) for name, distances in distances_km.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"distances_km: {lengths} photos; expected the same photos for each")
    tables = []
    for a, b in combinations(distances_km, 2):
        difference = paired_bootstrap(
            distances_km[a], distances_km[b], groups, n_resamples, seed, radii_km, level
        )
        for sign, method, other in ((1, a, b), (-1, b, a)):
            bounds = np.sort([sign * difference.low, sign * difference.high], axis=0)
            columns = {
                "method": method,
                "other": other,
                "radius_km": np.asarray(radii_km, dtype=float),
                "estimate": sign * difference.estimate,
                "low": bounds[0],
                "high": bounds[1],
                "excludes_zero": difference.excludes_zero,
            }
            tables.append(pd.DataFrame(columns))
    table = pd.concat(tables, ignore_index=True)
    place = {name: i for i, name in enumerate(distances_km)}
    order = np.lexsort((table["radius_km"], table["other"].map(place), table["method"].map(place)))
    return table.iloc[order].reset_index(drop=True)


def difference_matrix(table: pd.DataFrame, radius_km: Number) -> pd.DataFrame:
    """Rows of `paired_matrix` of one radius as text: row minus column, in percentage points.

    A difference that is not certain (its interval holds zero) stands in parentheses. Raises
    ValueError for a radius that the table lacks.
    """
    part = table[table["radius_km"] == radius_km]
    if len(part) == 0:
        found = ", ".join(f"{radius:g}" for radius in table["radius_km"].unique())
        raise ValueError(f"radius_km: {radius_km:g}; expected one of {found}")
    names = list(dict.fromkeys(part["method"]))
    cells = pd.DataFrame("", index=names, columns=names)
    cells.index.name = "method"
    for row in part.itertuples():
        numbers = (np.array([value]) for value in (row.estimate, row.low, row.high))
        text = percent_cells(Interval(*numbers))[0]
        cells.loc[row.method, row.other] = text if row.excludes_zero else f"({text})"
    return cells
