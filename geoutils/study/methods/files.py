"""The prediction files of a study: one per method and split, and what the central model said."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from geoutils.files import replacing
from geoutils.study.methods.answers import StudyAnswers
from geoutils.study.methods.method import Method
from geoutils.study.methods.predict import predict_study


def write_predictions(
    answers: StudyAnswers,
    methods: Mapping[str, Method],
    wanted: Mapping[str, Iterable[str]],
    folder: str | Path,
    top_k: int = 10,
) -> dict[tuple[str, str], pd.DataFrame]:
    """Predict and write <method>_<split>.parquet; the tables by (method, split).

    `wanted` lists the methods of each split. Everything that concerns one recipe is done together.
    """
    order = list(answers.training.recipes)
    asked = [(name, split) for split, names in wanted.items() for name in names]
    asked.sort(key=lambda pair: order.index(methods[pair[0]].recipe))
    found = {}
    for name, split in tqdm(asked, desc="Methods", unit=" files", mininterval=1):
        table = predict_study(answers.training, methods[name], split, answers, top_k)
        with replacing(Path(folder) / f"{name}_{split}.parquet") as path:
            table.to_parquet(path, index=False)
        found[name, split] = table
    return found


def write_log_probs(answers: StudyAnswers, recipe: str, split: str, folder: str | Path) -> None:
    """Write log_probs_<split>.npz: the photos' names, and log-probabilities by level's name."""
    levels = zip(answers.levels(recipe).names, answers.log_probs(recipe, split), strict=True)
    photos = answers.photos(split)["photo"].to_numpy().astype(str)
    with replacing(Path(folder) / f"log_probs_{split}.npz") as path:
        np.savez(path, photo=photos, **dict(levels))


def read_predictions(
    folder: str | Path, method: str, split: str, photos: pd.Series
) -> pd.DataFrame:
    """What a method said of some photos, by their names, in their order.

    ValueError where notebook 04 wrote no such file, or not of all of them.
    """
    path = Path(folder) / f"{method}_{split}.parquet"
    if not path.is_file():
        raise ValueError(f"folder: no {path}; notebook 04 writes it")
    table = pd.read_parquet(path)
    rows = pd.Index(table["photo"]).get_indexer(photos)
    if (rows < 0).any():
        missing = photos.to_numpy()[rows < 0]
        raise ValueError(
            f"{path}: nothing of {len(missing):,} photos, such as {missing[0]}; run notebook 04 "
            "again, its answers are of other photos"
        )
    return table.iloc[rows].reset_index(drop=True)
