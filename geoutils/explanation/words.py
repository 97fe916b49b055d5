"""An explanation in two sentences, made from the numbers and saying no more than they do."""

from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np
from jaxtyping import Real as RealArray
from numpy import ndarray

STANDS_OUT = 0.05  # below it the likeliest place is one among many
LEANS, HARDLY = 1.25, 0.25  # ci from which a concept is leaned on, and up to which it hardly counts
N_CONCEPTS_NAMED = 2


def in_words(
    places: Sequence[str],
    probabilities: RealArray[ndarray, " places"],
    influence: Mapping[str, float],
    explainer: str,
    edge_influence: Mapping[str, float] | None = None,
) -> str:
    """Two sentences about one prediction: where it is, and which concepts the map falls on.

    `places` name the most probable cells; `influence` is ci by concept (NaN: not scored), of the
    map that `explainer` made, and `edge_influence` that of the photo's edge map; see `where` and
    `leaning`. Probabilities are the model's own: whether they are right is not said.
    """
    return f"{where(places, probabilities)} {leaning(influence, explainer, edge_influence)}"


def where(places: Sequence[str], probabilities: RealArray[ndarray, " places"], n: int = 3) -> str:
    """The n most probable places with their probability; cells of one name are one place.

    Places that differ by less than is printed are called alike, and a likeliest place below 5 % is
    said to be one among many. Raises ValueError without places or for numbers that are no
    probabilities.

    >>> where(["Île-de-France", "Normandie", "Île-de-France"], np.array([0.3, 0.2, 0.11]))
    'Most likely Île-de-France (41 %), then Normandie (20 %).'
    """
    if not len(places) or len(places) != len(probabilities):
        raise ValueError(f"places: {len(places)} for {len(probabilities)} probabilities")
    if not (np.min(probabilities) >= 0 and np.sum(probabilities) <= 1 + 1e-6):
        raise ValueError(f"probabilities: {probabilities}; expected shares of 1")
    total: dict[str, float] = {}
    for place, probability in zip(places, probabilities, strict=True):
        name = place or "a place without a name"
        total[name] = total.get(name, 0.0) + float(probability)
    ordered = sorted(total, key=total.get, reverse=True)
    told = {place: percent(total[place]) for place in ordered}
    alike = [place for place in ordered if told[place] == told[ordered[0]]]
    others = [place for place in ordered[len(alike) : n] if total[place] > 0]
    share = f"{told[ordered[0]]} each" if len(alike) > 1 else told[ordered[0]]
    if len(alike) > n:
        alike = [*alike[:n], f"one of {len(alike) - n} more"]
    first = f"{_listed(alike, 'or')} ({share})"
    rest = _listed([f"{place} ({told[place]})" for place in others], "and")
    rest = f", then {rest}" if rest else ""
    if total[ordered[0]] < STANDS_OUT:
        return f"No place stands out: at most {first}{rest}."
    return f"Most likely {first}{rest}."


def leaning(
    influence: Mapping[str, float],
    explainer: str,
    edge_influence: Mapping[str, float] | None = None,
) -> str:
    """Concepts that hold clearly more (ci ≥ 1.25) or less (≤ 0.25) of the map than of the photo.

    Where `edge_influence` is given, a concept is leaned on only if the explainer finds more on it
    than the photo's edges alone would.

    >>> leaning({"building": 1.9, "tower": 1.5, "car": 0.1, "sky": 0.8}, "Grad-CAM")
    'By Grad-CAM it leans on building (ci 1.9) and tower (1.5), hardly on car (0.1).'
    """
    scored = {name: ci for name, ci in influence.items() if not np.isnan(ci)}
    if not scored:
        return f"What it leans on cannot be said: {explainer} met no concept of sufficient size."
    edges = edge_influence or {}
    strong = sorted((name for name in scored if scored[name] >= LEANS), key=lambda c: -scored[c])
    unexplained = [name for name in strong if scored[name] <= edges.get(name, -np.inf)]
    leans = [name for name in strong if name not in unexplained][:N_CONCEPTS_NAMED]
    weak = sorted((name for name in scored if scored[name] <= HARDLY), key=scored.get)
    weak = weak[:N_CONCEPTS_NAMED]
    hardly = f", hardly on {_with_ci(weak, scored, '')}" if weak else ""
    if leans:
        return f"By {explainer} it leans on {_with_ci(leans, scored, 'ci ')}{hardly}."
    if unexplained:
        some = _with_ci(unexplained[:N_CONCEPTS_NAMED], scored, "ci ")
        return f"By {explainer} it leans on {some}{hardly}, but no more than the photo's edges do."
    few = f"; least on {_with_ci(weak, scored, 'ci ')}" if weak else ""
    return f"By {explainer} it leans on no concept clearly beyond its area{few}."


def percent(share: Real) -> str:
    """A share in whole percent, and never 0 or 100 for what is neither.

    >>> percent(0.412), percent(0.004), percent(0.998), percent(1.0)
    ('41 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %"


def _with_ci(names: Sequence[str], ci: Mapping[str, float], label: str) -> str:
    """Concepts with their influence, the first one labelled."""
    told = [
        f"{name} ({label if not place else ''}{ci[name]:.1f})" for place, name in enumerate(names)
    ]
    return _listed(told, "and")


def _listed(parts: Sequence[str], last: str) -> str:
    """Some things in a row, the last one after a word.

    >>> _listed(["a", "b", "c"], "and"), _listed(["a"], "and"), _listed([], "and")
    ('a, b and c', 'a', '')
    """
    *first, end = parts or [""]
    return f"{', '.join(first)} {last} {end}" if first else end
