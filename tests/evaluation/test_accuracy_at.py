from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation.accuracy import (
    FINE_RADII_KM,
    RADII_KM,
    accuracy_at,
    geoscore,
    hits_at,
)
from geoutils.sphere import great_circle_km

GAME = Path(__file__).parents[3] / "shared/data/predictions/osv5m_game_select.csv"


def random_distances(n: int, seed: int = 0) -> np.ndarray:
    return 10 ** np.random.default_rng(seed).uniform(-2, 4.3, n)


def test_accuracy_matches_counting_by_hand():
    distances = random_distances(300)
    expected = [sum(d < r for d in distances) / 300 for r in RADII_KM]
    np.testing.assert_allclose(accuracy_at(distances), expected, rtol=1e-12)


def test_accuracy_excludes_the_boundary():
    accuracy = accuracy_at(np.array([25.0]), np.array([24.9, 25, 25.1]))
    np.testing.assert_array_equal(accuracy, [0, 0, 1])


def test_a_missing_prediction_counts_as_wrong():
    np.testing.assert_array_equal(accuracy_at(np.array([0.0, np.inf])), [0.5] * 5)
    np.testing.assert_array_equal(geoscore(np.array([np.inf])), [0])


def test_accuracy_never_falls_as_the_radius_grows():
    radii = np.unique(np.concatenate([FINE_RADII_KM, RADII_KM]))
    assert (np.diff(accuracy_at(random_distances(1000), radii)) >= 0).all()


def test_hits_add_up_to_the_accuracy():
    distances = random_distances(100)
    np.testing.assert_allclose(hits_at(distances).mean(axis=0), accuracy_at(distances))


@pytest.mark.parametrize("score", [accuracy_at, geoscore])
@pytest.mark.parametrize(
    ("distances", "message"),
    [([1.0, np.nan], "1 negative or NaN"), ([-1.0], "negative or NaN"), ([], "no photos")],
)
def test_bad_distances_are_refused(score, distances, message):
    with pytest.raises(ValueError, match=message):
        score(np.array(distances))


@pytest.mark.skipif(not GAME.exists(), reason="the file of OSV-5M's game is not at hand")
def test_distances_and_scores_of_osv5m_are_reproduced():
    # github.com/gastruc/osv5m, game/select.csv: its convention is a sphere of 6371 km.
    game = pd.read_csv(GAME)
    distances = great_circle_km(
        game[["true_lat", "true_lon"]].to_numpy(),
        game[["pred_lat", "pred_lon"]].to_numpy(),
        radius_km=6371.0,
    )
    np.testing.assert_allclose(distances, game["distance"], rtol=1e-9)
    np.testing.assert_allclose(geoscore(distances), game["score"], rtol=1e-9)
