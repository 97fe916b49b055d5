import numpy as np
import pandas as pd
import pytest

from geoutils.photos.positions import rendered_manifest
from geoutils.photos.scenes import compose, scene_truth
from geoutils.photos.scenes.kinds import KINDS
from geoutils.photos.scenes.readings import (
    READINGS,
    in_view,
    readings,
    situation_chances,
    situation_of,
    soil_in_view,
)


@pytest.fixture(scope="module")
def manifest():
    return rendered_manifest(3000, 0, 0, 0, seed=3, test_seed=4)


@pytest.fixture(scope="module")
def scenes(manifest):
    return compose(manifest)


def column(table, name):
    return table[:, READINGS.index(name)]


def test_values_belong_to_places(manifest, scenes):
    values = readings(scenes)
    assert values.min() >= 0
    moved_on = manifest.assign(seed=manifest["seed"] + 1, author="somebody else")
    again = readings(compose(moved_on))
    spot = scenes.spot >= 0
    np.testing.assert_array_equal(values[:, 1:], again[:, 1:])
    np.testing.assert_array_equal(values[spot, 0], again[spot, 0])
    assert len(np.unique(column(values, "landmark")[spot])) == len(np.unique(scenes.spot[spot]))
    assert len(np.unique(column(values, "landmark")[~spot])) == (~spot).sum()


def test_coarser_values_hold_finer_ones(scenes):
    values = pd.DataFrame(readings(scenes), columns=READINGS)
    for fine, coarse in (("region", "country"), ("country", "culture")):
        assert (values.groupby(fine)[coarse].nunique() == 1).all()


def test_what_can_be_read_fits_the_truth_of_the_scene(scenes):
    view, truth = in_view(scenes), scene_truth(scenes)
    scale = truth["carrier_scale"].to_numpy()
    for name, level in (("landmark", "street"), ("climate", "climate")):
        assert column(view, name)[scale == level].all()
    assert view[:, :4].any(axis=1)[np.isin(scale, ["street", "city"])].all()
    assert not view[:, :4].any(axis=1)[~np.isin(scale, ["street", "city"])].any()
    assert (column(view, "country") | column(view, "culture"))[scale == "country"].all()
    assert not view[np.isin(scenes.kind, [KINDS.index("interior"), KINDS.index("closeup")])].any()
    assert not soil_in_view(scenes)[~truth["shows_ground"]].any()


def test_chances_of_situations_are_those_of_the_renderer():
    places = np.array([[48.8584, 2.2945], [45.0, 7.0], [25.0, 45.0], [21.28, -157.84]])
    chances = situation_chances(places)
    np.testing.assert_allclose(chances.sum(axis=0), 1)
    n = 4000
    for column_of, place in zip(chances.T, places, strict=True):
        here = pd.DataFrame(
            {"latitude": place[0], "longitude": place[1], "author": "", "seed": np.arange(n)}
        )
        counted = np.bincount(situation_of(compose(here)), minlength=len(column_of)) / n
        np.testing.assert_allclose(counted, column_of, atol=0.03)
