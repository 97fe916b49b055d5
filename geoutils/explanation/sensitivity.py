"""How much hangs on choices that the paper made once, or did not name: one changed at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Integer, Real
from numpy import ndarray

from geoutils.explanation.concept_influence import MIN_SIZE, concept_influences
from geoutils.explanation.planted import chance_of_first, concept_auc, ranked_first
from geoutils.explanation.planted_comparison import planted_test


@dataclass(frozen=True, eq=False)
class Variant:
    """One way to get from a photo to concept influence: maps, k, s̄_min and β (pixels).

    `choice` is what is varied, `value` what it is here; `is_reference` marks the paper's own.
    """

    choice: str
    value: str
    maps: Real[ndarray, "photos h w"]
    k: int
    min_size: float | int = MIN_SIZE
    dilation: int = 0
    is_reference: bool = False


def sensitivity_table(
    variants: Sequence[Variant],
    edges: Real[ndarray, "photos h w"],
    segmentation_maps: Integer[ndarray, "photos h w"],
    carriers: Integer[ndarray, " photos"],
    authors: ndarray,
    n_concepts: int,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Hit rate and concept AUC of every variant, with those of the edge map in the same setting.

    Columns: choice, value, is_reference, n_photos, chance, then hit_rate, auc, edge_hit_rate,
    edge_auc and lead (hit rate beyond the edge map's, paired), each of hit_rate, auc and lead with
    _low and _high (95 %, authors resampled whole). Variants without a photo to test are left out.
    """
    rows = []
    for one in variants:
        setting = (segmentation_maps, one.k, one.min_size, one.dilation, n_concepts)
        scores = {
            name: concept_influences(maps, *setting)
            for name, maps in (("own", one.maps), ("edges", edges))
        }
        chance = chance_of_first(scores["own"], carriers)
        if np.isnan(chance).all():
            continue
        hits, aucs = (
            planted_test(
                {name: measure(values, carriers) for name, values in scores.items()},
                authors,
                "edges",
                n_resamples,
                seed,
            )
            for measure in (ranked_first, concept_auc)
        )
        row = {"choice": one.choice, "value": one.value, "is_reference": one.is_reference}
        row |= {"n_photos": hits.loc["own", "n_photos"], "chance": np.nanmean(chance)}
        for measure, table in (("hit_rate", hits), ("auc", aucs)):
            row |= _with_bounds(measure, table.loc["own"], "mean", "low", "high")
            row[f"edge_{measure}"] = table.loc["edges", "mean"]
        lead = ("difference", "difference_low", "difference_high")
        rows.append(row | _with_bounds("lead", hits.loc["own"], *lead))
    return pd.DataFrame(rows)


def _with_bounds(name: str, row: pd.Series, estimate: str, low: str, high: str) -> dict[str, float]:
    return {name: row[estimate], f"{name}_low": row[low], f"{name}_high": row[high]}
