import numpy as np
import pytest

from geoutils.prediction import Background
from geoutils.prediction.search_bounds import (
    best_neighbour_km,
    nearest_in_cell_km,
    nearest_km_of,
    neighbour_distances_km,
)
from geoutils.sphere import great_circle_km


def random_places(n, seed):
    rng = np.random.default_rng(seed)
    return np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)]


PLACES, TRUTH = random_places(60, 0), random_places(25, 1)


def between_km(place, truth):
    return great_circle_km(place[None], truth[None])[0]


def test_distances_of_neighbours_one_by_one():
    neighbours = np.random.default_rng(2).integers(-1, 60, (25, 4))
    found = neighbour_distances_km(neighbours, PLACES, TRUTH)
    best = best_neighbour_km(neighbours, PLACES, TRUTH)
    for i, row in enumerate(neighbours):
        each = [between_km(PLACES[n], TRUTH[i]) if n >= 0 else np.nan for n in row]
        np.testing.assert_allclose(found[i], each)
        assert best[i] == min((km for km in found[i] if km == km), default=np.inf)


def test_no_neighbours_at_all():
    none = np.full((2, 3), -1)
    assert np.isnan(neighbour_distances_km(none, PLACES, TRUTH[:2])).all()
    np.testing.assert_array_equal(best_neighbour_km(none, PLACES, TRUTH[:2]), np.inf)


def test_nearest_of_a_cell_against_all_its_photos():
    rng = np.random.default_rng(3)
    photo_cells, asked = rng.integers(-1, 5, 60), rng.integers(-1, 6, 25)
    background = Background.of(rng.normal(size=(60, 4)), PLACES, photo_cells, 6)
    found = nearest_in_cell_km(asked, background, TRUTH)
    for i, cell in enumerate(asked):
        inside = PLACES[photo_cells == cell] if cell >= 0 else []
        each = [between_km(place, TRUTH[i]) for place in inside]
        np.testing.assert_allclose(found[i], min(each, default=np.inf))
    assert np.isinf(found[asked == 5]).all()  # a cell without photos


def test_nearest_of_all_places():
    each = [min(between_km(place, truth) for place in PLACES) for truth in TRUTH]
    np.testing.assert_allclose(nearest_km_of(PLACES, TRUTH), each)
    with pytest.raises(ValueError, match="latlon_deg: no places"):
        nearest_km_of(PLACES[:0], TRUTH)
