"""The same answers, judged on another world: accuracy with photos weighted to what should count.

A test set asks most about where people share pictures. Post-stratification asks differently: every
country (or piece of land) counts as much as its share of the land, of mankind, or as one among
equals, however many photos it has, and inside it every photo counts the same (Holt and Smith, Post
Stratification, 1979). What has no photo cannot be asked about: the table says how much that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real as Number

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, hits_at
from geoutils.evaluation.bootstrap import Interval, group_indices
from geoutils.evaluation.resamples import Resamples

PLAIN = "photos as they are"


@dataclass(frozen=True, eq=False)
class Reweighting:
    """Which stratum each photo lies in (-1: none), and the strata's names and shares of a world.

    Shares are of the whole world, strata without photos included, and sum to 1.
    """

    strata: Int[ndarray, " photos"]
    names: tuple[str, ...]
    shares: Float[ndarray, " strata"]

    def __post_init__(self):
        if len(self.names) != len(self.shares):
            raise ValueError(f"names: {len(self.names)} for {len(self.shares)} shares")
        bad = (self.strata < -1) | (self.strata >= len(self.shares))
        if bad.any():
            expected = f"-1 … {len(self.shares) - 1}"
            raise ValueError(f"strata: found {self.strata[bad][0]}, expected {expected}")
        if not (self.shares >= 0).all() or not np.isclose(self.shares.sum(), 1):
            raise ValueError(f"shares: they sum to {self.shares.sum():.6g}, expected 1, none below")
        if not self.shares[self.strata[self.strata >= 0]].any():
            raise ValueError("strata: no photo lies in a stratum with a share")

    @classmethod
    def of(
        cls, labels: ndarray, sizes: pd.Series, names: Sequence[str] | None = None
    ) -> "Reweighting":
        """Photos by the label of their stratum; `sizes` of strata in any unit, by label (index).

        Photos with a label that `sizes` lacks belong to no stratum. `names` are what tables call
        the strata, if not by their labels.
        """
        strata = sizes.index.get_indexer(pd.Index(labels))
        whole = sizes.to_numpy(dtype=float)
        return cls(strata, tuple(map(str, names or sizes.index)), whole / whole.sum())

    @property
    def weights(self) -> Float[ndarray, " photos"]:
        """Weight of each photo, summing to 1: its stratum's share, divided among its photos."""
        inside = self.strata >= 0
        photos = np.bincount(self.strata[inside], minlength=len(self.shares))
        weights = np.zeros(len(self.strata))
        held = self.strata[inside]
        weights[inside] = self.shares[held] / photos[held]
        return weights / weights.sum()

    @property
    def covered(self) -> float:
        """Share of the world in strata that have a photo: the part that the score speaks of."""
        return float(self.shares[np.unique(self.strata[self.strata >= 0])].sum())


def effective_size(weights: Real[ndarray, " photos"], groups: ndarray | None = None) -> float:
    """Number of equally weighted photos, or groups of them, that would tell as much.

    (sum of weights)² / sum of their squares (Kish, Survey Sampling, 1965); with `groups` (authors)
    of their weights together. A photo of the unknown author "" is a group of its own. Raises
    ValueError for weights below 0 or all 0.

    >>> effective_size(np.array([1, 1, 1, 1])), effective_size(np.array([8, 0, 0, 0]))
    (4.0, 1.0)
    """
    weights = np.asarray(weights, dtype=float)
    if not (weights >= 0).all() or not weights.any():
        raise ValueError("weights: expected none below 0, and one above")
    if groups is not None:
        weights = np.bincount(group_indices(groups, len(weights)), weights)
    return float(weights.sum() ** 2 / (weights**2).sum())


