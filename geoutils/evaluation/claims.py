"""What the five works say beats what, and whether it does so on the photos of a study.

`claims.csv` holds the claims in our words: which of a study's methods stands for the better side
and which for the worse, and the two rows of `published.csv` (or `published_thesis.csv`) that say
so. A claim is asked at every radius at which these rows print the better side ahead, and at no
other. Nothing here is chosen by our results.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Real as RealArray
from numpy import ndarray

from geoutils.evaluation.bootstrap import paired_bootstrap
from geoutils.evaluation.published import published_accuracies, published_thesis

HOLDS, OPPOSITE, UNDECIDED, NOT_RUN = "holds", "the opposite", "undecided", "not run here"
VERDICTS = (HOLDS, OPPOSITE, UNDECIDED, NOT_RUN)
MIXED = "holds at some radii, the opposite at others"
THESIS_RADIUS_KM = 750.0  # of the five, the nearest in size to one of 72 cells of the land


@dataclass(frozen=True)
class Claim:
    """One paper's statement that a method places more photos within a radius than another.

    `better` and `worse` are names of a study's methods, `published` is the printed difference in
    percentage points, on the paper's own data (`dataset`). The thesis counts right cells of 72 over
    the land, not distances: its claims are put to the radius nearest in size to such a cell.
    """

    text: str
    better: str
    worse: str
    radius_km: Real
    paper: str
    table: str
    dataset: str
    published: float


@cache
def published_claims() -> tuple[Claim, ...]:
    """All claims, one per radius at which the paper's table prints the better side ahead.

    Raises ValueError for a claim whose rows are not among the published ones, or never say so.
    """
    rows = pd.read_csv(
        Path(__file__).with_name("claims.csv"), dtype=str, keep_default_na=False
    ).itertuples()
    return tuple(
        Claim(
            text=row.claim,
            better=row.better,
            worse=row.worse,
            radius_km=radius,
            paper=row.paper,
            table=row.table,
            dataset=row.dataset,
            published=points,
        )
        for row in rows
        for radius, points in _printed_ahead(row).items()
    )


def check_claims(
    distances_km: Mapping[str, RealArray[ndarray, " _"]],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    claims: Sequence[Claim] | None = None,
) -> pd.DataFrame:
    """Whether each claim holds on these photos, by the paired bootstrap of its two methods.

    One row per claim and radius: claim, better, worse, radius_km, paper, table, dataset, published,
    difference, low, high (percentage points) and verdict: "holds" where the 95 % interval lies
    above zero, "the opposite" where it lies below, "undecided" where it holds zero or there is
    none, "not run here" where a method is missing. `distances_km` are by method, of the same photos
    in the same order; `groups` are their authors. Raises ValueError for unlike numbers of photos.
    """
    lengths = {name: len(distances) for name, distances in distances_km.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"distances_km: {lengths} photos; expected the same photos for each")
    claims = published_claims() if claims is None else claims
    radii: dict[tuple[str, str], list[Real]] = {}
    for claim in claims:
        if {claim.better, claim.worse} <= distances_km.keys():
            radii.setdefault((claim.better, claim.worse), []).append(claim.radius_km)
    found = {}
    for (better, worse), pair_radii in radii.items():
        pair = distances_km[better], distances_km[worse]
        kilometres = np.array(pair_radii, dtype=float)
        gain = paired_bootstrap(*pair, groups, n_resamples, seed, kilometres)
        points = 100 * np.stack([gain.estimate, gain.low, gain.high], axis=1)
        for radius, numbers in zip(pair_radii, points, strict=True):
            found[better, worse, radius] = numbers
    return pd.DataFrame([_row(claim, found) for claim in claims])


def claim_outcomes(table: pd.DataFrame) -> pd.DataFrame:
    """One row per claim of `check_claims`: its radii in km by verdict, as text, and one outcome.

    A claim "holds" if it does at some radius and the opposite at none, and the other way round;
    both happen in a mixed one. It is "undecided" if no radius decides, "not run here" if none was.
    """
    rows = []
    for claim, part in table.groupby("claim", sort=False):
        radii = {
            verdict: ", ".join(f"{r:g}" for r in part["radius_km"][part["verdict"] == verdict])
            for verdict in VERDICTS
        }
        decided = [verdict for verdict in (HOLDS, OPPOSITE) if radii[verdict]]
        outcome = MIXED if len(decided) == 2 else next(iter(decided), UNDECIDED)
        if (part["verdict"] == NOT_RUN).all():
            outcome = NOT_RUN
        first = part.iloc[0]
        where = {"paper": first["paper"], "table": first["table"]}
        rows.append({"claim": claim, **where, "outcome": outcome, **radii})
    return pd.DataFrame(rows)


def _row(claim: Claim, found: Mapping[tuple[str, str, Real], ndarray]) -> dict[str, object]:
    difference, low, high = found.get(
        (claim.better, claim.worse, claim.radius_km), np.full(3, np.nan)
    )
    if np.isnan(difference):
        verdict = NOT_RUN
    else:
        verdict = HOLDS if low > 0 else OPPOSITE if high < 0 else UNDECIDED
    return {
        "claim": claim.text,
        "better": claim.better,
        "worse": claim.worse,
        "radius_km": claim.radius_km,
        "paper": claim.paper,
        "table": claim.table,
        "dataset": claim.dataset,
        "published": claim.published,
        "difference": difference,
        "low": low,
        "high": high,
        "verdict": verdict,
    }


def _printed_ahead(row) -> dict[float, float]:
    """By how many points a paper's table prints the better side ahead, at each radius it does."""
    ahead = _printed(row, row.printed_better) - _printed(row, row.printed_worse)
    ahead = ahead.round(2)  # decimals printed, at most
    ahead = ahead[ahead > 0]
    if ahead.empty:
        raise ValueError(
            f"claims: {row.paper}, table {row.table}: {row.printed_better!r} is printed nowhere "
            f"ahead of {row.printed_worse!r}"
        )
    return {float(radius): float(points) for radius, points in ahead.items()}


def _printed(row, method: str) -> pd.Series:
    """What a paper's table prints for a method, in percent, by radius in km."""
    if row.paper == "thesis":
        rows = published_thesis().query("table == @row.table and setting == @method")
        values = 100 * rows[["validation_accuracy"]].set_axis([THESIS_RADIUS_KM], axis=1)
    else:
        rows = published_accuracies(row.dataset).query(
            "paper == @row.paper and table == @row.table and method == @method"
        )
        values = rows.filter(regex="^a_").rename(columns=lambda name: float(name[2:]))
    if len(values) != 1:
        raise ValueError(
            f"claims: {row.paper}, table {row.table}, {row.dataset or 'cells'}, {method!r}: "
            f"{len(values)} printed rows; expected one"
        )
    return values.iloc[0]
