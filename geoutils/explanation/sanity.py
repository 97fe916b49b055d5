"""The sanity check: does an explanation change when the model forgets what it learned?"""

from collections.abc import Callable, Mapping
from itertools import chain

import numpy as np
import pandas as pd
from jaxtyping import Float, Real
from numpy import ndarray
from scipy.stats import rankdata
from tqdm import tqdm

from geoutils.evaluation.bootstrap import bootstrap_means
from geoutils.explanation.concept_influence import paper_k, top_k_weights
from geoutils.explanation.randomised import layer_names, randomised_layers
from geoutils.models import Geolocator

Explainer = Callable[[Geolocator], Real[ndarray, "photos h w"]]


def sanity_check(
    model: Geolocator,
    explainers: Mapping[str, Explainer],
    authors: ndarray,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How much a map of the trained model is like those of ever more forgetful ones.

    `explainers` make the maps of the same photos and targets for any model given to them. A row per
    explainer and depth: columns explainer, depth (0: the trained model itself), layer (randomised
    last), n_photos, n_empty (photos whose map is the same everywhere), and rank_correlation and
    strongest_shared (see `likeness`), each with _low and _high (95 % bootstrap interval, `authors`
    resampled whole). An explainer whose maps stay alike when all is forgotten tells of the photo,
    not of the model. Source: Adebayo et al. (2018).
    """
    trained = {name: explain(model) for name, explain in explainers.items()}
    n_depths = 1 + len(layer_names(model))
    depths = enumerate(chain([("none", model)], randomised_layers(model, seed)))
    rows = []
    for depth, (layer, forgetful) in tqdm(depths, "Forgetting", n_depths, unit=" layers", delay=1):
        for name, explain in explainers.items():
            maps = explain(forgetful) if depth else trained[name]
            alike = likeness(trained[name], maps)
            values = np.stack(list(alike.values()), axis=1)
            means = bootstrap_means(values, authors, n_resamples, seed)
            row = {"explainer": name, "depth": depth, "layer": layer, "n_photos": len(maps)}
            row["n_empty"] = int((np.ptp(maps, axis=(1, 2)) == 0).sum())
            for column, measure in enumerate(alike):
                row[measure] = means.estimate[column]
                row[f"{measure}_low"] = means.low[column]
                row[f"{measure}_high"] = means.high[column]
            rows.append(row)
    order = {name: place for place, name in enumerate(explainers)}
    return pd.DataFrame(rows).sort_values(
        ["explainer", "depth"], key=lambda column: column.replace(order), ignore_index=True
    )


def likeness(
    maps: Real[ndarray, "photos h w"], others: Real[ndarray, "photos h w"]
) -> dict[str, Float[ndarray, " photos"]]:
    """How alike two maps of each photo are, by two measures.

    rank_correlation: Spearman's, of absolute values (Adebayo et al., Section 3.1); 0 where a map is
    constant. strongest_shared: share of the k strongest pixels, those that concept influence counts
    (`paper_k`), that are the strongest of the other map too; chance is k over all pixels.
    """
    k = paper_k(*maps.shape[1:])
    shared = np.minimum(top_k_weights(maps, k), top_k_weights(others, k)).sum(axis=(1, 2)) / k
    a, b = (_centred_ranks(np.abs(some)) for some in (maps, others))
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    products = (a * b).sum(axis=1)
    correlation = np.divide(products, lengths, out=np.zeros(len(maps)), where=lengths > 0)
    return {"rank_correlation": correlation, "strongest_shared": shared}


def _centred_ranks(maps: Real[ndarray, "photos h w"]) -> Float[ndarray, "photos pixels"]:
    ranks = rankdata(maps.reshape(len(maps), -1), axis=1)
    return ranks - ranks.mean(axis=1, keepdims=True)
