"""Every method's error on every test photo, as small as it can be kept: in which ring it lies.

A photo's ring is the number of radii (1, 25, 200, 750, 2500 km) that it misses: 0 within the
first, 5 outside all. Rings give the accuracy at each radius exactly and, photo by photo, the
paired difference between two runs, in a file of some tens of kilobytes.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, checked_distances
from geoutils.evaluation.resamples import Resamples
from geoutils.photos.lost_list import lost_photos
from geoutils.study.reproduction.move import Move
from geoutils.study.reproduction.moves import CHANCE

FILE = "check/rings.parquet"
N_RESAMPLES = 10_000


def rings(distances_km: Real[ndarray, " photos"]) -> Int[ndarray, " photos"]:
    """Number of radii that each error is not strictly within.

    >>> rings(np.array([0.5, 1.0, 100.0, np.inf]))
    array([0, 1, 2, 5], dtype=int8)
    """
    missed = np.searchsorted(RADII_KM, checked_distances(distances_km), side="right")
    return missed.astype(np.int8)


def rings_of_study(results: Path) -> pd.DataFrame:
    """Rings of the test photos by method, beside photo and author, from a finished study.

    Photos that could not be read are left out, as in all scores. ValueError where the study has no
    predictions.
    """
    files = sorted((results / "predictions").glob("*_test.parquet"))
    if not files or not (results / "manifest.parquet").exists():
        raise ValueError(f"{results}: no predictions of test photos; run the study first")
    columns = ["photo", "author", "split"]
    manifest = pd.read_parquet(results / "manifest.parquet", columns=columns)
    lost = manifest["photo"].isin(list(lost_photos(results / "photos")))
    test = manifest[(manifest["split"] == "test") & ~lost]
    table = {"photo": test["photo"].to_numpy(), "author": test["author"].to_numpy()}
    for file in files:
        found = pd.read_parquet(file, columns=["photo", "distance_km"]).set_index("photo")
        distances_km = found["distance_km"].reindex(table["photo"]).fillna(np.inf)
        table[file.stem.removesuffix("_test")] = rings(distances_km.to_numpy())
    return pd.DataFrame(table)


def accuracies(table: pd.DataFrame, method: str) -> Float[ndarray, " radii"]:
    """Accuracy of a method at each radius."""
    return _hits(table[method]).mean(axis=0)


def paired_moves(before: pd.DataFrame, after: pd.DataFrame) -> tuple[list[Move], float]:
    """Accuracies that moved, and how many standard errors chance alone may move the worst of them.

    Both runs are scored on the same resamples of authors. A difference is beyond chance where it
    exceeds as many of its standard errors as the greatest of all the differences does, from what
    was measured, in no more than a twentieth of the resamples: all of them hold together then.
    ValueError where the two have no photo in common.
    """
    names = [name for name in before if name not in ("photo", "author")]
    both = [name for name in names if name in after]
    gone = [Move(FILE, name, "a method", "nothing", True) for name in names if name not in both]
    new = [name for name in after if name not in before]
    gone += [Move(FILE, name, "nothing", "a method", True) for name in new]
    joined = before.merge(after, on="photo", suffixes=("", " again"))
    if not len(joined):
        raise ValueError("rings: the two runs have no test photo in common")
    if len(joined) < max(len(before), len(after)):
        gone.append(Move(FILE, "photos", f"{len(before):,}", f"{len(after):,}", True))
    if not both:
        return gone, 0.0
    change = np.concatenate(
        [_hits(joined[f"{name} again"]) - _hits(joined[name]) for name in both], axis=1
    )
    resamples = Resamples.draw(len(joined), joined["author"].to_numpy(), N_RESAMPLES, seed=0)
    difference, samples = change.mean(axis=0), resamples.means(change)
    error = samples.std(axis=0) if len(samples) else np.full(len(difference), np.inf)
    varies = error > 0
    farthest = (np.abs(samples - difference)[:, varies] / error[varies]).max(axis=1, initial=0)
    limit = float(np.quantile(farthest, 1 - CHANCE)) if len(farthest) else np.inf
    moves = [
        Move(
            FILE,
            f"{name} within {RADII_KM[k]} km",
            f"{accuracies(joined, name)[k]:.2%}",
            f"{accuracies(joined, f'{name} again')[k]:.2%} (± {limit * error[at]:.2%} by chance)",
            beyond=bool(abs(difference[at]) > limit * error[at]),
        )
        for at, (name, k) in enumerate((name, k) for name in both for k in range(len(RADII_KM)))
        if change[:, at].any()
    ]
    return gone + moves, limit


def _hits(ring: pd.Series) -> Float[ndarray, "photos radii"]:
    return (ring.to_numpy()[:, None] <= np.arange(len(RADII_KM))).astype(float)
