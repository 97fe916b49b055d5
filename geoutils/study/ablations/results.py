"""The table of a sweep: scores with intervals, spread over seeds, and what each variant costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM, hits_at
from geoutils.evaluation.bootstrap import (
    Interval,
    bootstrap_means,
    bootstrap_sums,
    percentile_interval,
)
from geoutils.study.ablations.variant import Variant

N_RESAMPLES, SEED = 10_000, 0
GIVEN = ("photo", "answer", "distance_km")  # columns of a result that are no measures


@dataclass(frozen=True, eq=False)
class Scored:
    """One answer of one variant, all seeds together; each column of an array is a seed."""

    question: str
    label: str
    answer: str
    is_reference: bool
    distances_km: Float[ndarray, "photos seeds"]
    measures: dict[str, Float[ndarray, "photos seeds"]]

    @property
    def name(self) -> str:
        """Variant and answer."""
        return ", ".join(filter(None, (self.label, self.answer)))

    @property
    def hits(self) -> Float[ndarray, "photos radii"]:
        """Share of the seeds that place each photo within each radius."""
        return np.mean([_hits(of_seed) for of_seed in self.distances_km.T], axis=0)


def sweep_table(results: Sequence[tuple[Variant, pd.DataFrame]], authors: ndarray) -> pd.DataFrame:
    """One row for each question, variant and answer, in the order of the results.

    Columns: sweep, question, variant, answer, n_seeds, n_photos; a_r, a_r_low, a_r_high and
    a_r_seed_sd for each radius r in km (fractions; the mean over seeds, 95 % by bootstrap over
    authors, and the standard deviation between seeds, NaN for one); median_km over photos and
    seeds; a reference (the question's variant by the same answer, else its first; "" for that
    variant itself) with d_r, d_r_low, d_r_high, the paired difference from it; w_r, w_r_low and
    w_r_high, the paired difference within the variant, from its first answer; and the measures,
    each the mean over photos and seeds, with low and high where photos differ. The measure
    `parameters` is given in millions, as parameters_millions. A variant whose distances are all NaN
    could not be run here: its row holds NaN for every score.
    """
    rows = []
    scored = list(_scored(results))
    for one in scored:
        accuracy = bootstrap_means(one.hits, authors, N_RESAMPLES, SEED)
        by_seed = np.stack([_hits(of_seed).mean(axis=0) for of_seed in one.distances_km.T])
        row = {
            "sweep": results[0][0].sweep,
            "question": one.question,
            "variant": one.label,
            "answer": one.answer,
            "n_seeds": by_seed.shape[0],
            "n_photos": len(one.distances_km),
            **_columns("a", accuracy),
        }
        spread = by_seed.std(axis=0, ddof=1) if len(by_seed) > 1 else np.full(len(RADII_KM), np.nan)
        row |= {f"a_{r:g}_seed_sd": sd for r, sd in zip(RADII_KM, spread, strict=True)}
        row["median_km"] = np.median(one.distances_km)
        reference = _reference(one, scored)
        row["reference"] = "" if reference is one else reference.name
        row |= _difference("d", one, reference, authors)
        rows.append(row | _difference("w", one, _first_answer(one, scored), authors))
        for name, values in one.measures.items():
            rows[-1] |= _measured(name, values, authors)
    return pd.DataFrame(rows)


def _scored(results: Sequence[tuple[Variant, pd.DataFrame]]) -> Iterator[Scored]:
    """Results joined over seeds, question by question, in the order in which they first come."""
    questions = list(dict.fromkeys(q for variant, _ in results for q in variant.shown_in or [""]))
    for question in questions:
        shown = [pair for pair in results if question in (pair[0].shown_in or [""])]
        for name in dict.fromkeys(variant.name for variant, _ in shown):
            seeds = [(variant, table) for variant, table in shown if variant.name == name]
            first = seeds[0][0]
            for answer in dict.fromkeys(seeds[0][1]["answer"]):
                parts = [table[table["answer"] == answer] for _, table in seeds]
                measures = [c for c in parts[0] if c not in GIVEN and parts[0][c].notna().any()]
                yield Scored(
                    question=question,
                    label=first.shown_in.get(question, name),
                    answer=answer,
                    is_reference=first.is_reference,
                    distances_km=_side_by_side(parts, "distance_km"),
                    measures={column: _side_by_side(parts, column) for column in measures},
                )


def _hits(distances_km: Float[ndarray, " photos"]) -> Float[ndarray, "photos radii"]:
    """As `hits_at`; all NaN for a variant that could not be run, whose distances all are."""
    if np.isnan(distances_km).all():
        return np.full((len(distances_km), len(RADII_KM)), np.nan)
    return hits_at(distances_km)


def _side_by_side(parts: list[pd.DataFrame], column: str) -> Float[ndarray, "photos seeds"]:
    return np.stack([part[column].to_numpy(float) for part in parts], axis=1)


def _reference(one: Scored, scored: list[Scored]) -> Scored:
    """What an answer is compared with: the same question's reference, by the same answer.

    An answer of the reference itself is compared with nothing else.
    """
    question = [other for other in scored if other.question == one.question]
    reference = next((other for other in question if other.is_reference), question[0])
    if one.label == reference.label:
        return one
    of_it = [other for other in question if other.label == reference.label]
    return next((other for other in of_it if other.answer == one.answer), reference)


def _first_answer(one: Scored, scored: list[Scored]) -> Scored:
    """The first answer of the same variant."""
    mine = (one.question, one.label)
    return next(other for other in scored if (other.question, other.label) == mine)


def _difference(letter: str, one: Scored, other: Scored, authors: ndarray) -> dict[str, float]:
    """The paired difference of two answers, both scored on each resample; NaN from itself."""
    if one is other:
        nothing = np.full(len(RADII_KM), np.nan)
        return _columns(letter, Interval(nothing, nothing, nothing))
    difference = bootstrap_means(one.hits - other.hits, authors, N_RESAMPLES, SEED)
    return _columns(letter, difference)


def _columns(letter: str, interval: Interval) -> dict[str, float]:
    columns = {}
    for k, radius in enumerate(RADII_KM):
        name = f"{letter}_{radius:g}"
        columns[name] = interval.estimate[k]
        columns |= {f"{name}_low": interval.low[k], f"{name}_high": interval.high[k]}
    return columns


def _measured(
    name: str, values: Float[ndarray, "photos seeds"], authors: ndarray
) -> dict[str, float]:
    """Mean of a measure over photos and seeds; an interval where photos differ."""
    if name == "parameters":
        return {"parameters_millions": float(values.mean() / 1e6)}
    known = np.isfinite(values).any(axis=1)  # photos outside a partition have no right cell
    values, authors = values[known], authors[known]
    counted = np.isfinite(values)
    totals = np.stack([np.where(counted, values, 0).sum(axis=1), counted.sum(axis=1)], axis=1)
    mean = totals[:, 0].sum() / totals[:, 1].sum()
    if (values == values[:1]).all():
        return {name: mean}
    sums = bootstrap_sums(totals, authors, N_RESAMPLES, SEED)
    interval = percentile_interval(np.array([mean]), sums[:, :1] / sums[:, 1:])
    return {name: mean, f"{name}_low": interval.low[0], f"{name}_high": interval.high[0]}
