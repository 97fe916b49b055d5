"""The same accuracy, asked of each kind of photo: by scene, by cue, by continent."""

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import bootstrap_accuracy


def accuracy_by(
    distances_km: Real[ndarray, " photos"],
    labels: ndarray,
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> pd.DataFrame:
    """Accuracy a_r with intervals for the photos of each label, fullest label first.

    One row per label and radius: label, photos, authors, radius_km, estimate, low, high. Photos
    with the empty label "" belong to none and are left out. `groups` are authors, as in
    `bootstrap_accuracy`; a label with photos of one author only has no interval (NaN).
    Raises ValueError unless each photo has a label, one of them not empty.
    """
    labels = np.asarray(labels).astype(str)
    if len(labels) != len(distances_km):
        raise ValueError(f"labels: {len(labels)} for {len(distances_km)} photos; expected one each")
    names, counts = np.unique(labels[labels != ""], return_counts=True)
    tables = []
    for name in names[np.argsort(-counts, kind="stable")]:
        inside = labels == name
        authors = None if groups is None else np.asarray(groups)[inside]
        accuracy = bootstrap_accuracy(
            np.asarray(distances_km)[inside], authors, n_resamples, seed, radii_km
        )
        columns = {
            "label": name,
            "photos": int(inside.sum()),
            "authors": 0 if authors is None else len(np.unique(authors)),
            "radius_km": np.asarray(radii_km, dtype=float),
            "estimate": accuracy.estimate,
            "low": accuracy.low,
            "high": accuracy.high,
        }
        tables.append(pd.DataFrame(columns))
    if not tables:
        raise ValueError("labels: all empty; expected at least one photo with a label")
    return pd.concat(tables, ignore_index=True)
