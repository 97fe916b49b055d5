"""The paper's table: how much each concept weighs for near, regional and far predictions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from geoutils.explanation.bootstrap_median import median_interval, resample_counts

INTERVALS_KM = ((0, 25), (25, 750), (750, 2500))  # half open: [low, high)


def interval_name(low_km: float | int, high_km: float | int) -> str:
    """Name of a half-open distance interval, as the paper writes it.

    >>> interval_name(25, 750), interval_name(2500, float("inf"))
    ('[25, 750) km', '≥ 2500 km')
    """
    if high_km == float("inf"):
        return f"≥ {low_km:g} km"
    return f"[{low_km:g}, {high_km:g}) km"


def influence_table(
    ci: Float[ndarray, "photos concepts"],
    distances_km: Float[ndarray, " photos"],
    names: Sequence[str],
    authors: ndarray,
    n_resamples: int = 1000,
    seed: int = 0,
    intervals_km: Sequence[tuple[float | int, float | int]] = INTERVALS_KM,
) -> pd.DataFrame:
    """Median and mean ci of every concept seen, for photos whose error lies in each interval.

    Columns: interval, concept, n_photos (|s| in the paper), median, low, high, mean. `low` and
    `high` bound the median's 95 % bootstrap interval; `authors` are resampled whole. `names[c]`
    names column c of `ci`; NaN in `ci` means the concept is not there. Photos with NaN distance
    belong to no interval. Source: Theiner et al., Table 3.
    """
    if not len(ci) == len(distances_km) == len(authors) or ci.shape[1] != len(names):
        raise ValueError(
            f"ci: shape {ci.shape}, but {len(distances_km)} distances, {len(authors)} authors "
            f"and {len(names)} names came with it"
        )
    rows = []
    for low_km, high_km in intervals_km:
        inside = (distances_km >= low_km) & (distances_km < high_km)
        if not inside.any():
            continue
        values = ci[inside]
        counts = resample_counts(authors[inside], n_resamples, seed)
        for concept in np.flatnonzero((~np.isnan(values)).any(axis=0)):
            column = values[:, concept]
            known = column[~np.isnan(column)]
            rows.append(
                (
                    interval_name(low_km, high_km),
                    names[concept],
                    len(known),
                    np.median(known),
                    *median_interval(column, counts),
                    known.mean(),
                )
            )
    columns = ["interval", "concept", "n_photos", "median", "low", "high", "mean"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        ["interval", "median", "concept"],
        ascending=[True, False, True],
        key=_paper_order,
        ignore_index=True,
    )


def ranked(table: pd.DataFrame, n: int = 10, min_photos: int = 50) -> pd.DataFrame:
    """Top n and lowest n concepts of each interval, above each other; intervals side by side.

    Index: list ("top" or "lowest") and place in it; columns: interval, then concept, |s|, median
    (with its interval, as text) and mean. Concepts in fewer than `min_photos` photos of an interval
    are left out. Where an interval has fewer than 2n concepts, the lists are kept from overlapping:
    the top half, the lowest half. Source: Theiner et al., Table 3.
    """
    kept = table[table["n_photos"] >= min_photos]
    parts = {}
    for interval, rows in kept.groupby("interval", sort=False):
        ordered = rows.sort_values("median", ascending=False, kind="stable")
        length = min(n, -(-len(ordered) // 2))
        lists = {"top": ordered[:length], "lowest": ordered[length:][-n:]}
        parts[interval] = pd.concat({name: _as_shown(part) for name, part in lists.items()})
    if not parts:
        return pd.DataFrame()
    wide = pd.concat(parts, axis=1)
    places = sorted(wide.index, key=lambda key: (key[0] != "top", key[1]))
    return wide.reindex(places).rename_axis(["list", "place"])


def _as_shown(part: pd.DataFrame) -> pd.DataFrame:
    """One list of the printed table."""
    bounds = part[["median", "low", "high"]].to_numpy(dtype=float)
    medians = [
        f"{middle:.2f}" if np.isnan(low) else f"{middle:.2f} [{low:.2f}, {high:.2f}]"
        for middle, low, high in bounds
    ]
    shown = {
        "concept": part["concept"],
        "|s|": part["n_photos"].astype("Int64"),  # lists of unlike length leave gaps
        "median": medians,
        "mean": part["mean"],
    }
    return pd.DataFrame(shown).set_axis(range(1, len(part) + 1))


def _paper_order(column: pd.Series) -> pd.Series:
    """Sort key that keeps intervals from near to far, not by their spelling."""
    if column.name != "interval":
        return column
    return column.map({name: place for place, name in enumerate(column.unique())})
