"""Who is first at each radius, who cannot be told from the first, and where something helps."""

from collections.abc import Mapping, Sequence
from numbers import Real as Number

import numpy as np
import pandas as pd
from jaxtyping import Bool, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import Interval

MOST_NAMED = 4


def leaders(table: pd.DataFrame, radius_km: Number) -> tuple[str, list[str]]:
    """The method with the highest accuracy, and those whose interval of the difference holds zero.

    `table` is from `paired_matrix`; of equal methods the first one leads. The others come in the
    order of their accuracy. ValueError for a radius that the table lacks.
    """
    part = table[table["radius_km"] == radius_km]
    if not len(part):
        raise ValueError(f"radius_km: {radius_km:g} is not in the table")
    order = list(dict.fromkeys(part["method"]))
    lead = part.groupby("method")["estimate"].sum().reindex(order).round(12)
    first = lead.idxmax()
    rest = part[part["method"] == first].sort_values("estimate", kind="stable")
    return first, rest.loc[~rest["excludes_zero"], "other"].tolist()


def leaders_text(
    table: pd.DataFrame, labels: Mapping[str, str], radii_km: Sequence[Number] | None = None
) -> str:
    """Sentences (Markdown) that name the first at each radius and who may be as good."""
    radii = list(dict.fromkeys(table["radius_km"])) if radii_km is None else radii_km
    n_others = table["method"].nunique() - 1
    sentences = []
    for radius in radii:
        first, equals = leaders(table, radius)
        if not table.loc[table["radius_km"] == radius, "estimate"].any():
            sentences.append(f"At {radius:g} km no method is ahead of another.")
            continue
        text = f"At {radius:g} km **{labels[first]}** is first"
        if not equals:
            whom = "the other one" if n_others == 1 else f"all {n_others} others"
            text += f", ahead of {whom} (no interval holds zero)"
        elif len(equals) == n_others:
            text += ", but these photos tell none of the others from it"
        else:
            named = ", ".join(labels[name] for name in equals[:MOST_NAMED])
            more = len(equals) - MOST_NAMED
            named += f" and {more} more" if more > 0 else ""
            text += f"; not to be told from it: {named} (of {n_others})"
        sentences.append(f"{text}.")
    return " ".join(sentences)


def radii_text(mask: Bool[ndarray, " radii"], radii_km: Real[ndarray, " radii"] = RADII_KM) -> str:
    """The radii of a mask in words.

    >>> radii_text(np.array([True, False, True, False, False]))
    '1, 200 km'
    """
    return ", ".join(f"{radius:g}" for radius in np.asarray(radii_km)[mask]) + " km"


def help_text(gain: Interval, radii_km: Real[ndarray, " radii"] = RADII_KM) -> str:
    """Where the interval of a gain in accuracy excludes zero, and of which sign it is.

    >>> gain = Interval(*np.array([[0.2, -0.2], [0.1, -0.3], [0.3, -0.1]]))
    >>> help_text(gain, np.array([1, 25]))
    'helps at 1 km and hurts at 25 km'
    """
    found = {
        "helps": gain.excludes_zero & (gain.estimate > 0),
        "hurts": gain.excludes_zero & (gain.estimate < 0),
    }
    parts = [f"{word} at {radii_text(m, radii_km)}" for word, m in found.items() if m.any()]
    return " and ".join(parts) or "makes no difference that these photos could show"
