from pathlib import Path

import pandas as pd
import pytest

from geoutils.study.methods import handicaps_text, study_methods
from geoutils.training.recipes.study_training import NEEDED, StudyTraining

STAGES = {"shared": {"head": "multi_partition", "partition": "s2+semantic"}}
HEADS = {
    "multi_partition": {"head": "multi_partition", "partition": "s2"},
    "mc": {"head": "classes", "partition": "tree"},
    "ce": {"head": "classes", "partition": "s2"},
}


def training_of(stages: dict, heads: dict) -> StudyTraining:
    shared = dict.fromkeys(NEEDED, 0) | {"threads": 1, "precision": "fp32"}
    recipes = {"stages": stages, "heads": heads, "ablation": {}}
    return StudyTraining.of(Path("nowhere"), shared | recipes)


def text_of(training: StudyTraining, epochs: dict[str, int]) -> str:
    methods = study_methods(training)
    numbers = {name: epochs[method.recipe] for name, method in methods.items()}
    return handicaps_text(training, methods, pd.DataFrame({"epochs": numbers}))


def test_the_least_trained_and_the_strangers_are_named():
    text = text_of(
        training_of(STAGES, HEADS), {"multi_partition": 8, "mc": 1, "ce": 8, "shared": 3}
    )
    assert text == (
        "Heads saw each training photo once (MC), the others 8 times. The backbone whose "
        "features all of them read learned the cells of s2, semantic, but never those of tree (MC)."
    )


def test_equal_means_are_told_as_such():
    heads = {name: HEADS[name] for name in ("multi_partition", "ce")}
    text = text_of(training_of(STAGES, heads), {"multi_partition": 8, "ce": 8, "shared": 3})
    assert text == "All heads saw each training photo 8 times."


def test_a_backbone_from_elsewhere_knows_none_of_the_cells():
    text = text_of(training_of({}, {"ce": HEADS["ce"]}), {"ce": 4})
    assert text.endswith("learned none of the cells.")


@pytest.mark.parametrize("heads", [{}, {"ce": HEADS["ce"]}])
def test_nothing_is_said_of_heads_that_answer_nothing_here(heads):
    training = training_of(STAGES, heads)
    assert handicaps_text(training, {}, pd.DataFrame({"epochs": []})) == ""
