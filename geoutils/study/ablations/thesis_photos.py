"""The thesis's experiment B: how many training photos (Loria 2021, section 6.3).

Whole networks, since features of a network that has seen all photos would know them all. Photos are
drawn as in equation 6.4: as many of each cell, and the rest at random.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int
from numpy import ndarray

from geoutils.study.ablations.cells import right_cell, tree_targets
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant
from geoutils.training.recipes.from_study import untrained_backbone


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """One network for each number of photos and each seed, over the leaves of one tree.

    `settings`: seeds; photos, the numbers; thresholds, t_min and t_max of the tree; recipe.
    """

    def variant(n_photos: int, seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            recipe = study.recipe("photos", settings["recipe"] | {"partition": "tree"}, seed)
            targets, train = tree_targets(study, *settings["thresholds"]), study.train_rows()
            rows = train[balanced_draw(targets.cells[train, -1], n_photos, seed)]
            backbone = untrained_backbone(study.training)
            trained = study.train_network(recipe, folder, targets, backbone, rows)
            scores = study.log_probs(trained)[-1]
            return study.answers(
                {"": study.distances_km(scores, targets.centers_deg[-1])},
                **trained.cost,
                cells=targets.n_cells[-1],
                photos=len(rows),
                right_cell=right_cell(scores, targets.cells[study.test_rows, -1]),
                val_loss=trained.log["val_loss"].min(),
            )

        return Variant(
            "thesis_b",
            f"{n_photos}_photos",
            seed,
            place,
            shown_in={"training photos": f"{n_photos:,}"},
            settings={"photos": n_photos} | {n: settings[n] for n in ("thresholds", "recipe")},
        )

    return [variant(n, seed) for n in settings["photos"] for seed in settings["seeds"]]


def balanced_draw(
    cells: Int[ndarray, " photos"], n_photos: int, seed: int = 0
) -> Int[ndarray, " drawn"]:
    """Photos drawn without replacement: as many of each cell, then any; in rising order.

    Of each cell round(n_photos / cells) are taken, or all where it has fewer, and photos of any
    cell fill what is missing; where rounding up would take too many, some at random are left out.
    Photos outside all cells (-1) are not drawn. Loria 2021, equation 6.4 and the text before it.
    Raises ValueError where too few photos lie in cells.
    """
    inside = np.flatnonzero(cells >= 0)
    if not 0 < n_photos <= len(inside):
        raise ValueError(f"n_photos: {n_photos}; expected 1 … {len(inside)}, the photos in cells")
    shuffled = np.random.default_rng(seed).permutation(inside)
    of_cell = cells[shuffled]
    order = np.argsort(of_cell, kind="stable")
    counts = np.bincount(of_cell)
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(shuffled), dtype=int)  # of each photo among those of its cell
    rank[order] = np.arange(len(shuffled)) - starts[of_cell[order]]
    share = round(n_photos / np.count_nonzero(counts))
    first = rank < share
    return np.sort(np.concatenate([shuffled[first], shuffled[~first]])[:n_photos])
