"""When can concept influence be trusted? Questions with an answer each, read off the intervals."""

from collections.abc import Mapping, Sequence

import pandas as pd

YES, NO, OPEN, UNASKED = "yes", "no", "undecided", "not asked"


def verdict(low: float | int, high: float | int, null: float | int = 0) -> str:
    """Whether a number lies above its null: "yes" or "no" if the interval says so.

    >>> verdict(0.1, 0.3), verdict(-0.3, -0.1), verdict(-0.1, 0.1), verdict(float("nan"), 1.0)
    ('yes', 'no', 'undecided', 'undecided')
    """
    if low > null:
        return YES
    return NO if high < null else OPEN


def trust_table(
    explainers: Sequence[str], questions: Mapping[str, pd.DataFrame], nulls: Mapping[str, float]
) -> pd.DataFrame:
    """Answer to every question (column) for every explainer (row).

    Each table of `questions` holds the bounds low and high by explainer, no row where it was not
    asked; `nulls` are what they must exceed, 0 unless named.
    """
    answers = {
        question: [
            verdict(*bounds.loc[name, ["low", "high"]], nulls.get(question, 0))
            if name in bounds.index
            else UNASKED
            for name in explainers
        ]
        for question, bounds in questions.items()
    }
    return pd.DataFrame(answers, index=pd.Index(explainers, name="explainer"))


def forgetting(sanity: pd.DataFrame) -> pd.DataFrame:
    """Share of the strongest pixels that an explainer loses when all layers are randomised.

    `sanity` as from `sanity_check`; index: explainer; columns estimate, low, high.
    """
    last = sanity[sanity["depth"] == sanity["depth"].max()].set_index("explainer")
    kept = [f"strongest_shared{end}" for end in ("", "_high", "_low")]
    return (1 - last[kept]).set_axis(["estimate", "low", "high"], axis=1)


def trusted(table: pd.DataFrame) -> list[str]:
    """Explainers with a yes to every question."""
    return list(table.index[(table == YES).all(axis=1)])


def in_plain_words(table: pd.DataFrame) -> list[str]:
    """One sentence for all explainers that answer alike, the most convincing ones first.

    >>> answers = {"finds it": [OPEN, YES], "forgets": [YES, YES]}
    >>> in_plain_words(pd.DataFrame(answers, index=["occlusion", "Grad-CAM"]))
    ['Grad-CAM: yes to all 2.', 'occlusion: yes to 1 of 2 (undecided: finds it).']
    """
    told: dict[str, list[str]] = {}
    order = (table == YES).sum(axis=1).sort_values(ascending=False, kind="stable").index
    for name in order:
        told.setdefault(_answered(table.loc[name]), []).append(str(name))
    return [f"{_listed(names)}: {answer}." for answer, names in told.items()]


def _answered(row: pd.Series) -> str:
    """How many questions have a yes, and which have not."""
    missed = [
        f"{answer}: {', '.join(row.index[row == answer])}"
        for answer in (NO, OPEN, UNASKED)
        if (row == answer).any()
    ]
    if not missed:
        return f"yes to all {len(row)}"
    return f"yes to {(row == YES).sum()} of {len(row)} ({'; '.join(missed)})"


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
