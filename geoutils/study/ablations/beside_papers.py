"""A sweep's differences beside those that the papers printed, and whether they point the same way.

The papers' photos are others, so only differences between variants can be compared, never scores.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.claims import HOLDS, NOT_RUN, OPPOSITE, UNDECIDED
from geoutils.evaluation.published_ablations import WHERE, published_ablations

RADII = [f"{radius:g}" for radius in RADII_KM]
PRINTED = [f"p_{radius}" for radius in RADII]


def read_sweep(path: Path) -> pd.DataFrame:
    """A sweep's table as `sweep_table` made it: names stay text, also those that are numbers."""
    return pd.read_csv(path, dtype=dict.fromkeys([*WHERE, "reference"], "str"))


def beside_papers(table: pd.DataFrame) -> pd.DataFrame:
    """The table of a sweep with what the papers printed for its rows.

    `table` is as `sweep_table` makes it or as it is read from its file. New columns: paper,
    paper_table and dataset ("" for none); p_r, the printed a_r as a fraction; pd_r and pw_r, the
    printed differences that answer to d_r and w_r. NaN where nothing is printed.
    """
    table = table.assign(**{name: table[name].fillna("") for name in [*WHERE, "reference"]})
    printed = published_ablations().rename(columns={"table": "paper_table"})
    printed[PRINTED] = printed[[f"a_{radius}" for radius in RADII]] / 100
    sources = ["paper", "paper_table", "dataset"]
    joined = table.merge(
        printed[[*WHERE, *sources, *PRINTED]], on=WHERE, how="left", validate="one_to_one"
    )
    joined[sources] = joined[sources].fillna("")
    dataset, scores = joined["dataset"].to_numpy(), joined[PRINTED].to_numpy(float)
    for letter, other in (("d", _references(joined)), ("w", _first_answers(joined))):
        comparable = (dataset == dataset[other]) & (other != np.arange(len(joined)))
        difference = np.where(comparable[:, None], scores - scores[other], np.nan)
        joined[[f"p{letter}_{radius}" for radius in RADII]] = difference.round(4)
    return joined


def agreement(table: pd.DataFrame) -> pd.DataFrame:
    """Every difference that a paper printed for the variants of a sweep, and ours beside it.

    One row per comparison and radius: sweep, question, better and worse (as the paper has them),
    radius_km, paper, paper_table, published, difference, low, high (percentage points, ours in the
    paper's direction) and verdict: "holds" where the 95 % interval lies above zero, "the opposite"
    where it lies below, "undecided" where it holds zero, "not run here" without a score. Variants
    that a paper prints as equal are left out. `table` comes from `beside_papers`; it may be empty.
    """
    found = list(_comparisons(table)) if len(table) else []
    columns = ["sweep", "question", "better", "worse", "radius_km", "paper", "paper_table"]
    columns += ["published", "difference", "low", "high", "verdict"]
    return pd.DataFrame(found, columns=columns)


def _comparisons(beside: pd.DataFrame) -> Iterator[dict[str, object]]:
    references, firsts = _references(beside), _first_answers(beside)
    rows = beside.to_dict("records")
    for number, row in enumerate(rows):
        compared = {"d": references[number]}
        if firsts[number] != references[number]:
            compared["w"] = firsts[number]
        for letter, other in compared.items():
            for radius in RADII:
                printed = row[f"p{letter}_{radius}"]
                if np.isnan(printed) or printed == 0:
                    continue
                sign = np.sign(printed)
                ends = [row[f"{letter}_{radius}{end}"] for end in ("", "_low", "_high")]
                difference, *bounds = (sign * 100 * np.array(ends, float)).tolist()
                pair = [_name(row), _name(rows[other])]
                better, worse = pair if sign > 0 else pair[::-1]
                source = {name: row[name] for name in ("sweep", "question", "paper", "paper_table")}
                yield source | {
                    "better": better,
                    "worse": worse,
                    "radius_km": float(radius),
                    "published": round(100 * abs(printed), 2),
                    "difference": difference,
                    "low": min(bounds),
                    "high": max(bounds),
                    "verdict": _verdict(difference, min(bounds), max(bounds)),
                }


def _verdict(difference: float, low: float, high: float) -> str:
    if np.isnan(difference):
        return NOT_RUN
    return HOLDS if low > 0 else OPPOSITE if high < 0 else UNDECIDED


def _name(row: dict) -> str:
    """Variant and answer, as column `reference` has them."""
    return ", ".join(filter(None, (row["variant"], row["answer"])))


def _references(table: pd.DataFrame) -> Int[ndarray, " rows"]:
    """Number of the row that each row's d_r is a difference from; its own for a reference."""
    rows = table.to_dict("records")
    at = {(row["question"], _name(row)): number for number, row in enumerate(rows)}
    return np.array(
        [at.get((row["question"], row["reference"]), number) for number, row in enumerate(rows)]
    )


def _first_answers(table: pd.DataFrame) -> Int[ndarray, " rows"]:
    """Number of the row that holds the first answer of each row's variant."""
    keys = list(zip(table["question"], table["variant"], strict=True))
    return np.array([keys.index(key) for key in keys])
