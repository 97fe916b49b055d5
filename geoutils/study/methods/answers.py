"""What the trained models of a study say of photos, each asked once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Float32, Int, UInt8
from numpy import ndarray
from torch import nn

from geoutils.models import Backbone, Geolocator, Head, load_model
from geoutils.partitions import Partition
from geoutils.partitions.geoclass import combine
from geoutils.photos import open_pixels, read_manifest
from geoutils.photos.live_pixels import Pixels
from geoutils.prediction import (
    embeddings_of_features,
    log_probs_of_features,
    mean_log_probs,
)
from geoutils.study.methods.cell_levels import CellLevels, cell_levels
from geoutils.study.methods.listing import is_on_shared
from geoutils.study.methods.looks import crop_features, crop_of, network_log_probs
from geoutils.study.methods.lost import LostPhotos, listed_as_lost, lost_in_training
from geoutils.training.learner import head_of
from geoutils.training.recipes.from_study import shared_backbone, shared_inputs
from geoutils.training.recipes.study_training import StudyTraining

RAW = ""  # in place of a retrieval head: the features as they are
CHUNK = 2048  # training photos whose probabilities are held in memory at once
ASKED = "asked"  # the split of photos that somebody asks about, which belong to no study


def gpu_if_any() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True, eq=False)
class StudyAnswers:
    """Log-probabilities and embeddings of photos by everything that a study trained.

    The photos are those of `manifest`, with their `pixels`: the study's own, or (a borrowed model)
    those of another. Answers of one recipe at a time are kept, so ask for all that concerns a
    recipe before the next. `crops` as in `looks`; embeddings are always of the middle. Models are
    asked on `device`, about a few photos at a time: no split is ever in memory as pixels. A photo
    that could not be read once is `lost`, and in no split; one that vanishes while it is asked
    about raises LostPhotos, and is lost from then on.
    """

    training: StudyTraining
    manifest: pd.DataFrame
    pixels: UInt8[Pixels, "photos h w 3"]
    crops: str = "middle"
    device: torch.device = field(default_factory=gpu_if_any)
    _kept: dict = field(default_factory=dict, repr=False)
    _features: dict = field(default_factory=dict, repr=False)
    _loaded: dict = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        training: StudyTraining,
        results: str | Path | None = None,
        image_size: int | None = None,
        crops: str = "middle",
    ) -> "StudyAnswers":
        """Answers to the photos of a results folder, by default those of the training's study.

        `image_size` is the side of the pixels to show; by default that of training. Raises
        ValueError where pixels and manifest do not fit each other.
        """
        if results is None or Path(results).resolve() == training.results.resolve():
            return cls(training, training.manifest, training.pixels, crops)
        manifest = read_manifest(Path(results) / "manifest.parquet")
        size = image_size or training.settings["image_size"]
        pixels = open_pixels(Path(results) / "photos" / f"{size}px.npy")
        if len(pixels) != len(manifest):
            raise ValueError(f"pixels: {len(pixels)} photos, but {len(manifest)} are listed")
        return cls(training, manifest, pixels, crops)

    def about(self, names: Sequence[str], pixels: UInt8[ndarray, "photos h w 3"]) -> "StudyAnswers":
        """The same models asked about other photos, of no known position, all of split ASKED.

        What is loaded stays so, for these photos and the next; what was said of photos that this
        was asked about before is forgotten.
        """
        self._kept.pop(f"log_probs {ASKED}", None)
        self._forget_features(ASKED)
        unknown = np.full(len(names), np.nan)
        photos = {"photo": list(names), "latitude": unknown, "longitude": unknown}
        return replace(self, manifest=pd.DataFrame(photos | {"split": ASKED}), pixels=pixels)

    def rows(self, split: str) -> Int[ndarray, " chosen"]:
        """Rows of a split's photos that are not lost; ValueError where there are none."""
        rows = np.flatnonzero((self.manifest["split"] == split).to_numpy() & ~self.lost)
        if not len(rows):
            known = ", ".join(sorted(set(self.manifest["split"])))
            raise ValueError(f"split: no {split!r} photos; there are {known}")
        return rows

    def photos(self, split: str) -> pd.DataFrame:
        """The manifest's rows of a split's photos that are not lost, numbered from 0."""
        return self.manifest.iloc[self.rows(split)].reset_index(drop=True)

    @cached_property
    def lost(self) -> Bool[ndarray, " photos"]:
        """Which of the photos could not be read; see `geoutils.study.methods.lost`."""
        return lost_in_training(self.training) if self.is_own else listed_as_lost(self.pixels)

    @property
    def train_lost(self) -> Bool[ndarray, " train"]:
        """Which of the training photos, in the order of their rows, nobody may find."""
        if ("lost", "train") not in self._features:
            lost = lost_in_training(self.training)[self.training.rows["train"]]
            self._features["lost", "train"] = lost
        return self._features["lost", "train"]

    def levels(self, recipe: str) -> CellLevels:
        """The partitions whose cells a recipe's head scores."""
        folder, asked = self.training.results / "partitions", self.training.recipes[recipe]
        return self.once(recipe, "levels", lambda: cell_levels(folder, asked))

    def combined(self, recipe: str) -> Partition:
        """The combined partition of a recipe over sets of geoclasses."""
        return self.once(recipe, "combined", lambda: combine(self.levels(recipe).levels))

    def log_probs(self, recipe: str, split: str) -> list[Float[ndarray, "photos _"]]:
        """Log-probability of every cell of every level, coarse → fine; averaged over crops."""
        return self.once(recipe, f"log_probs {split}", lambda: self._asked(recipe, split))

    def train_log_probs(
        self, recipe: str
    ) -> Iterator[tuple[Int[ndarray, " some"], list[Float[ndarray, "some _"]]]]:
        """Rows and log-probabilities of the training photos, some at a time, from features."""
        head, rows = self._head(recipe), self.training.rows["train"]
        features = shared_inputs(self.training, head.takes)
        for start in range(0, len(rows), CHUNK):
            some = rows[start : start + CHUNK]
            yield some, log_probs_of_features(head, features[some])

    def embeddings(self, recipe: str, split: str) -> Float32[ndarray, "photos values"]:
        """Vectors of a split's photos by a retrieval head; RAW: the backbone's features."""
        return self._embedded(recipe, self._middle("features", split))

    def train_embeddings(self, recipe: str) -> Float32[ndarray, "photos values"]:
        """The same of the training photos, in the order of their rows."""
        if ("train", recipe) not in self._features:
            features = shared_inputs(self.training, "features")[self.training.rows["train"]]
            self._features["train", recipe] = self._embedded(recipe, features)
        return self._features["train", recipe]

    @property
    def is_own(self) -> bool:
        """Whether the photos are those of the study that trained."""
        # Not read for this: whoever asks about photos of his own needs no others.
        return self.manifest is vars(self.training).get("manifest")

    @property
    def backbone(self) -> Backbone:
        """The shared backbone."""
        return self._load("backbone", lambda: shared_backbone(self.training))

    def _asked(self, recipe: str, split: str) -> list[Float[ndarray, "photos _"]]:
        is_kept = is_on_shared(self.training, recipe)
        if not is_kept or (self.crops != "middle" and recipe not in self.training.heads):
            model = self.once(recipe, "model", lambda: self._model(recipe))
            crop_px = crop_of(self.training, recipe)
            with self._noting_lost(split):
                rows = self.rows(split)
                return network_log_probs(model, self.pixels, rows, crop_px, self.crops)
        head = self._head(recipe)
        if self.crops == "middle":
            return log_probs_of_features(head, self._middle(head.takes, split))
        by_crop = self._looked_at(head.takes, split, self.crops)
        return mean_log_probs([log_probs_of_features(head, values) for values in by_crop])

    def _middle(self, takes: str, split: str) -> Float32[ndarray, "photos ..."]:
        """Features of a split's photos, of each one's middle: cached ones where there are any."""
        if self.is_own:
            return shared_inputs(self.training, takes)[self.rows(split)]
        return self._looked_at(takes, split, "middle")[0]

    def _looked_at(
        self, takes: str, split: str, crops: str
    ) -> list[Float32[ndarray, "photos ..."]]:
        """Features of a split's photos, an array for each look at them, computed once for all."""
        if (takes, split, crops) not in self._features:
            crop_px = crop_of(self.training, (list(self.training.stages) or [""])[-1])
            with self._noting_lost(split):
                self._features[takes, split, crops] = crop_features(
                    self.backbone, self.pixels, self.rows(split), takes, crop_px, crops
                )
        return self._features[takes, split, crops]

    @contextmanager
    def _noting_lost(self, split: str) -> Iterator[None]:
        """Whoever is lost while a split is asked about is left out of all that follows."""
        try:
            yield
        except LostPhotos as error:
            self.lost[error.rows] = True
            self._kept.clear()
            self._forget_features(split)
            raise

    def _forget_features(self, split: str) -> None:
        for key in [key for key in self._features if key[1] == split]:
            del self._features[key]

    def _head(self, recipe: str) -> Head:
        return self.once(recipe, "head", lambda: self._trained_head(recipe).to(self.device))

    def _embedded(self, recipe: str, features: Float32[ndarray, "n d"]) -> Float32[ndarray, "n v"]:
        if recipe == RAW:
            return features
        head = self._load(f"embedding {recipe}", lambda: self._trained_head(recipe))
        return embeddings_of_features(head, features)

    def _model(self, recipe: str) -> Geolocator:
        return load_model(self.training.folder(recipe)).to(self.device)

    def _trained_head(self, recipe: str) -> Head:
        return head_of(load_model(self.training.log_folder(recipe)))

    def _load(self, what: str, make: Callable[[], nn.Module]) -> Any:
        """A module on the device, kept as long as there is anything to ask."""
        if what not in self._loaded:
            self._loaded[what] = make().to(self.device)
        return self._loaded[what]

    def once(self, recipe: str, what: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, kept until another recipe is asked about."""
        if self._kept.get("recipe") != recipe:
            self._kept.clear()
            self._kept["recipe"] = recipe
        if what not in self._kept:
            self._kept[what] = make()
        return self._kept[what]
