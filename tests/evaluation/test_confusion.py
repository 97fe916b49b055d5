import numpy as np
import pytest

from geoutils.evaluation.confusion import (
    by_continent,
    confusion,
    continents_of_points,
    curve_order,
    most_confused,
    readable_level,
    where_errors_go,
)
from geoutils.evaluation.resamples import Resamples
from geoutils.sphere import great_circle_km

NAMES = ["Paris", "Lyon", "Tokyo", "Lima", "Osaka", "Lagos"]
CENTERS = np.array(
    [[48.86, 2.35], [45.76, 4.84], [35.68, 139.69], [-12.05, -77.04], [34.69, 135.5], [6.45, 3.39]]
)
CONTINENTS = ["Europe", "Europe", "Asia", "South America", "Asia", "Africa"]


def guesses(n: int = 500, seed: int = 0):
    rng = np.random.default_rng(seed)
    return rng.integers(-1, 6, n), rng.integers(-1, 6, n)


def test_counts_match_counting_one_by_one():
    true_cells, predicted = guesses()
    matrix = confusion(true_cells, predicted, CENTERS, NAMES)
    for row, cell in enumerate(matrix.cells):
        assert matrix.photos[row] == np.sum(true_cells == cell)
        for column, other in enumerate(matrix.cells):
            expected = sum(
                t == cell and p == other for t, p in zip(true_cells, predicted, strict=True)
            )
            assert matrix.counts[row, column] == expected
    assert [NAMES[cell] for cell in matrix.cells] == matrix.names
    assert [CONTINENTS[cell] for cell in matrix.cells] == matrix.continents.tolist()
    np.testing.assert_array_equal(matrix.centers_deg, CENTERS[matrix.cells])
    missing = [np.sum((true_cells == c) & (predicted < 0)) for c in matrix.cells]
    np.testing.assert_array_equal(matrix.photos - matrix.counts.sum(axis=1), missing)


def test_continents_are_blocks_in_the_order_of_the_curve():
    rng = np.random.default_rng(1)
    centers = np.stack(
        [np.degrees(np.arcsin(rng.uniform(-1, 1, 400))), rng.uniform(-180, 180, 400)], 1
    )
    continents = continents_of_points(centers)
    order = curve_order(centers, continents)
    assert sorted(order) == list(range(400))
    blocks = continents[order]
    assert (blocks[1:] != blocks[:-1]).sum() == len(set(continents)) - 1
    inside = [great_circle_km(centers[order[:-1]], centers[order[1:]])[blocks[1:] == blocks[:-1]]]
    shuffled = rng.permutation(400)
    apart = great_circle_km(centers[shuffled[:-1]], centers[shuffled[1:]])
    assert np.median(inside) < np.median(apart) / 8  # neighbours stand side by side


def test_blocks_and_shares_of_the_matrix():
    true_cells = np.array([0, 0, 1, 2, 2, 2, 2, 5, 4])
    predicted = np.array([1, 0, 1, 4, 4, 2, 0, 5, 4])
    matrix = confusion(true_cells, predicted, CENTERS, NAMES)
    first, last = matrix.blocks["Asia"]
    assert set(matrix.names[first : last + 1]) == {"Tokyo", "Osaka"}
    assert sorted(k for a, b in matrix.blocks.values() for k in range(a, b + 1)) == list(range(5))
    place = {name: k for k, name in enumerate(matrix.names)}
    assert matrix.shares[place["Tokyo"], place["Osaka"]] == 0.5
    assert "Lima" not in place  # no photo
    table = by_continent(matrix)
    assert table.loc["Asia", "Asia"] == 0.8 and table.loc["Asia", "Europe"] == 0.2
    assert table.loc["Europe", "photos"] == 3 and "South America" not in table.index
    np.testing.assert_allclose(table[list(matrix.blocks)].sum(axis=1), 1)  # to Osaka too


def test_most_confused_pairs_by_name():
    true_cells = np.array([0, 0, 1, 2, 2, 2, 2, 5, 4])
    predicted = np.array([1, 0, 0, 4, 4, 2, 0, 5, 2])
    pairs = most_confused(confusion(true_cells, predicted, CENTERS, NAMES), 2)
    assert pairs[["place", "other"]].values.tolist()[0] == ["Tokyo", "Osaka"]
    assert pairs[["photos", "taken_for_other", "taken_for_place"]].values.tolist()[0] == [3, 2, 1]
    assert pairs["share"][0] == 3 / 5
    assert pairs["distance_km"][0] == pytest.approx(397, abs=3)
    assert set(pairs.loc[1, ["place", "other"]]) == {"Paris", "Lyon"}
    everything = most_confused(confusion(true_cells, predicted, CENTERS, NAMES), 100)
    assert everything["photos"].tolist() == [3, 2, 1]


def test_only_the_fullest_cells_are_kept_and_equal_names_numbered():
    true_cells = np.repeat([0, 1, 2, 3], [5, 1, 4, 2])
    predicted = np.zeros(12, dtype=int)
    matrix = confusion(true_cells, predicted, CENTERS[:4], ["here"] * 4, most=2)
    assert set(matrix.cells) == {0, 2} and set(matrix.names) == {"here (0)", "here (2)"}
    assert matrix.photos.sum() == 9 and matrix.counts.sum() == 9
    row = matrix.cells.tolist().index(2)
    assert matrix.shares[row, 1 - row] == 1


def test_where_errors_go():
    true_cells = np.array([0, 0, 0, 0, 2, -1, 3, 2])
    predicted = np.array([0, 1, 2, 1, 2, 0, -1, 4])
    resamples = Resamples.draw(8, None, 200)
    found = where_errors_go(true_cells, predicted, CENTERS, resamples)
    assert [interval.estimate[0] for interval in found.values()] == [2 / 8, 3 / 8, 1 / 8]
    for interval in found.values():
        assert 0 <= interval.low[0] <= interval.estimate[0] <= interval.high[0] <= 1


def test_points_at_sea_belong_to_the_nearest_place():
    found = continents_of_points(np.array([[43.0, 5.5], [22.0, -160.5], [0.0, -30.0]]))
    assert found.tolist() == ["Europe", "North America", "South America"]


def test_a_level_that_can_be_read():
    assert readable_level([96, 285, 700]) == 0
    assert readable_level([20, 96, 285, 700]) == 1
    assert readable_level([3298, 7202, 12893]) == 0
    assert readable_level([96, 285, 700], most=300) == 1


def test_bad_input_is_named():
    true_cells, predicted = guesses(10)
    with pytest.raises(ValueError, match="9 predictions for 10 photos, 6 names for 6 cells"):
        confusion(true_cells, predicted[:9], CENTERS, NAMES)
    with pytest.raises(ValueError, match=r"predicted_cells: .* 6; expected -1 … 5"):
        confusion(true_cells, np.full(10, 6), CENTERS, NAMES)
    with pytest.raises(ValueError, match="true_cells: -2 "):
        confusion(np.full(10, -2), predicted, CENTERS, NAMES)
    with pytest.raises(ValueError, match="true_cells: none of 10 photos lies in a cell"):
        confusion(np.full(10, -1), predicted, CENTERS, NAMES)
