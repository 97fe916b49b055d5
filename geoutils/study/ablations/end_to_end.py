"""S2 cells and semantic partitions learned end to end with equal means (Theiner et al., Table 2).

Both start from the same network, of the same stage, and see the same photos equally often. (Heads
on shared features, as in the other sweeps, learn from what another task has made of the photos.)
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geoutils.prediction import hierarchical_log_scores
from geoutils.study.ablations.study import AblationStudy
from geoutils.study.ablations.variant import Variant

LABELS = {"s2": "s2(M)", "semantic": "SemP"}
AS_PUBLISHED = "as published"  # f* of S2 cells, f of semantic ones


def variants(study: AblationStudy, settings: Mapping[str, Any]) -> list[Variant]:
    """A network for each partition and seed.

    `settings`: seeds; partitions of the base study, the first being the reference; after, the
    stage that both start from; preset.
    """
    shared = {name: settings[name] for name in ("after", "preset")}

    def variant(partition: str, seed: int) -> Variant:
        mapping = {"head": "multi_partition", "partition": partition} | shared

        def place(folder: Path) -> pd.DataFrame:
            targets = study.targets(partition)
            trained = study.train_network(study.recipe(partition, mapping, seed), folder)
            log_probs = study.log_probs(trained)
            product = hierarchical_log_scores(log_probs, targets.parents)
            scores = {"f": log_probs[-1], "f*": product}
            scores[AS_PUBLISHED] = scores["f" if partition == "semantic" else "f*"]
            distances = {
                answer: study.distances_km(score, targets.centers_deg[-1])
                for answer, score in scores.items()
            }
            return study.answers(distances, **trained.cost)

        label = LABELS.get(partition, partition)
        return Variant(
            "end_to_end",
            partition,
            seed,
            place,
            shown_in={"partition": label},
            is_reference=partition == settings["partitions"][0],
            settings=mapping,
        )

    return [
        variant(partition, seed)
        for partition in settings["partitions"]
        for seed in settings["seeds"]
    ]
