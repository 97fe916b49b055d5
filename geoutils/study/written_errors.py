"""How far off the methods of the main table were, from the files that notebook 04 wrote."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray


def written_errors(
    results: Path, photos: pd.Series, split: str = "test"
) -> dict[str, Float[ndarray, " photos"]]:
    """Distance in km between answer and truth of each photo, by the label of the method.

    The methods are those of the study's main table, in its order; `photos` are names as in the
    manifest. Empty where notebook 04 has written no tables. ValueError if a file that they name is
    missing or lacks one of the photos: then it is older or younger than the manifest.
    """
    tables = results / "tables"
    if not (tables / "04_methods.csv").exists() or not (tables / "04_accuracy.csv").exists():
        return {}
    labels = _labels(results)
    names = {label: name for name, label in labels.items()}
    errors = {}
    for label in pd.read_csv(tables / "04_accuracy.csv")["method"]:
        if label not in names:  # a guesser, which answers without looking
            continue
        path = results / "predictions" / f"{names[label]}_{split}.parquet"
        if not path.exists():
            raise ValueError(f"{path}: missing, although tables/04_methods.csv names the method")
        km = pd.read_parquet(path, columns=["photo", "distance_km"]).set_index("photo")
        absent = ~photos.isin(km.index)
        if absent.any():
            raise ValueError(
                f"{path}: no row for {absent.sum()} photos, e.g. {photos[absent].iloc[0]}"
            )
        errors[label] = km["distance_km"].reindex(photos).to_numpy(dtype=np.float64)
    return errors


@dataclass(frozen=True)
class WrittenMethod:
    """What the tables say of a method: its system, the recipe trained, and what it answers."""

    system: str
    recipe: str
    answer: str


def written_methods(results: Path) -> dict[str, WrittenMethod]:
    """All methods of the study's tables that answer by looking, by label; their colours, say."""
    table = pd.read_csv(results / "tables" / "04_methods.csv", index_col="label")
    rows = table.loc[table.index.notna(), ["system", "recipe", "answer"]]
    return {label: WrittenMethod(*row) for label, *row in rows.itertuples(name=None)}


def central_label(results: Path) -> str:
    """What tables call the method that the study looks at closely."""
    name = json.loads((results / "tables" / "04_accuracy.json").read_text())["central"]
    return _labels(results)[name]


def _labels(results: Path) -> dict[str, str]:
    """Label of each method that answers by looking, by its name in the prediction files."""
    table = pd.read_csv(results / "tables" / "04_methods.csv", index_col="method")
    return table["label"].dropna().to_dict()
