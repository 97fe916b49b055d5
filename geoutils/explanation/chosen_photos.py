"""Which photos are shown: drawn by lot from groups that a rule defines, never picked by hand."""

from collections.abc import Sequence
from numbers import Real as Number

import numpy as np
import pandas as pd
from jaxtyping import Bool, Real
from numpy import ndarray

STREET_KM, REGION_KM = 1, 200
CONFIDENTLY_WRONG = "confidently wrong"
CONFIDENT_SHARE = 0.1  # of the photos that are far off: those with most confidence


def chosen_photos(
    distances_km: Real[ndarray, " photos"],
    probabilities: Real[ndarray, " same_photos"],
    n_each: int,
    far_km: Number = 2500,
    cues: Sequence[str] | ndarray | None = None,
    cue_names: Sequence[str] = (),
    seed: int = 0,
) -> pd.DataFrame:
    """Photos drawn at random from each group: columns place (in what was given), kind and group.

    Kind "outcome": `n_each` photos placed within 1 km, from 1 to 200 km off, and confidently wrong:
    off by `far_km` or more with a probability among the highest tenth of those (of at least
    `n_each`). Kind "cue": one photo for each of `cue_names`, of all those with that value of
    `cues`. A group without photos is left out, no photo comes twice, and each group is drawn from
    its own stream. Without any outcome (no position is known, say) the group is "any photo". Raises
    ValueError for unlike lengths.
    """
    known = np.isfinite(probabilities) & (probabilities >= 0)
    if len(probabilities) != len(distances_km) or (cues is not None and len(cues) != len(known)):
        raise ValueError(f"probabilities, cues: expected {len(distances_km)}, one for each photo")
    distances_km = np.where(known, distances_km, np.nan)
    groups = {
        f"within {STREET_KM} km": distances_km < STREET_KM,
        f"{STREET_KM} to {REGION_KM} km off": (distances_km >= STREET_KM)
        & (distances_km < REGION_KM),
        CONFIDENTLY_WRONG: _confident(distances_km >= far_km, probabilities, n_each),
    }
    if not any(mask.any() for mask in groups.values()):
        groups = {"any photo": known}
    drawn = [("outcome", name, mask, n_each) for name, mask in groups.items()]
    labels = np.asarray(cues) if cues is not None else np.empty(0, dtype=object)
    drawn += [("cue", name, known & (labels == name), 1) for name in cue_names if len(labels)]
    rows, free = [], np.ones(len(known), dtype=bool)
    for number, (kind, name, mask, n) in enumerate(drawn):
        candidates = np.flatnonzero(mask & free)
        rng = np.random.default_rng([seed, number])
        picked = rng.permutation(candidates)[:n]
        free[picked] = False
        rows += [{"place": int(place), "kind": kind, "group": name} for place in picked]
    return pd.DataFrame(rows, columns=["place", "kind", "group"])


def _confident(
    far: Bool[ndarray, " photos"], probabilities: Real[ndarray, " photos"], least: int
) -> Bool[ndarray, " photos"]:
    """Of the photos that are far off, the tenth with the highest probability, at least so many."""
    places = np.flatnonzero(far)
    n = min(len(places), max(least, round(CONFIDENT_SHARE * len(places))))
    chosen = np.zeros(len(far), dtype=bool)
    chosen[places[np.argsort(-probabilities[places], kind="stable")[:n]]] = True
    return chosen
