"""The thesis's experiment D: MC, HMC, HMC-sol and HMC-smooth (Loria 2021, section 6.5).

Training ends by early stopping, so the best epoch says how fast a model converges. The thesis
measures an epoch of the whole network. Where only heads are trained here, on the shared features,
that is reckoned as an epoch of the base study's last stage and one of the head.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geoutils.study.ablations.cells import right_cell
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant
from geoutils.training.state.record import read_log


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """Each model of the family with each seed, over the leaves of the base study's tree.

    `settings`: seeds; recipes, what is trained under each label, the first being the reference;
    end_to_end, whether that is whole networks.
    """

    def variant(number: int, label: str, recipe: Mapping[str, Any], seed: int) -> Variant:
        def place(folder: Path) -> pd.DataFrame:
            return _place(study, dict(recipe), settings["end_to_end"], seed, folder)

        return Variant(
            "thesis_d",
            label.lower().replace("-", "_"),
            seed,
            place,
            shown_in={"model": label},
            is_reference=number == 0,
            settings={"recipe": recipe, "end_to_end": settings["end_to_end"]},
        )

    return [
        variant(number, label, recipe, seed)
        for number, (label, recipe) in enumerate(settings["recipes"].items())
        for seed in settings["seeds"]
    ]


def _place(
    study: AblationStudy, mapping: dict[str, Any], end_to_end: bool, seed: int, folder: Path
) -> pd.DataFrame:
    recipe = study.recipe("model", mapping | {"partition": "tree"}, seed)
    train = study.train_network if end_to_end else study.train_head
    trained = train(recipe, folder)
    targets, scores = study.targets("tree"), study.log_probs(trained)[-1]
    per_epoch = trained.log["seconds"].median()
    if not end_to_end and study.stage:
        per_epoch += read_log(study.training.log_folder(study.stage))["seconds"].median()
    return study.answers(
        {"": study.distances_km(scores, targets.centers_deg[-1])},
        **trained.cost,
        cells=targets.n_cells[-1],
        right_cell=right_cell(scores, targets.cells[study.test_rows, -1]),
        val_loss=trained.log["val_loss"].min(),
        epochs_to_converge=trained.best_epoch,
        seconds_per_epoch=per_epoch,
    )
