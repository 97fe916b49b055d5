"""What combining gains: geoclass sets alone, their averages, their combinations, and two sums.

Seo et al., 2018, Tables 2 and 5. Classifiers of all sets learn from the shared features; the five
sets of the base study, the finest S2 cells (PlaNet's kind), and three sets of unlike size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import PartialState
from jaxtyping import Float, Float32
from numpy import ndarray
from torch.utils.flop_counter import FlopCounterMode

from geoutils.evaluation.accuracy import CPLANET_RADII_KM
from geoutils.models import Backbone, parameter_count
from geoutils.partitions import (
    GEOCLASS_SETS,
    Hierarchy,
    Partition,
    base_graph,
    combine,
    geoclass_set,
)
from geoutils.photos.descriptors import image_descriptors
from geoutils.prediction import average_points, best_tuples
from geoutils.sphere import great_circle_km
from geoutils.study.ablations.cplanet_ways import (
    FIVE,
    IMAGENET,
    PLANET,
    SUMS,
    UNLIKE,
    Way,
    ways_of_tables,
)
from geoutils.study.ablations.other_radii import with_hits
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant
from geoutils.training.augmentation.augment import as_images
from geoutils.training.features import cache_features, features_key
from geoutils.training.recipes.from_study import seen_pixels
from geoutils.training.recipes.targets import Targets

OTHER_SIZES = {3: 3416, 4: 1444, 5: 10_600}  # Table 5; sets 1 and 2 are those of Table 1
# Heads that are trained together, on one kind of features.
HEADS = {"sets": (*FIVE, PLANET), "unlike": UNLIKE[2:], IMAGENET: (IMAGENET,)}


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """Every way of Tables 2 and 5, with every seed; a mean of accuracies has a run for each set.

    `settings`: seeds; preset of all heads; subspace_seed, of the looks by which sets of unlike size
    are made; imagenet, the backbone and the source of its weights for ImageNetFeat.
    """
    sets = Sets(study, settings["preset"], settings["subspace_seed"], settings["imagenet"])
    shared = {name: value for name, value in settings.items() if name != "seeds"}

    def variant(way: Way, run: int, seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            return sets.placed(way, seed, folder.parent)

        own = shared | {"way": vars(way), "seed": seed}
        return Variant("cplanet", way.name, run, place, way.shown_in, settings=own)

    found = []
    for way in ways_of_tables():
        ones = [way]
        if way.how == "accuracies":
            ones = [replace(way, sets=(name,), how="alone") for name in way.sets]
        found += [
            variant(one, seed * len(ones) + number, seed)
            for seed in settings["seeds"]
            for number, one in enumerate(ones)
        ]
    return found


@dataclass(frozen=True, eq=False)
class Said:
    """What heads trained together say of the test photos, set by set, and their training."""

    log_probs: dict[str, Float[ndarray, "test _"]]
    parameters: dict[str, int]
    seconds: float


@dataclass(frozen=True, eq=False)
class Sets:
    """Partitions of a base study and beside it, and what heads over them say."""

    study: AblationStudy
    preset: Any
    subspace_seed: int
    imagenet: Mapping[str, str]
    _said: dict[tuple[str, int], Said] = field(default_factory=dict)
    _combined: dict[tuple[str, ...], Partition] = field(default_factory=dict)

    @cached_property
    def partitions(self) -> dict[str, Partition]:
        """The base study's five sets and its finest S2 cells, and three sets of other sizes.

        Those are sets 3 to 5 by their parameters of Table 1 with the sizes of Table 5, made from
        the same photos and base cells.
        """
        training, rows = self.study.training, self.study.train_rows()
        folder = training.results / "partitions"
        found = {name: Partition.load(folder / "cplanet" / f"{name}.parquet") for name in FIVE}
        found |= {PLANET: Hierarchy.load(folder).levels[-1], IMAGENET: found["set_1"]}
        level, n_first = found["set_1"].cells.base.level, len(found["set_1"])
        looks = image_descriptors(training.pixels, rows)
        graph = base_graph(training.latlon_deg[rows], level, looks)
        for number, size in OTHER_SIZES.items():
            published = replace(GEOCLASS_SETS[number - 1], n_classes=size)
            here, name = published.scaled(len(rows), n_first, level), f"unlike_{number}"
            found[name] = geoclass_set(graph, here.n_classes, here, self.subspace_seed, name)
        return found

    def placed(self, way: Way, seed: int, folder: Path) -> pd.DataFrame:
        """Where a way places the test photos; heads are trained below a folder, once for all ways.

        Measures: parameters of the heads used; seconds of training, that of all heads trained along
        with them included; classes to choose from; and the cost of heads and of combining, in
        shares of the operations that a photo's features take (section 5.4: 2 % and 0.004 %).
        """
        used = {name: self._head(name) for name in way.sets}
        heads = {head: self._asked(head, seed, folder) for head in set(used.values())}
        said = [heads[used[name]].log_probs[name] for name in way.sets]
        parts = [self.partitions[name] for name in way.sets]
        points = [
            part.centers_deg[own.argmax(axis=1)] for part, own in zip(parts, said, strict=True)
        ]
        measures: dict[str, float] = {
            "parameters": sum(heads[used[name]].parameters[name] for name in way.sets),
            "seconds": sum(head.seconds for head in heads.values()),
            "classes": len(parts[0]),
        }
        where = points[0]
        if way.how == "points":
            where, measures["classes"] = average_points(points), np.nan
        elif way.how in SUMS:
            combined = self._combination(way.sets)
            where = combined.centers_deg[best_tuples(said, combined.cells, way.how)]
            measures["classes"] = len(combined)
            operations = {"heads": 2 * measures["parameters"]}
            operations["combining"] = combined.cells.tuples.size
            for name, number in operations.items():
                measures[f"{name}_share"] = number / self._operations_of_features
        # Points that cancel out are no place.
        placed = np.isfinite(where).all(axis=1)
        distances_km = great_circle_km(np.where(placed[:, None], where, 0), self.study.truth_deg)
        answers = self.study.answers({"": np.where(placed, distances_km, np.inf)}, **measures)
        return with_hits(answers, CPLANET_RADII_KM)

    def _head(self, name: str) -> str:
        return next(head for head, names in HEADS.items() if name in names)

    def _combination(self, names: tuple[str, ...]) -> Partition:
        if names not in self._combined:
            self._combined[names] = combine([self.partitions[name] for name in names])
        return self._combined[names]

    def _asked(self, head: str, seed: int, folder: Path) -> Said:
        """Trained and asked once."""
        if (head, seed) not in self._said:
            names = HEADS[head]
            inputs = self._imagenet_features if head == IMAGENET else self.study.inputs()
            mapping = {"head": "multi_partition", "partition": "cplanet", "preset": self.preset}
            recipe = self.study.recipe(head, mapping, seed)
            own = folder / f"{head}_heads_{seed}"
            trained = self.study.train_head(recipe, own, self._targets(names), inputs)
            log_probs = self.study.log_probs(trained, inputs)
            parameters = [parameter_count(level) for level in trained.model.levels]
            self._said[head, seed] = Said(
                log_probs=dict(zip(names, log_probs, strict=True)),
                parameters=dict(zip(names, parameters, strict=True)),
                seconds=trained.cost["seconds"],
            )
        return self._said[head, seed]

    def _targets(self, names: tuple[str, ...]) -> Targets:
        """The class of every photo in some partitions, side by side."""
        latlon_deg = self.study.training.latlon_deg
        known = np.isfinite(latlon_deg).all(axis=1)
        parts = [self.partitions[name] for name in names]
        cells = np.full((len(latlon_deg), len(parts)), -1)
        for column, part in enumerate(parts):
            cells[known, column] = part.assign(latlon_deg[known])
        centers_deg = [part.centers_deg for part in parts]
        return Targets("cplanet", list(names), [len(p) for p in parts], cells, centers_deg)

    @cached_property
    def _imagenet_features(self) -> Float32[ndarray, "photos dims"]:
        """Features of all photos by a network that learned ImageNet's objects alone."""
        training = self.study.training
        pixels = seen_pixels(training, self.study.stage)
        source = self.imagenet["backbone"], self.imagenet["pretrained"]
        backbone = Backbone(source[0], pretrained=source[1]).to(PartialState().device).eval()
        key = features_key(backbone, training.results / "manifest.parquet", pixels)
        path = self.study.folder / "features" / f"{IMAGENET}.npy"
        return cache_features(backbone, pixels, path, key, "features")

    @cached_property
    def _operations_of_features(self) -> int:
        """Multiplications and additions that the shared backbone needs for one photo."""
        backbone = self.study.backbone
        photo = seen_pixels(self.study.training, self.study.stage)[:1]
        images = as_images(torch.from_numpy(np.array(photo))).to(next(backbone.parameters()).device)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            backbone(images)
        return counter.get_total_flops()
