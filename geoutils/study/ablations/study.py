"""What sweeps share: a finished base study, its test photos, and ways to train and to score.

Nothing of the base study is written but its folder `ablations/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from accelerate import PartialState
from jaxtyping import Bool, Float, Float32, Int, Real
from numpy import ndarray

from geoutils.models import Backbone, Geolocator
from geoutils.models.heads import Head
from geoutils.models.saving import WEIGHTS
from geoutils.photos.live_pixels import Pixels
from geoutils.prediction import log_probs_of_features
from geoutils.sphere import great_circle_km
from geoutils.study.ablations.trained import Trained
from geoutils.study.methods.looks import network_log_probs
from geoutils.study.methods.lost import listed_as_lost
from geoutils.study.sweep_tables import ABLATIONS
from geoutils.training.features import cache_features, features_key, open_features
from geoutils.training.loop import train
from geoutils.training.recipes.from_study import (
    UNTRAINED,
    backbone_after,
    seen_pixels,
    shared_backbone,
)
from geoutils.training.recipes.recipe import Recipe, build_head, levels_of_head, read_recipe
from geoutils.training.recipes.study_training import StudyTraining, native_precision
from geoutils.training.recipes.targets import Targets
from geoutils.training.state.fingerprint import fingerprint


@dataclass(frozen=True, eq=False)
class AblationStudy:
    """A base study as its sweeps see it: photos, answers, features, and who is tested on.

    `folder` is where everything is written, results/<study>/ablations.
    """

    training: StudyTraining
    folder: Path
    _inputs: dict[str, ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, results: str | Path, settings: Mapping[str, Any]) -> "AblationStudy":
        """The study in results/<study>, trained by section 03_training.

        Raises ValueError for recipes that cannot be.
        """
        return cls(StudyTraining.of(results, settings), Path(results) / ABLATIONS)

    @cached_property
    def test_rows(self) -> Int[ndarray, " test"]:
        """Rows of the test photos of known position that can be read; ValueError without any."""
        usable = np.isfinite(self.training.latlon_deg).all(axis=1) & ~self.lost
        rows = np.flatnonzero((self.training.manifest["split"] == "test").to_numpy() & usable)
        if not len(rows):
            raise ValueError("manifest: no test photos; ablations are compared on them")
        return rows

    @cached_property
    def lost(self) -> Bool[ndarray, " photos"]:
        """Which photos of the base study could not be read: not tested on, and not found."""
        return listed_as_lost(self.training.pixels)

    @property
    def photo(self) -> list[str]:
        """Names of the test photos."""
        return self.training.manifest["photo"].to_numpy()[self.test_rows].tolist()

    @property
    def authors(self) -> ndarray:
        """Author of each test photo, "" where unknown: the groups of every bootstrap."""
        return self.training.manifest["author"].to_numpy(str)[self.test_rows]

    @property
    def truth_deg(self) -> Float[ndarray, "test 2"]:
        """Where the test photos were taken."""
        return self.training.latlon_deg[self.test_rows]

    @cached_property
    def stage(self) -> str:
        """The last stage of the base study, whose features heads learn from; "" without any."""
        return (list(self.training.stages) or [""])[-1]

    @cached_property
    def backbone(self) -> Backbone:
        """The shared backbone, ready to predict."""
        return shared_backbone(self.training).to(PartialState().device)

    @cached_property
    def key(self) -> str:
        """Fingerprint of what all sweeps start from: photos, partitions and the shared backbone."""
        results, weights = self.training.results, self.training.folder(self.stage) / WEIGHTS
        partitions = sorted((results / "partitions").rglob("*.parquet"))
        files = [results / "manifest.parquet", *partitions, *([weights] if self.stage else [])]
        return fingerprint(self.training.settings["image_size"], *files)

    def train_rows(self, n: int | None = None, seed: int = 0) -> Int[ndarray, " chosen"]:
        """Rows of training photos: all of them, or n drawn without replacement, in rising order."""
        rows = self.training.rows["train"]
        if n is None or n >= len(rows):
            return rows
        return np.sort(np.random.default_rng(seed).choice(rows, n, replace=False))

    def targets(self, partition: str) -> Targets:
        """Cells of all photos in a partition of the base study."""
        return self.training.targets(partition)

    def inputs(self, takes: str = "features") -> Float32[ndarray, "photos ..."]:
        """Features (or tokens) of all photos by the shared backbone.

        The base study's file where it is up to date, else one of our own.
        """
        if takes not in self._inputs:
            pixels = seen_pixels(self.training, self.stage)
            manifest = self.training.results / "manifest.parquet"
            key = features_key(self.backbone, manifest, pixels, takes)
            file = (self.stage or UNTRAINED) + ("_tokens" if takes == "tokens" else "") + ".npy"
            try:
                found = open_features(self.training.results / "features" / file, key)
            except ValueError:  # missing, or made by other code
                path = self.folder / "features" / file
                found = cache_features(self.backbone, pixels, path, key, takes)
            self._inputs[takes] = found
        return self._inputs[takes]

    def recipe(self, name: str, mapping: Mapping[str, Any], seed: int = 0) -> Recipe:
        """A recipe as study files have them, in which `seed` decides all that is drawn."""
        settings = self.training.settings
        precision = settings["precision"]
        shared = {
            "threads": settings["threads"] or None,
            "precision": native_precision() if precision == "native" else precision,
        }
        recipe = read_recipe(name, mapping, shared)
        return replace(recipe, preset=replace(recipe.preset, seed=seed))

    def train_head(
        self,
        recipe: Recipe,
        folder: Path,
        targets: Targets | None = None,
        inputs: Float32[ndarray, "photos ..."] | None = None,
        rows: Int[ndarray, " chosen"] | None = None,
        head: Head | None = None,
    ) -> Trained:
        """Train a head on features below a folder, or read it where it is finished.

        By default of the shared backbone, on all training photos, starting at random by the
        recipe's seed; `head` is one that starts otherwise.
        """
        levels = levels_of_head(recipe, targets or self.targets(recipe.partition))
        if inputs is None:
            inputs = self.inputs(Head.kinds[recipe.head].takes)
        if head is None:
            head = build_head(recipe, inputs.shape[-1], levels, recipe.preset.seed)
        return self._train(recipe, head, inputs, folder, levels, rows)

    def train_network(
        self,
        recipe: Recipe,
        folder: Path,
        targets: Targets | None = None,
        backbone: Backbone | None = None,
        rows: Int[ndarray, " chosen"] | None = None,
    ) -> Trained:
        """Train a whole network below a folder, or read it where it is finished.

        It starts from `backbone`, else from what the recipe's stage `after` left.
        """
        levels = levels_of_head(recipe, targets or self.targets(recipe.partition))
        if backbone is None:
            backbone = backbone_after(self.training, recipe.after or "")
        takes_tokens = Head.kinds[recipe.head].takes == "tokens"
        width = backbone.n_channels if takes_tokens else backbone.n_features
        model = Geolocator(backbone, build_head(recipe, width, levels, recipe.preset.seed))
        return self._train(recipe, model, self.training.pixels, folder, levels, rows)

    def log_probs(
        self,
        trained: Trained,
        inputs: Float32[ndarray, "photos ..."] | None = None,
        rows: Int[ndarray, " chosen"] | None = None,
    ) -> list[Float[ndarray, "chosen _"]]:
        """Log-probability of every cell at every level, of test photos unless told otherwise.

        A head answers by `inputs`, by default the shared features. A network that learned from
        crops answers by the mean over five (Theiner et al., section 4.1.1).
        """
        rows = self.test_rows if rows is None else rows
        if not isinstance(trained.model, Geolocator):
            inputs = self.inputs(trained.model.takes) if inputs is None else inputs
            return log_probs_of_features(trained.model, inputs[rows])
        crop_px = trained.recipe.preset.augmentation.crop_px
        crops = "middle" if crop_px is None else "five"
        return network_log_probs(trained.model, self.training.pixels, rows, crop_px, crops)

    def distances_km(
        self, log_scores: Float[ndarray, "test cells"], centers_deg: Real[ndarray, "cells 2"]
    ) -> Float[ndarray, " test"]:
        """How far the point of each test photo's best cell is; +inf where all scores are −inf."""
        found = great_circle_km(centers_deg[log_scores.argmax(axis=1)], self.truth_deg)
        return np.where(np.isfinite(log_scores.max(axis=1)), found, np.inf)

    def answers(
        self, distances_km: Mapping[str, Float[ndarray, " test"]], **measures: Any
    ) -> pd.DataFrame:
        """What `Variant.place` returns: one row per answer and test photo.

        Columns photo, answer, distance_km and one for each measure: a number for all photos, such
        as parameters and seconds (`Trained.cost`), or one value per test photo (NaN: none).
        """
        columns = {"photo": self.photo, **measures}
        tables = [
            pd.DataFrame(columns).assign(answer=answer, distance_km=distances)
            for answer, distances in distances_km.items()
        ]
        return pd.concat(tables, ignore_index=True)

    def _train(
        self,
        recipe: Recipe,
        model: Geolocator | Head,
        inputs: Pixels,
        folder: Path,
        levels: Targets,
        rows: Int[ndarray, " chosen"] | None,
    ) -> Trained:
        study = self.training
        head = model.head if isinstance(model, Geolocator) else model
        scenes = study.scenes(getattr(head, "n_scenes", 0))
        chosen = (study.rows["train"] if rows is None else rows, study.rows["val"])
        examples = [levels.examples(inputs, study.latlon_deg, rows, scenes) for rows in chosen]
        log = train(model, *examples, recipe.preset, folder, levels.level_names)
        return Trained(recipe, model, log, Path(folder))
