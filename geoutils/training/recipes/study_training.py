"""What the trainings of a study share: photos, answers, and the recipes of its study file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int, UInt8
from numpy import ndarray

from geoutils.photos import open_pixels, read_manifest
from geoutils.photos.live_pixels import Pixels
from geoutils.photos.scene_groups import scene_numbers
from geoutils.training.recipes.recipe import Recipe, read_recipe
from geoutils.training.recipes.targets import Targets, read_targets

SECTION = "03_training"  # of the study file
NEEDED = ("seed", "threads", "precision", "stages", "heads", "ablation")


@dataclass(frozen=True, eq=False)
class StudyTraining:
    """What trainings of one study share: its photos, its settings, and its recipes by name.

    `results` is the folder results/<study>, `settings` the section 03_training of the study file.
    """

    results: Path
    settings: Mapping[str, Any]
    stages: dict[str, Recipe]
    heads: dict[str, Recipe]
    ablation: dict[str, Recipe]
    _targets: dict[str, Targets] = field(default_factory=dict, repr=False)
    _inputs: dict[str, ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, results: str | Path, settings: Mapping[str, Any]) -> "StudyTraining":
        """Read the recipes of a study; ValueError for one that cannot be, or a name given twice."""
        lacking = [name for name in NEEDED if name not in settings]
        if lacking:
            raise ValueError(
                f"study: the settings of {Path(results)} have no {lacking[0]} in {SECTION}; those "
                "of another version do not, so run the study again"
            )
        shared = {"seed": settings["seed"], "threads": settings["threads"] or None}
        native = settings["precision"] == "native"
        shared["precision"] = native_precision() if native else settings["precision"]
        groups = {
            group: {name: read_recipe(name, recipe, shared) for name, recipe in found.items()}
            for group in ("stages", "heads", "ablation")
            for found in [settings[group] or {}]
        }
        names = [name for group in groups.values() for name in group]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name}: used twice; expected one name for each thing trained")
        return cls(Path(results), settings, **groups)

    @property
    def recipes(self) -> dict[str, Recipe]:
        """All recipes, in the order in which they can be trained."""
        return self.stages | self.heads | self.ablation

    @cached_property
    def manifest(self) -> pd.DataFrame:
        """The photos, as notebook 01 listed them."""
        return read_manifest(self.results / "manifest.parquet")

    @cached_property
    def pixels(self) -> UInt8[Pixels, "photos h w 3"]:
        """The photos themselves, as a memory map, or decoded when they are indexed."""
        pixels = open_pixels(self.results / "photos" / f"{self.settings['image_size']}px.npy")
        if len(pixels) != len(self.manifest):
            raise ValueError(f"pixels: {len(pixels)} photos, but {len(self.manifest)} are listed")
        return pixels

    @cached_property
    def latlon_deg(self) -> Float[ndarray, "photos 2"]:
        """Where the photos were taken."""
        return self.manifest[["latitude", "longitude"]].to_numpy(float)

    @cached_property
    def rows(self) -> dict[str, Int[ndarray, " chosen"]]:
        """Rows of training and validation photos with a known position; ValueError without any."""
        known = np.isfinite(self.latlon_deg).all(axis=1)
        rows = {
            split: np.flatnonzero((self.manifest["split"] == split) & known)
            for split in ("train", "val")
        }
        for split, chosen in rows.items():
            if not len(chosen):
                raise ValueError(f"manifest: no {split} photos; training needs train and val")
        return rows

    def targets(self, partition: str) -> Targets:
        """Cells of all photos in a partition, read once."""
        if partition not in self._targets:
            is_train = np.zeros(len(self.manifest), dtype=bool)
            is_train[self.rows["train"]] = True
            folder = self.results / "partitions"
            self._targets[partition] = read_targets(partition, folder, self.latlon_deg, is_train)
        return self._targets[partition]

    def scenes(self, n_scenes: int) -> Int[ndarray, " photos"]:
        """Scene of each photo among so many, -1 where it is not known."""
        return scene_numbers(self.manifest, n_scenes)

    def folder(self, name: str) -> Path:
        """Where a recipe's geolocator is kept."""
        return self.results / "checkpoints" / name

    def log_folder(self, name: str) -> Path:
        """Where the log of a recipe's training is kept."""
        return self.folder(name) / "head" if name in self.heads else self.folder(name)


def native_precision() -> str:
    """bf16 on a GPU and on a CPU with units for it, fp32 on others.

    Unlike "fastest" it times nothing, so that a machine decides the same in every run.
    """
    units = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bf16" if torch.cuda.is_available() or units else "fp32"
