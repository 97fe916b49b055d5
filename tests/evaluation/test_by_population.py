import numpy as np
import pytest

from geoutils import atlas
from geoutils.evaluation import accuracy_at
from geoutils.evaluation.by_population import (
    NEAR_KM,
    accuracy_by_population,
    band_names,
    population_bands,
)
from geoutils.sphere import great_circle_km


def test_bands_match_a_search_over_all_places():
    towns = atlas.places()[["latitude", "longitude"]].to_numpy()
    rng = np.random.default_rng(0)
    photos = towns[rng.integers(len(towns), size=60)] + rng.normal(0, 0.1, (60, 2))
    photos = np.concatenate([photos, [[30.0, -40.0], [40.713, -74.006]]])
    limits = [0, 1e3, 1e4, 1e5, 1e6, np.inf]
    for photo, name in zip(photos, population_bands(photos), strict=True):
        distances = great_circle_km(np.tile(photo, (len(towns), 1)), towns)
        people = atlas.places()["population"].iloc[distances.argmin()]
        (band,) = [k for k in range(5) if limits[k] <= people < limits[k + 1]]
        assert name == band_names()[0 if distances.min() > NEAR_KM else band + 1]


def test_bands_stand_in_order_each_scored_on_its_own_photos():
    photos = np.array([[40.713, -74.006], [48.853, 2.349], [30.0, -40.0], [31.0, -41.0]])
    distances = np.array([0.5, 300, 2000, 10])
    table = accuracy_by_population(distances, photos, n_resamples=20)
    assert table["label"].unique().tolist() == [band_names()[0], band_names()[-1]]
    far = table[table["label"] == band_names()[0]]
    np.testing.assert_allclose(far["estimate"], accuracy_at(distances[2:]))


def test_photos_and_distances_must_match():
    with pytest.raises(ValueError, match="labels: 2 for 3 photos"):
        accuracy_by_population(np.ones(3), np.zeros((2, 2)))
