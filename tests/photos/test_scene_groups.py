import numpy as np
import pandas as pd
import pytest

from geoutils.photos.labels import SCENE_OF_S16
from geoutils.photos.scene_groups import KIND_GROUPS, SCENE_GROUPS, scene_numbers
from geoutils.photos.scenes.kinds import GROUPS, KINDS


def test_every_kind_of_rendered_scene_has_a_group_of_its_own_scene():
    assert len(SCENE_GROUPS) == len(SCENE_OF_S16) == 16
    assert set(KIND_GROUPS) == set(KINDS)
    np.testing.assert_array_equal(SCENE_OF_S16[[KIND_GROUPS[kind] for kind in KINDS]], GROUPS)


def test_numbers_come_from_the_best_column():
    photos = pd.DataFrame(
        {
            "scene": ["indoor", "nature", "urban", ""],
            "kind": ["interior", "forest", "", ""],
            "s16": ["4", "", "15", "16"],
            "s365": ["0", "364", "365", "1.5"],
        },
        index=[7, 7, 1, 0],
    )
    np.testing.assert_array_equal(scene_numbers(photos, 3), [0, 1, 2, -1])
    np.testing.assert_array_equal(scene_numbers(photos, 16), [4, 8, 15, -1])
    np.testing.assert_array_equal(scene_numbers(photos, 365), [0, 364, -1, -1])
    np.testing.assert_array_equal(scene_numbers(photos, 0), [-1] * 4)


def test_photos_without_labels_have_no_scene():
    photos = pd.DataFrame({"scene": ["", "urban"]})
    for n_scenes in (0, 16, 365):
        np.testing.assert_array_equal(scene_numbers(photos, n_scenes), [-1, -1])
    assert scene_numbers(photos.iloc[:0], 16).shape == (0,)


def test_refuses_numbers_of_scenes_without_a_list():
    with pytest.raises(ValueError, match="n_scenes: 5; expected one of 0, 3, 16, 365"):
        scene_numbers(pd.DataFrame({"scene": ["urban"]}), 5)
