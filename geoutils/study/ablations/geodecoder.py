"""GeoDecoder: depth, scenes, dependent layers, encoder, hierarchies (Clark et al., Tables 2 to 7).

Every design differs from the paper's own (8 layers, 2 of them dependent, queries of 16 scenes and 7
hierarchies) in one thing. Where several tables ask for the same design it is trained once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from geoutils.models import Backbone
from geoutils.prediction import hierarchical_log_scores
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.trained import Trained
from geoutils.study.ablations.variant import Variant
from geoutils.training.recipes.targets import Targets

SWEEP, PARTITION = "geodecoder", "seven"
HANDLINGS = {"none": "none", "task": "secondary task", "queries": "scene queries"}  # Table 3
QUESTIONS = {  # of each thing that differs, in the order of the paper's tables
    "depth": "layers",
    "handling": "scene handling",
    "n_dependent": "dependent layers",
    "n_scenes": "scenes",
    "n_hierarchies": "hierarchies",
}
WITH, WITHOUT = "GeoDecoder", "classifiers alone"
Place = Callable[[Path], pd.DataFrame]


@dataclass(frozen=True)
class Design:
    """A GeoDecoder as the paper's tables vary it; `depth` counts the dependent layers too."""

    depth: int
    handling: str
    n_dependent: int
    n_scenes: int
    n_hierarchies: int

    def __post_init__(self):
        if self.handling not in HANDLINGS:
            raise ValueError(f"handling: {self.handling!r}; expected one of {[*HANDLINGS]}")
        if (self.handling == "none") != (self.n_scenes == 0):
            raise ValueError(f"n_scenes: {self.n_scenes} with handling {self.handling!r}")

    @property
    def name(self) -> str:
        """A name for files."""
        return (
            f"layers_{self.depth}_dependent_{self.n_dependent}_scenes_{self.n_scenes}_"
            f"{self.handling}_hierarchies_{self.n_hierarchies}"
        )

    @property
    def options(self) -> dict[str, Any]:
        """What the head is told of it; the number of hierarchies lies in its targets."""
        told = {"n_scenes": self.n_scenes, "n_dependent": self.n_dependent}
        told["n_independent"] = self.depth - self.n_dependent
        return told | ({"scene_handling": self.handling} if self.n_scenes else {})


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """Every design, then each encoder with the decoder and with classifiers alone.

    `settings`: seeds; n_photos to train on (None: all); theirs, the design of the paper; a list for
    each of its fields; head and preset of the recipes; encoders, names of timm's networks by label,
    with encoder_preset and pretrained; end_to_end, the label of the encoder that all designs are
    trained with ("": they learn from the base study's tokens).
    """
    theirs = Design(**settings["theirs"])
    encoder = settings["end_to_end"]
    listed = []  # name of files, design (None: classifiers alone), encoder, questions
    for design, shown_in in _designs(theirs, settings).items():
        if design == theirs:
            shown_in = {**shown_in, _encoder_question(encoder): WITH}
        if not can_run(study, design, theirs):
            shown_in = {question: f"{label} (no labels)" for question, label in shown_in.items()}
        listed.append((design.name, design, encoder, shown_in))
    for label in settings["encoders"] if encoder else ("", *settings["encoders"]):
        question, name = _encoder_question(label), label.lower() or "base"
        if label != encoder:
            listed.append((f"{name}_decoder", theirs, label, {question: WITH}))
        listed.append((f"{name}_classifiers", None, label, {question: WITHOUT}))
    found = []
    for name, design, label, shown_in in listed:
        own = _settings_of(settings, design, label)
        runs, is_theirs = design is None or can_run(study, design, theirs), name == theirs.name
        for seed in settings["seeds"]:
            place = _place(study, own, seed) if runs else _nowhere(study)
            found.append(Variant(SWEEP, name, seed, place, shown_in, is_theirs, own))
    return found


def can_run(study: AblationStudy, design: Design, theirs: Design) -> bool:
    """Whether a design's scenes are known of any photo, where it differs from theirs in scenes.

    Theirs runs in any case: without labels it has no scene loss.
    """
    if design.n_scenes in (0, theirs.n_scenes):
        return True
    return bool((study.training.scenes(design.n_scenes) >= 0).any())


