from pathlib import Path

import numpy as np
import pytest

from geoutils.study.seen_part import seen_part
from geoutils.study.settings import read_study
from geoutils.training.recipes.study_training import StudyTraining

ROOT = Path(__file__).parents[2]


def training(study):
    return StudyTraining.of(f"results/{study}", read_study(ROOT, study)["03_training"])


@pytest.mark.parametrize(
    ("study", "recipe", "side"),
    [
        ("paper_semp", "s2_m", 224),  # end to end, by its own crops
        ("paper_kordopatis", "retrieval", 300),  # a head sees what the last stage was shown
        ("default", "multi_partition", 320),  # whole photos
    ],
)
def test_the_network_is_shown_what_it_was_in_training(study, recipe, side):
    photos = np.random.default_rng(0).integers(256, size=(2, 320, 320, 3), dtype=np.uint8)
    first = (320 - side) // 2
    expected = photos[:, first : first + side, first : first + side]
    np.testing.assert_array_equal(seen_part(training(study), recipe, photos), expected)
    concepts = seen_part(training(study), recipe, photos[..., 0])
    np.testing.assert_array_equal(concepts, expected[..., 0])


def test_photos_smaller_than_in_training_are_refused():
    with pytest.raises(ValueError, match=r"pixels: \(64, 64\); expected 224 or more"):
        seen_part(training("paper_semp"), "semp", np.zeros((1, 64, 64, 3), np.uint8))
