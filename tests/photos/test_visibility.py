import numpy as np
import pytest

from geoutils.photos import visibility
from geoutils.photos.positions import rendered_manifest
from geoutils.photos.scenes import CUES, compose
from geoutils.photos.scenes.kinds import CAN_SHOW, KINDS


@pytest.fixture(scope="module")
def scenes():
    return compose(rendered_manifest(4000, 0, 0, 0, seed=8, test_seed=9))


def test_every_cue_has_a_probability():
    assert tuple(visibility.SHOWN) == CUES
    assert all(0 < p <= 1 for p in visibility.SHOWN.values())


def test_a_fifth_of_the_photos_says_nothing(scenes):
    inside = np.isin(scenes.kind, [KINDS.index(k) for k in ("interior", "closeup")])
    assert inside.mean() == pytest.approx(visibility.INDOOR + visibility.CLOSEUP, abs=0.03)
    carriers = [cue for cue in CUES if cue not in ("people", "cars", "animals")]
    assert not any(scenes.shows(cue)[inside].any() for cue in carriers)


@pytest.mark.parametrize("cue", ["city", "country", "ground", "relief", "people", "cars"])
def test_cues_show_as_often_as_the_file_says(scenes, cue):
    can = CAN_SHOW[cue][scenes.kind]
    assert scenes.shows(cue)[can].mean() == pytest.approx(visibility.SHOWN[cue], abs=0.05)


def test_landmarks_stand_at_popular_spots_only(scenes):
    shown = scenes.shows("landmark")
    assert (scenes.spot[shown] >= 0).all()
    can = CAN_SHOW["landmark"][scenes.kind] & (scenes.spot >= 0)
    assert shown[can].mean() == pytest.approx(visibility.SHOWN["landmark"], abs=0.05)
