"""Our methods beside their papers' numbers for them: two kinds of photos, never one comparison."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.published import published_accuracies
from geoutils.evaluation.tables import percent_cells

# Which row of a paper's table of whole systems is about the method that we call so.
COUNTERPARTS = {
    "SemP f": ("SemP", "2", "SemP({100, 125, 250}, f)"),
    "s2(M) f*": ("SemP", "2", "s2(M, f*) (rep.)"),
    "CE": ("SwC", "1", "PlaNet (rep.)"),
    "HC f*": ("SwC", "1", "HC (rep.)"),
    "MvMF": ("SwC", "1", "MvMF (rep.)"),
    "RRM, alone": ("SwC", "1", "RRM"),
    "CE + SwC": ("SwC", "1", "PlaNet (rep.) + RRM"),
    "HC f* + SwC": ("SwC", "1", "HC (rep.) + RRM"),
    "MvMF + SwC": ("SwC", "1", "MvMF (rep.) + RRM"),
    "CPlaNet, normalised sum": ("CPlaNet", "2", "CPlaNet[1-5]"),
    **{f"CPlaNet, set {k} alone": ("CPlaNet", "2", f"ClassSet {k}") for k in range(1, 6)},
    "GeoDecoder f*": ("GeoDecoder", "1", "GeoDecoder"),
}


def published_beside(
    accuracies: Mapping[str, Interval],
    dataset: str = "Im2GPS3k",
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> pd.DataFrame:
    """Methods by label with, below each, what a paper printed for it on its own photos.

    Columns: method, photos ("this study" or the dataset), a column per radius (percent, ours with
    the 95 % interval), source (paper, table and, where known, page), note. Methods whose paper
    says nothing of them are left out; a bracket with the name of a recipe after a label is ignored.
    """
    published = published_accuracies(dataset).set_index(["paper", "table", "method"])
    columns, rows = [f"{radius:g} km" for radius in radii_km], []
    for label, interval in accuracies.items():
        key = COUNTERPARTS.get(label.split(" (")[0])
        if key not in published.index:
            continue
        row = published.loc[[key]].iloc[0]
        printed = [row.get(f"a_{radius:g}", np.nan) for radius in radii_km]
        texts = ["–" if np.isnan(value) else f"{value:.1f}" for value in printed]
        page = "" if pd.isna(row["page"]) else f", page {row['page']}"
        ours = dict(zip(columns, percent_cells(interval), strict=True))
        theirs = dict(zip(columns, texts, strict=True))
        source = {"source": f"{key[0]}, Table {key[1]}{page}: {key[2]}", "note": row["note"]}
        rows.append({"method": label, "photos": "this study"} | ours | {"source": "", "note": ""})
        rows.append({"method": label, "photos": dataset} | theirs | source)
    shown = ["method", "photos", *columns, "source", "note"]
    return pd.DataFrame(rows, columns=shown).set_index("method")
