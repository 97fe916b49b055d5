import numpy as np
import pytest

from geoutils.evaluation import accuracy_at
from geoutils.evaluation.by_country import accuracy_by_country

PLACES = {"France": (47.0, 2.5), "Spain": (40.4, -3.7), "Chad": (15.0, 18.7), "": (30.0, -40.0)}


def photos():
    names = np.repeat(list(PLACES), [5, 8, 2, 9])
    distances = 10 ** np.random.default_rng(0).uniform(-1, 4, len(names))
    return names, np.array([PLACES[name] for name in names]), distances


def test_countries_with_enough_photos_are_scored_on_their_own():
    names, truth, distances = photos()
    table = accuracy_by_country(distances, truth, n_resamples=20, least_photos=5)
    assert table["label"].unique().tolist() == ["Spain", "France"]
    for name, rows in table.groupby("label"):
        np.testing.assert_allclose(rows["estimate"], accuracy_at(distances[names == name]))


def test_no_country_with_enough_photos_is_no_table():
    _, truth, distances = photos()
    assert accuracy_by_country(distances, truth, n_resamples=20, least_photos=9) is None


def test_photos_and_distances_must_match():
    with pytest.raises(ValueError, match="labels: 9 for 3 photos"):
        accuracy_by_country(np.ones(3), np.tile([[40.4, -3.7]], (9, 1)), least_photos=2)