def reweighting_table(reweightings: Mapping[str, Reweighting], groups: ndarray) -> pd.DataFrame:
    """What each reweighting rests on, one row each, the photos as they are first.

    Columns: photos (that count), strata (they lie in), covered (share of the world in these),
    effective_photos and effective_authors (`effective_size`), heaviest (stratum) and its share of
    all weight, by_one_author (weight in strata where all photos are one author's).
    """
    n = len(groups)
    as_they_are = Reweighting(np.zeros(n, dtype=np.int64), ("all",), np.ones(1))
    rows = {}
    for name, reweighting in ({PLAIN: as_they_are} | dict(reweightings)).items():
        weights = reweighting.weights
        counted = weights > 0
        of_stratum = pd.Series(weights[counted]).groupby(reweighting.strata[counted]).sum()
        authors = pd.Series(group_indices(groups, n)[counted])
        alone = authors.groupby(reweighting.strata[counted]).nunique() == 1
        rows[name] = {
            "photos": int(counted.sum()),
            "strata": len(of_stratum),
            "covered": reweighting.covered,
            "effective_photos": effective_size(weights),
            "effective_authors": effective_size(weights, groups),
            "heaviest": reweighting.names[of_stratum.idxmax()],
            "heaviest_share": float(of_stratum.max()),
            "by_one_author": float(of_stratum[alone].sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("weights")


def reweighted_accuracies(
    distances_km: Mapping[str, Real[ndarray, " photos"]],
    reweightings: Mapping[str, Reweighting],
    resamples: Resamples,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> pd.DataFrame:
    """Accuracy a_r of every method under every reweighting, and what that is more than the plain.

    One row per method, weights (the photos as they are first) and radius_km: estimate, low, high,
    difference, difference_low, difference_high. Resamples of authors keep each photo's weight:
    weights made anew would forget the strata that a resample misses, which are the rare ones, and
    hard to place. The difference to the plain accuracy is taken in the same resample. Distances
    as in `accuracy_at`. ValueError for unlike numbers of photos.
    """
    photos = {name: len(km) for name, km in distances_km.items()}
    photos |= {name: len(reweighting.strata) for name, reweighting in reweightings.items()}
    n = len(resamples.unit)
    if unlike := {name: m for name, m in photos.items() if m != n}:
        raise ValueError(f"distances_km, reweightings: {unlike}, expected {n} photos each")
    hits = np.hstack([hits_at(km, radii_km) for km in distances_km.values()])
    plain, plain_samples = hits.mean(axis=0), resamples.means(hits)
    tables = []
    for name, reweighting in ({PLAIN: None} | dict(reweightings)).items():
        estimate, samples = plain, plain_samples
        if reweighting is not None:
            estimate = reweighting.weights @ hits
            samples = _weighted_means(reweighting.weights, resamples, hits)
        interval = resamples.percentiles(estimate, samples)
        more = resamples.percentiles(estimate - plain, samples - plain_samples)
        columns = {
            "method": np.repeat(list(distances_km), len(radii_km)),
            "weights": name,
            "radius_km": np.tile(np.asarray(radii_km, dtype=float), len(distances_km)),
            "estimate": interval.estimate,
            "low": interval.low,
            "high": interval.high,
            "difference": more.estimate,
            "difference_low": more.low,
            "difference_high": more.high,
        }
        tables.append(pd.DataFrame(columns))
    table = pd.concat(tables, ignore_index=True)
    first = {name: rank for rank, name in enumerate(distances_km)}
    return table.sort_values("method", key=lambda names: names.map(first), kind="stable")


def intervals_of(table: pd.DataFrame, method: str, column: str = "estimate") -> dict[str, Interval]:
    """Intervals over the radii under each weighting, of a method in `reweighted_accuracies`.

    `column` is "estimate" or "difference"; the photos as they are have no difference.
    """
    rows = table[table["method"] == method]
    if rows.empty:
        raise ValueError(f"method: {method!r} is not in the table")
    low, high = ("low", "high") if column == "estimate" else (f"{column}_low", f"{column}_high")
    return {
        name: Interval(*(part[bound].to_numpy() for bound in (column, low, high)))
        for name, part in rows.groupby("weights", sort=False)
        if column == "estimate" or name != PLAIN
    }


def reweighting_text(table: pd.DataFrame, method: str, radius_km: Number) -> str:
    """What becomes of a method's accuracy under each reweighting, in words and percent.

    A change is named only where its interval excludes zero. ValueError for a method or a radius
    that the table lacks.
    """
    part = table[(table["method"] == method) & (table["radius_km"] == radius_km)]
    if part.empty:
        raise ValueError(f"method, radius_km: {method!r}, {radius_km:g} km are not in the table")
    parts = []
    for row in part[part["weights"] != PLAIN].itertuples():
        moved = "no certain change,"
        if row.difference_low > 0 or row.difference_high < 0:
            moved = "it rises to" if row.difference > 0 else "it falls to"
        bounds = f" [{row.low:.1%}, {row.high:.1%}]" if np.isfinite(row.low) else ""
        parts.append(f"{row.weights}: {moved} {row.estimate:.1%}{bounds}")
    plain = part.loc[part["weights"] == PLAIN, "estimate"].iloc[0]
    return f"{plain:.1%} within {radius_km:g} km on the {PLAIN}; " + "; ".join(parts)


def _weighted_means(
    weights: Float[ndarray, " photos"], resamples: Resamples, hits: Float[ndarray, "photos k"]
) -> Float[ndarray, "resamples k"]:
    """Weighted mean of each column in each resample; NaN where none of its photos has a weight."""
    sums = resamples.sums(np.column_stack([weights[:, None] * hits, weights]))
    totals, whole = sums[:, :-1], sums[:, -1:]
    return np.divide(totals, whole, out=np.full_like(totals, np.nan), where=whole > 0)
