"""The thesis's experiment A: which backbone (Loria 2021, section 6.2).

The thesis compares networks with ImageNet's weights, which stay as they are. Small networks that
start at random learn with their classifier instead; the table says how many weights each has.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from geoutils.models import Backbone
from geoutils.study.ablations.cells import right_cell
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """One classifier of the leaves of the base study's tree for each backbone and seed.

    `settings`: seeds; photos, how many are learned from (null: all); pooling; backbones, for each
    label its timm name, `pretrained` and whether it is `frozen`; recipe.
    """

    def variant(label: str, network: Mapping[str, Any], seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            recipe = study.recipe("backbone", settings["recipe"] | {"partition": "tree"}, seed)
            backbone = _backbone(network, settings["pooling"], seed)
            rows = study.train_rows(settings["photos"], seed)
            trained = study.train_network(recipe, folder, backbone=backbone, rows=rows)
            targets, scores = study.targets("tree"), study.log_probs(trained)[-1]
            return study.answers(
                {"": study.distances_km(scores, targets.centers_deg[-1])},
                **trained.cost,
                cells=targets.n_cells[-1],
                right_cell=right_cell(scores, targets.cells[study.test_rows, -1]),
                val_loss=trained.log["val_loss"].min(),
            )

        shared = {name: settings[name] for name in ("photos", "pooling", "recipe")}
        return Variant(
            "thesis_a",
            network["name"],
            seed,
            place,
            shown_in={"backbone": label},
            settings=shared | {"network": dict(network)},
        )

    return [
        variant(label, network, seed)
        for label, network in settings["backbones"].items()
        for seed in settings["seeds"]
    ]


def _backbone(network: Mapping[str, Any], pooling: str, seed: int) -> Backbone:
    """A backbone as it starts: at random by the seed, or with weights, which then may be frozen."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone = Backbone(network["name"], pooling=pooling, pretrained=network["pretrained"])
    for weight in backbone.parameters():
        weight.requires_grad = not network["frozen"]
    return backbone
