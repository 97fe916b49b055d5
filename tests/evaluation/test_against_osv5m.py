"""Our distances and GeoScores against those that OpenStreetView-5M wrote beside its predictions.

That file measures on a sphere of 6371 km. Our mean radius is 6371.0088 km, 1.4e-6 more, relative.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation import geoscore
from geoutils.sphere import great_circle_km

GAME = Path(__file__).parents[3] / "shared/data/predictions/osv5m_game_select.csv"
OSV5M_RADIUS_KM = 6371.0


@pytest.fixture(scope="module")
def game():
    if not GAME.is_file():
        pytest.skip("OSV-5M's predictions are not here")
    return pd.read_csv(GAME)


@pytest.mark.parametrize("model", ["", "_base"])
def test_distances_and_geoscores_of_every_photo_are_reproduced(game, model):
    truth = game[["true_lat", "true_lon"]].to_numpy()
    guess = game[[f"pred_lat{model}", f"pred_lon{model}"]].to_numpy()
    distances = great_circle_km(truth, guess, OSV5M_RADIUS_KM)
    np.testing.assert_allclose(distances, game[f"distance{model}"], rtol=1e-6)
    np.testing.assert_allclose(geoscore(distances), game[f"score{model}"], rtol=1e-6)
    ours = great_circle_km(truth, guess)
    np.testing.assert_allclose(ours / distances - 1, 1.381e-6, rtol=1e-3)
    assert np.abs(geoscore(ours) / game[f"score{model}"] - 1).max() > 1e-6  # it does matter here
