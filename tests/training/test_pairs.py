import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from geoutils.training.pairs import CellPairs

cells_of_photos = st.lists(st.integers(-1, 6), min_size=1, max_size=60).map(np.array)


@settings(max_examples=200, deadline=None)
@given(cells_of_photos, st.integers(0, 2**32 - 1))
def test_each_cell_with_two_photos_makes_one_pair(cells, seed):
    numbers, sizes = np.unique(cells[cells >= 0], return_counts=True)
    if not (sizes > 1).any():
        with pytest.raises(ValueError, match="has two photos"):
            CellPairs.of(cells)
        return
    pairs = CellPairs.of(cells)
    rows = pairs.draw(np.random.default_rng(seed))
    photos, partners = rows.reshape(-1, 2).T
    assert pairs.n_single == (sizes == 1).sum()
    assert len(pairs) == len(photos)
    np.testing.assert_array_equal(cells[photos], cells[partners])
    np.testing.assert_array_equal(np.sort(cells[photos]), numbers[sizes > 1])
    assert (photos != partners).all()


def test_every_ordered_pair_of_a_cell_is_equally_likely():
    cells = np.array([3, 0, 3, 0, 3, -1, 0, 3, 5])
    pairs, generator, n_draws = CellPairs.of(cells), np.random.default_rng(0), 12000
    drawn = np.array([pairs.draw(generator).reshape(-1, 2) for _ in range(n_draws)])
    for cell, size in ((3, 4), (0, 3)):
        of_cell = drawn[cells[drawn[..., 0]] == cell]
        counts = np.unique(of_cell, axis=0, return_counts=True)[1]
        expected = n_draws / (size * (size - 1))
        assert len(counts) == size * (size - 1)
        statistic = ((counts - expected) ** 2 / expected).sum()
        assert statistic < chi2.ppf(0.999, len(counts) - 1)


def test_cells_come_in_an_order_of_their_own_each_time():
    cells = np.repeat(np.arange(3), 2)
    pairs, generator = CellPairs.of(cells), np.random.default_rng(0)
    orders = [tuple(cells[pairs.draw(generator)[::2]]) for _ in range(6000)]
    counts = np.unique(orders, axis=0, return_counts=True)[1]
    assert len(counts) == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < chi2.ppf(0.999, 5)


def test_the_same_generator_draws_the_same_pairs():
    pairs = CellPairs.of(np.arange(1000) % 100)
    first, again = (pairs.draw(np.random.default_rng([0, 7])) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != pairs.draw(np.random.default_rng([0, 8]))).any()


@pytest.mark.parametrize("cells", [[0, 1, 2], [-1, -1], []])
def test_cells_without_a_pair_are_refused(cells):
    with pytest.raises(ValueError, match=r"cells: none of \d cells has two photos"):
        CellPairs.of(np.array(cells, dtype=int))
