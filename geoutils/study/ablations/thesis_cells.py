"""The thesis's experiment C: how many cells (Loria 2021, section 6.4).

A single softmax over the leaves of adaptive trees of different thresholds, on the shared features.
The thesis's thresholds are for 970,565 photos; those of a smaller study have the same ratios.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geoutils.study.ablations.cells import right_cell, tree_targets
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """One classifier for each pair of thresholds and each seed.

    `settings`: seeds; thresholds, pairs of t_min and t_max; recipe.
    """

    def variant(t_min: int, t_max: int, seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            targets = tree_targets(study, t_min, t_max)
            recipe = study.recipe("cells", settings["recipe"] | {"partition": "tree"}, seed)
            trained = study.train_head(recipe, folder, targets)
            scores = study.log_probs(trained)[-1]
            return study.answers(
                {"": study.distances_km(scores, targets.centers_deg[-1])},
                **trained.cost,
                cells=targets.n_cells[-1],
                right_cell=right_cell(scores, targets.cells[study.test_rows, -1]),
                val_loss=trained.log["val_loss"].min(),
                covered=(targets.cells[study.train_rows(), -1] >= 0).mean(),
            )

        return Variant(
            "thesis_c",
            f"{t_min}_{t_max}",
            seed,
            place,
            shown_in={"number of cells": f"{t_min:,} to {t_max:,} photos"},
            settings={"thresholds": [t_min, t_max], "recipe": settings["recipe"]},
        )

    return [
        variant(t_min, t_max, seed)
        for t_min, t_max in settings["thresholds"]
        for seed in settings["seeds"]
    ]