def chosen_levels(targets: Targets, n_levels: int) -> Targets:
    """So many levels of a hierarchy, evenly spread, with the finest always among them.

    The paper does not say which hierarchies its 1, 3 and 5 are (Table 7). With the finest kept
    (ours), every design names cells of the same size. Raises ValueError for more than there are.
    """
    if not 1 <= n_levels <= len(targets.level_names):
        raise ValueError(
            f"n_hierarchies: {n_levels}; expected 1 to {len(targets.level_names)}, as "
            f"{targets.name} has"
        )
    last = len(targets.level_names) - 1
    levels = [last] if n_levels == 1 else np.linspace(0, last, n_levels).round().astype(int)
    return replace(
        targets,
        level_names=[targets.level_names[level] for level in levels],
        n_cells=[targets.n_cells[level] for level in levels],
        cells=targets.cells[:, levels],
        centers_deg=[targets.centers_deg[level] for level in levels],
        parents=targets.parents[:, levels],
    )


def _designs(theirs: Design, settings: Mapping[str, Any]) -> dict[Design, dict[str, str]]:
    """All designs, each with the questions that ask for it; every question in its list's order."""
    shown: dict[Design, dict[str, str]] = {}
    place: dict[Design, int] = {theirs: 0}  # before, at, or after the one that all lists share
    for field, question in QUESTIONS.items():
        side = -1
        for value in settings[field]:
            changed = {field: value}
            if value in ("none", 0) and field in ("handling", "n_scenes"):
                changed = {"handling": "none", "n_scenes": 0}
            design = replace(theirs, **changed)
            label = HANDLINGS[value] if field == "handling" else str(value)
            shown.setdefault(design, {})[question] = label
            side = 1 if design == theirs else side
            place.setdefault(design, side)
    return {design: shown[design] for design in sorted(shown, key=place.__getitem__)}


def _encoder_question(label: str) -> str:
    return f"encoder: {label}" if label else "encoder: the base study's"


def _settings_of(
    settings: Mapping[str, Any], design: Design | None, encoder: str
) -> dict[str, Any]:
    """What decides one variant's result: its recipe, how many photos, and the network it is on."""
    recipe: dict[str, Any] = {"head": "multi_partition", "partition": PARTITION}
    if design is not None:
        # A transformer's tokens know their places.
        told = settings["head"] | ({"positions": False} if encoder else {})
        recipe = {"head": "geodecoder", "partition": PARTITION, **told, **design.options}
    return {
        "recipe": recipe | {"preset": settings["encoder_preset" if encoder else "preset"]},
        "n_hierarchies": design.n_hierarchies if design else None,
        "n_photos": settings["n_photos"],
        "network": settings["encoders"][encoder] if encoder else "",
        "pretrained": settings["pretrained"] if encoder else "",
    }


def _place(study: AblationStudy, own: Mapping[str, Any], seed: int) -> Place:
    """How one variant is trained and asked about test photos."""

    def place(folder: Path) -> pd.DataFrame:
        targets = study.targets(PARTITION)
        targets = chosen_levels(targets, own["n_hierarchies"] or len(targets.level_names))
        recipe = study.recipe(SWEEP, own["recipe"], seed)
        rows = study.train_rows(own["n_photos"], seed)
        if own["network"]:
            backbone = _started(own["network"], own["pretrained"], seed)
            trained = study.train_network(recipe, folder, targets, backbone, rows)
        else:
            trained = study.train_head(recipe, folder, targets, rows=rows)
        return _answered(study, trained, targets)

    return place


def _nowhere(study: AblationStudy) -> Place:
    """The result of what could not be run."""
    return lambda folder: study.answers({"": np.full(len(study.test_rows), np.nan)})


def _started(network: str, pretrained: str, seed: int) -> Backbone:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Backbone(network, pretrained=pretrained)


def _answered(study: AblationStudy, trained: Trained, targets: Targets) -> pd.DataFrame:
    """Test photos placed by the product over all levels (Section 3.5)."""
    product = hierarchical_log_scores(study.log_probs(trained), targets.parents)
    distances_km = study.distances_km(product, targets.centers_deg[-1])
    return study.answers({"": distances_km}, **trained.cost)
