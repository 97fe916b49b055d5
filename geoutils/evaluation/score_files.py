"""Score a file of predictions, anyone's, against a file of the truth.

Public scores differ in what they count: photos without a prediction are often dropped, distances
of exactly r km counted, the Earth taken for an ellipsoid. Here a missing prediction is wrong, only
distances below r count, and the Earth is a sphere whose radius can be given.
"""

from dataclasses import dataclass
from numbers import Real as Number
from os.path import splitext
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, geoscore
from geoutils.evaluation.bootstrap import Interval, bootstrap_accuracy, bootstrap_means
from geoutils.evaluation.position_files import read_positions
from geoutils.evaluation.tables import percent_cells
from geoutils.photos.folder import PHOTO_SUFFIXES
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km
from geoutils.whole import checked_whole


@dataclass(frozen=True, eq=False)
class Score:
    """How good the predictions of a file are, over all photos of the truth.

    `distances_km` has a row per photo of the truth, in its order, +inf without a prediction.
    `without_prediction` photos of the truth have no row in the predictions or one without
    coordinates; `without_truth` predictions are of photos that the truth does not know, and count
    nowhere. Intervals go over `n_units` of `unit` ("authors" or "photos"). `mean_km` is over the
    photos that have a prediction (NaN if none has), `median_km` over all (+inf where over half
    have none). `hint` tells where names hardly differ.
    """

    photos: list[str]
    distances_km: Float[ndarray, " photos"]
    without_prediction: int
    without_truth: int
    unit: str
    n_units: int
    radii_km: Real[ndarray, " radii"]
    accuracy: Interval
    geoscore: Interval
    median_km: float
    mean_km: float
    hint: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row per radius: radius_km, estimate, low, high (fractions)."""
        columns = {"radius_km": np.asarray(self.radii_km, dtype=float)}
        columns |= {name: getattr(self.accuracy, name) for name in ("estimate", "low", "high")}
        return pd.DataFrame(columns)

    @property
    def text(self) -> str:
        """The result as lines to read: what was counted, then a table in percent."""
        n = len(self.photos)
        lines = [
            f"{n:,} photos in the truth; {_without(self.without_prediction, n)}",
            f"{self.without_truth:,} predictions of photos that are not in the truth: not counted",
            f"95 % intervals by bootstrap over {self.n_units:,} {self.unit}",
            *([self.hint] if self.hint else []),
            "",
            f"{'radius':>8}  {'% of photos':>11}  interval",
        ]
        for radius, cell in zip(self.radii_km, percent_cells(self.accuracy), strict=True):
            share, _, interval = cell.partition(" ")
            lines.append(f"{radius:5g} km  {share:>11}  {interval}".rstrip())
        low, high = self.geoscore.low[0], self.geoscore.high[0]
        bounds = "" if np.isnan(low) else f" [{low:.0f}, {high:.0f}]"
        lines += ["", f"GeoScore {self.geoscore.estimate[0]:.0f}{bounds} of 5000"]
        median = "none: half have no prediction" if np.isinf(self.median_km) else ""
        lines.append(f"median error {median or f'{self.median_km:,.1f} km'}")
        if not np.isnan(self.mean_km):
            lines.append(f"mean error {self.mean_km:,.1f} km of the photos with a prediction")
        return "\n".join(lines)


def score_files(
    predictions: str | Path,
    truth: str | Path,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
    n_resamples: int = 10_000,
    seed: int = 0,
    radius_km: Number = EARTH_RADIUS_KM,
) -> Score:
    """Score predictions (photo, latitude, longitude) by the truth (the same, and maybe author).

    CSV or Parquet; columns are found by the names that public lists use, photos matched by name. A
    prediction may leave both coordinates empty, which is no prediction; a photo of the truth may
    not. Other files' distances may be on a sphere of `radius_km` = 6371, 1.4e-6 less than ours.
    Raises ValueError, in one sentence, for a file that cannot be read, coordinates that are no
    numbers or out of range, a photo that comes twice, a truth that is predictions alone or looks
    swapped, and files that share no photo.
    """
    if not 0 < radius_km < np.inf:
        raise ValueError(f"radius_km: {radius_km}; expected the Earth's radius in km, such as 6371")
    n_resamples = checked_whole(n_resamples, "n_resamples")
    guessed, known = read_positions(predictions), read_positions(truth, of_truth=True)
    missing = np.flatnonzero(known[["latitude", "longitude"]].isna().any(axis=1))
    if len(missing):
        name = known["photo"].iloc[missing[0]]
        raise ValueError(f"{truth}: {len(missing)} photos without coordinates, first {name!r}")
    matched = guessed.set_index("photo").reindex(known["photo"])
    shared = known["photo"].isin(guessed["photo"])
    if not shared.any():
        raise ValueError(
            f"{predictions}: none of its photos is in {truth}; the names look like "
            f"{guessed['photo'].iloc[0]!r} and {known['photo'].iloc[0]!r}"
        )
    points = matched[["latitude", "longitude"]].to_numpy(np.float64)
    distances_km = great_circle_km(
        points, known[["latitude", "longitude"]].to_numpy(np.float64), float(radius_km)
    )
    placed = ~np.isnan(distances_km)
    distances_km = np.where(placed, distances_km, np.inf)
    authors = known["author"].to_numpy(str) if "author" in known else None
    by_author = authors is not None and (authors != "").any()
    groups = authors if by_author else None
    # Photos of unknown authors are units of their own.
    n_units = len(known) if groups is None else len(np.unique(groups[groups != ""]))
    if groups is not None:
        n_units += int((groups == "").sum())
    points_won = geoscore(distances_km)[:, None]
    return Score(
        photos=known["photo"].tolist(),
        distances_km=distances_km,
        without_prediction=int((~placed).sum()),
        without_truth=int((~guessed["photo"].isin(known["photo"])).sum()),
        unit="authors" if by_author else "photos",
        n_units=n_units,
        radii_km=radii_km,
        accuracy=bootstrap_accuracy(distances_km, groups, n_resamples, seed, radii_km),
        geoscore=bootstrap_means(points_won, groups, n_resamples, seed),
        median_km=float(np.median(distances_km)),
        mean_km=float(distances_km[placed].mean()) if placed.any() else np.nan,
        hint=_hint(known.loc[~shared, "photo"], guessed["photo"]),
    )


def _hint(missed: pd.Series, guessed: pd.Series) -> str:
    """A line where at least half of the photos missed are there but for their name's suffix."""
    by_stem = {_stem(name): name for name in guessed}
    alike = [(name, by_stem[_stem(name)]) for name in missed if _stem(name) in by_stem]
    if not alike or 2 * len(alike) < len(missed):
        return ""
    known, theirs = alike[0]
    return (
        f"{len(alike):,} of those without differ by the suffix of their name alone: {known!r} in "
        f"the truth, {theirs!r} in the predictions"
    )


def _stem(photo: str) -> str:
    stem, suffix = splitext(photo)
    return stem if suffix.lower() in PHOTO_SUFFIXES else photo


def _without(n_missing: int, n_photos: int) -> str:
    if n_missing == 0:
        return "all have a prediction"
    return f"{n_missing:,} ({n_missing / n_photos:.1%}) without a prediction count as wrong"
