"""Tables of sweeps as a reader wants them: scores in percent, and verdicts in words."""

import numpy as np
import pandas as pd

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.claims import HOLDS, OPPOSITE, UNDECIDED
from geoutils.evaluation.tables import percent_cells

RADII = [f"{radius:g}" for radius in RADII_KM]
ENDS = ("", "_low", "_high")
VERDICTS = [HOLDS, UNDECIDED, OPPOSITE]


def score_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Scores in percent with intervals, and what each variant costs; one row for each, as text.

    Columns that are the same everywhere, or not known, are left out.
    """
    shown = table[["question", "variant", "answer"]].fillna("")
    for radius in RADII:
        columns = (table[f"a_{radius}{end}"].to_numpy(float) for end in ENDS)
        cells = percent_cells(Interval(*columns))
        shown[f"{radius} km"] = [cell if cell != "nan" else "–" for cell in cells]
    shown["median km"] = table["median_km"].map(_number)
    if (table["n_seeds"] > 1).any():
        spread = (100 * table["a_25_seed_sd"]).map("{:.2f}".format)
        shown["± seeds, points"] = spread.where(table["a_25_seed_sd"].notna(), "–")
    for column, name in (("parameters_millions", "million weights"), ("seconds", "seconds")):
        if column in table and table[column].nunique() > 1:
            shown[name] = table[column].map(_number)
    for column in ("question", "answer"):
        if shown[column].nunique() == 1:
            shown = shown.drop(columns=column)
    return shown


def in_words(table: pd.DataFrame, radius_km: int) -> str:
    """Which variants' intervals within a radius lie above or below the reference, or hold it.

    Then, where variants have several answers, which of them beats their first. One line of Markdown
    per question and answer; "" where nothing is compared.
    """
    table = table.assign(**{c: table[c].fillna("") for c in ("question", "answer", "reference")})
    first = table.groupby(["question", "variant"], sort=False)["answer"].transform("first")
    compared = table[table["reference"] != ""]
    lines = [
        _line("d", part, radius_km, question, reference)
        for (question, reference), part in compared.groupby(["question", "reference"], sort=False)
    ]
    others = table[table["answer"] != first].assign(first=first)
    lines += [
        _line("w", part, radius_km, question, f"{before} of the same model", answer)
        for (question, answer, before), part in others.groupby(
            ["question", "answer", "first"], sort=False
        )
    ]
    return "\n".join(filter(None, lines))


def _line(
    letter: str,
    part: pd.DataFrame,
    radius_km: int,
    question: str,
    other: str,
    answer: str = "",
) -> str:
    """Verdicts of rows that are compared with the same thing, as a point of a list."""
    sides: dict[str, list[str]] = {"better": [], "worse": [], "undecided": []}
    for row in part.to_dict("records"):
        difference, low, high = (row[f"{letter}_{radius_km:g}{end}"] for end in ENDS)
        if np.isfinite(low):
            side = "better" if low > 0 else "worse" if high < 0 else "undecided"
            sides[side].append(f"{row['variant']} ({100 * difference:+.1f})")
    told = "; ".join(f"{side}: {', '.join(names)}" for side, names in sides.items() if names)
    if not told:
        return ""
    heading = f"**{_plain(question)}**, " if question else ""
    against = f"{answer} against {other}" if answer else f"against {other}"
    return f"- {heading}{_plain(against)}, at {radius_km:g} km: {_plain(told)}."


def agreement_counts(found: pd.DataFrame) -> pd.DataFrame:
    """Of `agreement`, by sweep, question and table: printed differences, and how many hold here."""
    keys = ["sweep", "question", "paper", "paper_table"]
    counts = found.groupby([*keys, "verdict"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[*VERDICTS, *counts.columns.difference(VERDICTS)], fill_value=0)
    return counts.rename_axis(columns=None).reset_index()


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _plain(text: str) -> str:
    """Text whose asterisks and underscores Markdown shows as they are."""
    return text.replace("*", r"\*").replace("_", r"\_")
