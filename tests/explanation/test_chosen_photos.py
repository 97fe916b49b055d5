import numpy as np
import pytest

from geoutils.explanation.chosen_photos import CONFIDENTLY_WRONG, chosen_photos

RNG = np.random.default_rng(0)
N = 400
OFF_KM = 10 ** RNG.uniform(-2, 4.3, N)
SURE = RNG.random(N)
CUES = RNG.choice(["street", "city", ""], N)


def test_every_photo_belongs_to_the_group_that_it_stands_for():
    found = chosen_photos(OFF_KM, SURE, 3, 2500, CUES, ["street", "city", ""], seed=4)
    assert found["place"].is_unique
    assert found["group"].tolist() == (
        ["within 1 km"] * 3 + ["1 to 200 km off"] * 3 + [CONFIDENTLY_WRONG] * 3
    ) + ["street", "city", ""]
    groups = found.groupby("group", sort=False)["place"].apply(list)
    assert (OFF_KM[groups["within 1 km"]] < 1).all()
    middle = OFF_KM[groups["1 to 200 km off"]]
    assert ((middle >= 1) & (middle < 200)).all()
    far = np.flatnonzero(OFF_KM >= 2500)
    surest = np.sort(SURE[far])[-round(0.1 * len(far)) :]
    assert set(SURE[groups[CONFIDENTLY_WRONG]]) <= set(surest)
    for cue in ("street", "city", ""):
        assert CUES[groups[cue]].tolist() == [cue]


def test_the_draw_is_the_seeds_and_no_groups_concern():
    first = chosen_photos(OFF_KM, SURE, 3, seed=1)
    assert first.equals(chosen_photos(OFF_KM, SURE, 3, seed=1))
    assert not first.equals(chosen_photos(OFF_KM, SURE, 3, seed=2))
    without_near = np.where(OFF_KM < 1, 300.0, OFF_KM)
    rest = chosen_photos(without_near, SURE, 3, seed=1)
    assert rest["place"].tolist() == first["place"].tolist()[3:]


def test_few_photos_and_unknown_ones():
    assert len(chosen_photos(np.array([3000.0, 9.0]), np.array([0.1, 0.2]), 4)) == 2
    assert chosen_photos(np.array([3000.0]), np.array([np.nan]), 2).empty  # it has no answer
    unknown = chosen_photos(np.full(5, np.nan), np.full(5, 0.5), 2)
    assert unknown["group"].tolist() == ["any photo"] * 2
    with pytest.raises(ValueError, match="expected 2, one for each photo"):
        chosen_photos(np.ones(2), np.ones(3), 1)
