import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoutils.plots.map_colors import color_cells, neighbor_pairs


def nearest_raster(n_cells, side=60, seed=0):
    """A raster of connected cells: each pixel belongs to the nearest of some random points."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, side, (n_cells, 2))
    y, x = np.mgrid[:side, :side] + 0.5
    return ((y[..., None] - points[:, 0]) ** 2 + (x[..., None] - points[:, 1]) ** 2).argmin(axis=2)


def test_pairs_and_the_length_of_their_border():
    raster = np.array([[0, 0, 1], [2, -1, 1]])
    np.testing.assert_array_equal(neighbor_pairs(raster), [[0, 1, 1], [0, 2, 1]])


@given(st.integers(1, 120), st.integers(0, 1000))
def test_six_colors_tell_neighbours_apart(n_cells, seed):
    raster = nearest_raster(n_cells, 40, seed)
    colors = color_cells(raster, n_cells, 6)
    assert set(np.unique(colors)) <= set(range(6))
    pairs = neighbor_pairs(raster)
    assert (colors[pairs[:, 0]] != colors[pairs[:, 1]]).all()


def test_colours_cover_like_areas_and_stay_the_same():
    raster = nearest_raster(300, 120)
    colors = color_cells(raster, 300, 6)
    covered = np.bincount(colors[raster].ravel(), minlength=6) / raster.size
    assert covered.min() > 0.08  # a sixth would be 0.167
    np.testing.assert_array_equal(colors, color_cells(raster, 300, 6))


def test_with_too_few_colours_the_longest_borders_differ():
    # Three cells around a corner and two colours: the two with the shortest border share one.
    raster = np.array([[0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1], [2, 2, 2, 2, 2, 2]])
    first, second, third = color_cells(raster, 3, 2)
    assert first != third
    assert second in (first, third)
    shared = {tuple(pair[:2]): pair[2] for pair in neighbor_pairs(raster).tolist()}
    assert shared[0, 2] == 4


def test_cells_off_the_map_and_maps_without_cells():
    np.testing.assert_array_equal(color_cells(np.full((3, 3), -1), 2, 6), [0, 0])
    assert color_cells(np.full((3, 3), -2), 0, 6).shape == (0,)
    with pytest.raises(ValueError, match="n_colors: got 0"):
        color_cells(np.zeros((2, 2), dtype=int), 1, 0)
