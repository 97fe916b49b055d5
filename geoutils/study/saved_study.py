"""A finished study as a thing to ask: here is a photo, where was it taken?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from numpy import ndarray

from geoutils.known_names import known_name
from geoutils.partitions.naming import cell_names
from geoutils.study.given_photos import Photo, given_squares, photo_list, photo_names
from geoutils.study.methods.answers import ASKED, StudyAnswers, gpu_if_any
from geoutils.study.methods.listing import main_method, study_methods, trained_methods
from geoutils.study.methods.method import Method
from geoutils.study.methods.model_training import study_contents, training_in
from geoutils.study.methods.predict import answer_cells, predict_study
from geoutils.training.recipes.study_training import StudyTraining
from geoutils.whole import checked_whole

EVALUATION = "04_evaluation"
BATCH = 64  # photos in memory at once


class Prediction(NamedTuple):
    """Where one photo may have been taken, likeliest first: `points, names, probabilities`.

    Points are degrees, latitude first. Nothing is in it where the method rules every cell out.
    """

    points_deg: Float[ndarray, "places 2"]
    names: list[str]
    probabilities: Float[ndarray, " places"]


@dataclass(frozen=True, eq=False)
class SavedStudy:
    """The trained methods of a study; `central` answers where no other is named.

    Models are read when they are first asked. Ask for all that concerns one method before the next.
    """

    training: StudyTraining
    methods: dict[str, Method]
    central: str
    _answers: StudyAnswers = field(repr=False)

    def __repr__(self) -> str:
        name, n = self.training.results.name, len(self.methods)
        return f"<SavedStudy {name}: {self.central}, one of {n} methods>"

    def predict(
        self,
        photos: Photo | Sequence[Photo],
        top_k: int = 5,
        method: str = "",
        batch_size: int = BATCH,
    ) -> Prediction | list[Prediction]:
        """The `top_k` likeliest places of a photo, or a list of them for a list of photos.

        Photos are paths of JPEG, PNG or WebP files, pictures of Pillow, or arrays of uint8. Their
        middle square is seen as in the study. A search within cells moves the first point and
        leaves the probabilities; retrieval alone names one place, its probability is NaN. Raises
        ValueError for a photo that cannot be read and for a method that was not trained.
        """
        chosen, is_one = self._method(method), photo_list(photos)[1]
        table = self.locate(photos, top_k, method, batch_size)
        cells = answer_cells(self._answers, chosen.recipe, chosen.base or chosen.answer)
        found = [self._prediction(row, cells) for row in table.itertuples()]
        return found[0] if is_one else found

    def locate(
        self,
        photos: Photo | Sequence[Photo],
        top_k: int = 5,
        method: str = "",
        batch_size: int = BATCH,
    ) -> pd.DataFrame:
        """The same as a table, one row per photo, with the columns of the study's predictions.

        Photos are named by their path, those without one by their number. Errors as `predict`.
        """
        chosen, given = self._method(method), photo_list(photos)[0]
        top_k, step = checked_whole(top_k, "top_k"), checked_whole(batch_size, "batch_size")
        if not given:
            raise ValueError("photos: none; expected one or more")
        names, size = photo_names(given), self.training.settings["image_size"]
        tables = []
        for start in range(0, len(given), step):
            some = slice(start, start + step)
            asked = self._answers.about(names[some], given_squares(given[some], size))
            tables.append(predict_study(self.training, chosen, ASKED, asked, top_k))
        return pd.concat(tables, ignore_index=True)

    def _method(self, name: str) -> Method:
        return self.methods[known_name("method", name or self.central, self.methods)]

    def _prediction(self, row, cells) -> Prediction:
        top = np.array(row.top_cells, dtype=np.int64)
        if len(top):
            points = cells.centers_deg[top]
            points[0] = row.latitude, row.longitude
            return Prediction(points, cell_names(cells, top), np.array(row.top_probabilities))
        point = np.array([[row.latitude, row.longitude]])
        if not np.isfinite(point).all():
            return Prediction(np.empty((0, 2)), [], np.empty(0))
        from geoutils.atlas import describe

        return Prediction(point, describe(point), np.full(1, np.nan))


def load_study(path: str | Path, device: str | torch.device = "") -> SavedStudy:
    """Open a study's results folder, such as results/default, to locate photos by its models.

    Wanted are its settings.yaml, checkpoints/ and partitions/; methods that search among photos
    want its manifest.parquet and features/ too. `device` is a GPU where there is one, unless given.
    Raises ValueError where nothing trained is found.
    """
    results = Path(path).resolve()
    if not results.is_dir():
        raise ValueError(f"path: no folder {path}; expected a study's results, as results/default")
    contents = study_contents(results)
    model = contents.get(EVALUATION, {}).get("model")
    crops = contents.get(EVALUATION, {}).get("crops", "middle")
    if "model_from" in contents:
        results = results.parent / contents["model_from"]
        contents = study_contents(results)
    training = training_in(results, contents)
    methods = trained_methods(training, study_methods(training))
    if not methods:
        raise ValueError(f"path: nothing trained in {results}; `make study` trains a study")
    central = main_method(training, model) if model else next(iter(methods))
    device = torch.device(device) if device else gpu_if_any()
    nothing = np.empty((0, 0, 0, 3), np.uint8)
    answers = StudyAnswers(training, pd.DataFrame(), nothing, crops, device)
    return SavedStudy(training, methods, central, answers)
