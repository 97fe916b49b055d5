"""What makes retrieval good: loss, temperature, memory bank, residual, background, neighbours.

Kordopatis-Zilos et al., section 5.2. Each module is trained on the shared features. "Nearest
neighbour" is retrieval alone, as in the paper's Tables 2 to 4; "search within cell" starts from
the cells of a classifier of the base study, as in Tables 5 and 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Float32, Int
from numpy import ndarray

from geoutils.evaluation.accuracy import FINE_RADII_KM
from geoutils.models import load_model
from geoutils.partitions import Partition
from geoutils.prediction import (
    Background,
    Found,
    embeddings_of_features,
    hierarchical_log_scores,
    log_probs_of_features,
    placeable,
    search_everywhere,
    search_within_cell,
)
from geoutils.sphere import great_circle_km
from geoutils.study.ablations.other_radii import with_hits
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant
from geoutils.study.methods import CellLevels, cell_levels, main_method
from geoutils.training.learner import head_of
from geoutils.training.state.fingerprint import fingerprint

NEAREST, WITHIN, EVERYWHERE = "nearest neighbour", "search within cell", "search everywhere"
# Compared with: the paper's, sections 3.3.3, 3.4 and 4.2.
K, AGGREGATION, PLACEABLE, ALL = 10, "clustering", "placeable", "all training photos"
RAW, REFERENCE = "raw_features", "reference"
CHUNK = 4096  # photos classified at once

# Setting: its question, the option of the head, and what values are called other than as they are.
OPTIONS: dict[str, tuple[str, str, dict[Any, str]]] = {
    "losses": ("loss", "loss", {"infonce": "InfoNCE"}),
    "temperatures": ("temperature", "temperature", {}),
    "bank_sizes": ("memory bank", "bank_size", {}),
    "residuals": ("residual connection", "residual", {True: "with", False: "without"}),
}


@dataclass(frozen=True)
class Way:
    """One way to search: which module embeds photos, among which photos, and by how many.

    `changed` are options in which the module differs from the recipe, None means raw features.
    `k` and `aggregation` are how neighbours make a point; without `k` that is as in the paper: one
    neighbour for retrieval alone, ten within the cell; k = 0 is the cell's own point.
    """

    name: str
    shown_in: dict[str, str]
    changed: dict[str, Any] | None = None
    background: str = PLACEABLE
    k: int | None = None
    aggregation: str = AGGREGATION


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """Every way of `ways_of`, with every seed; with one where nothing is drawn.

    `settings`: seeds; classifier, the recipe of the base study whose cells are searched; recipe of
    the module; and the lists of `ways_of`. Raises ValueError for a classifier that is none or not
    trained.
    """
    base = Base(study, settings["classifier"])

    def variant(way: Way, seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            return placed(base, settings["recipe"], way, seed, folder)

        own = {"recipe": dict(settings["recipe"]), "way": vars(way), "classifier": base.key}
        is_reference = way.name in (REFERENCE, f"k_{K}")
        return Variant("retrieval", way.name, seed, place, way.shown_in, is_reference, own)

    return [
        variant(way, seed)
        for way in ways_of(settings)
        for seed in settings["seeds"][: 1 if way.changed is None else None]
    ]


def ways_of(settings: Mapping[str, Any]) -> list[Way]:
    """All ways, so that each question's come in the order of its setting.

    `recipe` has loss, temperature, bank_size and residual; losses, temperatures, bank_sizes and
    residuals take the place of one of them at a time. The recipe's own module then searches by each
    of `k` and `aggregations`, and among all training photos. Raises ValueError for a list without
    the value that its others are compared with.
    """
    compared = {name: settings["recipe"][option] for name, (_, option, _) in OPTIONS.items()}
    for name, value in (compared | {"k": K, "aggregations": AGGREGATION}).items():
        if value not in settings[name]:
            raise ValueError(f"{name}: {settings[name]}; expected {value!r} among them")
    before, after, shown = [], [], {"background": PLACEABLE}
    for name, (question, option, labels) in OPTIONS.items():
        own = settings[name].index(compared[name])
        for number, value in enumerate(settings[name]):
            label = {question: labels.get(value, str(value))}
            way = Way(f"{option}_{value}".lower(), label, {option: value})
            if number == own:
                shown |= label
            else:
                (before if number < own else after).append(way)
    modules = [*before, Way(REFERENCE, shown, {}), *after]
    shared = {"aggregation": AGGREGATION}
    by_k = [
        Way(f"k_{k}", {"neighbours": str(k)} | (shared if k == K else {}), {}, k=k)
        for k in settings["k"]
    ]
    by_aggregation = [
        Way(name, {"aggregation": name.replace("_", " ")}, {}, k=K, aggregation=name)
        for name in settings["aggregations"]
        if name != AGGREGATION
    ]
    return [
        Way(RAW, {"loss": "raw features"}),
        *modules,
        Way("all", {"background": ALL}, {}, background=ALL),
        Way("k_0", {"neighbours": "0 (the cell's point)"}, k=0),
        *by_k,
        *by_aggregation,
    ]


@dataclass(frozen=True, eq=False)
class Base:
    """A base study and the classifier in whose cells is searched."""

    study: AblationStudy
    classifier: str

    @cached_property
    def key(self) -> str:
        """Fingerprint of the classifier; ValueError where it is none, or not trained."""
        training = self.study.training
        main_method(training, self.classifier)
        weights = training.log_folder(self.classifier) / "model.safetensors"
        if not weights.is_file():
            raise ValueError(f"classifier: {self.classifier} is not trained; no file {weights}")
        return fingerprint(self.classifier, weights)

    @cached_property
    def _levels(self) -> CellLevels:
        partitions = self.study.training.results / "partitions"
        return cell_levels(partitions, self.study.training.recipes[self.classifier])

    @property
    def partition(self) -> Partition:
        """Whose cells are searched."""
        return self._levels.finest

    @cached_property
    def predicted(self) -> dict[str, Int[ndarray, " photos"]]:
        """Cells of the "train" and the "test" photos by the classifier.

        The finest cell of highest f* where levels nest, else of highest probability.
        """
        head = head_of(load_model(self.study.training.log_folder(self.classifier)))
        features, parents = self.study.inputs(head.takes), self._levels.parents
        found = {}
        for split, rows in {"train": self.study.train_rows(), "test": self.study.test_rows}.items():
            best = []
            for start in range(0, len(rows), CHUNK):
                said = log_probs_of_features(head, features[rows[start : start + CHUNK]])
                nested = parents is not None
                scores = hierarchical_log_scores(said, parents) if nested else said[-1]
                best.append(scores.argmax(axis=1))
            found[split] = np.concatenate(best)
        return found

    def background(self, vectors: Float32[ndarray, "train dims"], which: str) -> Background:
        """The training photos that may be found: "placeable" ones, or all that could be read.

        Those outside all cells, which only retrieval alone can find, are a last cell of their own.
        """
        latlon_deg = self.study.training.latlon_deg[self.study.train_rows()]
        truth = self.partition.assign(latlon_deg)
        chosen = ~self.study.lost[self.study.train_rows()]
        if which == PLACEABLE:
            chosen &= placeable(self.predicted["train"], truth)
        outside, n_cells = np.where(truth < 0, len(self.partition), truth), len(self.partition) + 1
        return Background.of(vectors, latlon_deg, outside, n_cells, chosen)


def placed(
    base: Base, recipe: Mapping[str, Any], way: Way, seed: int, folder: Path
) -> pd.DataFrame:
    """Where a way places the test photos, with the measure `background_photos`.

    A module that differs from the recipe is trained in `folder`, the recipe's own beside it.
    """
    study = base.study
    if way.k == 0:
        points = base.partition.centers_deg[base.predicted["test"]]
        answers = study.answers({WITHIN: great_circle_km(points, study.truth_deg)})
        return with_hits(answers, FINE_RADII_KM)
    features, cost = study.inputs(), {"parameters": 0, "seconds": 0.0}
    train, test = features[study.train_rows()], features[study.test_rows]
    if way.changed is not None:
        own = folder if way.changed else folder.parent / f"{REFERENCE}_{seed}"
        mapping = study.recipe("retrieval", {**recipe, **way.changed}, seed)
        trained = study.train_head(mapping, own)
        cost = trained.cost
        train, test = (embeddings_of_features(trained.model, part) for part in (train, test))
    background = base.background(train, way.background)
    centers_deg = np.vstack([base.partition.centers_deg, [np.nan, np.nan]])
    within = search_within_cell(
        test, base.predicted["test"], background, centers_deg, way.k or K, way.aggregation
    )
    alone = EVERYWHERE if way.k else NEAREST
    distances_km = {alone: _everywhere(study, test, background, way), WITHIN: _km(study, within)}
    answers = study.answers(distances_km, **cost, background_photos=len(background))
    return with_hits(answers, FINE_RADII_KM)


def _everywhere(
    study: AblationStudy, test: Float32[ndarray, "test dims"], background: Background, way: Way
) -> Float[ndarray, " test"]:
    """Retrieval alone, among fewer photos than k by all of them, among none lost."""
    k = min(way.k or 1, len(background))
    if not k:
        return np.full(len(test), np.inf)
    return _km(study, search_everywhere(test, background, k, way.aggregation))


def _km(study: AblationStudy, found: Found) -> Float[ndarray, " test"]:
    """Distances from the truth; +inf where no point was found."""
    distances_km = great_circle_km(np.nan_to_num(found.latlon_deg), study.truth_deg)
    return np.where(np.isfinite(found.latlon_deg).all(axis=1), distances_km, np.inf)
