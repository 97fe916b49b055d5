"""Semantic partitions: several sets of thresholds, areas only, f and f* (Theiner et al., Table 1).

The paper's thresholds are for 4.7 million photos; those of a smaller study have the same ratios.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from geoutils.geocoding import Addresses, named_geocoder
from geoutils.partitions import Hierarchy, n_distinct_cells, semantic_partitions
from geoutils.prediction import hierarchical_log_scores
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant
from geoutils.training.recipes.targets import Targets, targets_of

QUESTION = "thresholds"
LEVELS = ("coarse", "middle", "fine")


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """SemP and SemP_a by each set of thresholds, and S2 cells by the same recipe.

    `settings`: seeds; min_photos; tau_min and areas_only, lists of thresholds fine → coarse, the
    latter of SemP_a; reference, one of tau_min; preset.
    """

    @cache
    def geocoder() -> str:
        folder = study.training.results / "partitions" / "semantic"
        return Hierarchy.load(folder).levels[-1].cells.geocoder

    @cache
    def addresses() -> Addresses:
        return named_geocoder(geocoder())(study.training.latlon_deg[study.train_rows()])

    def made(taus: Sequence[int], areas_only: bool) -> Hierarchy:
        tau_min = dict(zip(LEVELS, reversed(taus), strict=True))
        return Hierarchy.of(
            semantic_partitions(
                addresses(),
                study.training.latlon_deg[study.train_rows()],
                tau_min,
                settings["min_photos"],
                areas_only,
                geocoder=geocoder(),
            )
        )

    def variant(taus: Sequence[int], areas_only: bool, seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            hierarchy = made(taus, areas_only)
            targets = targets_of("semantic", hierarchy, study.training.latlon_deg)
            n_classes = n_distinct_cells(hierarchy.levels)
            return _place(study, targets, n_classes, settings["preset"], seed, folder)

        kind = "SemP_a" if areas_only else "SemP"
        return Variant(
            "semp",
            "_".join([kind.lower(), *map(str, taus)]),
            seed,
            place,
            shown_in={QUESTION: f"{kind}({{{', '.join(map(str, taus))}}})"},
            is_reference=not areas_only and list(taus) == list(settings["reference"]),
            settings=_of_one(settings, tau_min=list(taus), areas_only=areas_only),
        )

    def s2(seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            targets = study.targets("s2")
            return _place(study, targets, sum(targets.n_cells), settings["preset"], seed, folder)

        own = _of_one(settings, partition="s2")
        return Variant("semp", "s2", seed, place, shown_in={QUESTION: "s2(M)"}, settings=own)

    listed = [(taus, False) for taus in settings["tau_min"]]
    listed += [(taus, True) for taus in settings["areas_only"]]
    semantic = [variant(*one, seed) for one in listed for seed in settings["seeds"]]
    return semantic + [s2(seed) for seed in settings["seeds"]]


def _of_one(settings: Mapping[str, Any], **own: Any) -> dict[str, Any]:
    """What decides one variant's result."""
    return {name: settings[name] for name in ("min_photos", "preset")} | own


def _place(
    study: AblationStudy, targets: Targets, n_classes: int, preset: Any, seed: int, folder: Path
) -> pd.DataFrame:
    """Where f and f* place the test photos, by a head on the shared features."""
    mapping = {"head": "multi_partition", "partition": targets.name, "preset": preset}
    trained = study.train_head(study.recipe("semp", mapping, seed), folder, targets)
    log_probs = study.log_probs(trained)
    scores = {"f": log_probs[-1], "f*": hierarchical_log_scores(log_probs, targets.parents)}
    distances = {
        answer: study.distances_km(score, targets.centers_deg[-1])
        for answer, score in scores.items()
    }
    return study.answers(distances, **trained.cost, classes=n_classes)
