import numpy as np

from geoutils.plots.cell_opacity import FAINT, density_opacity, even_opacity, thesis_opacity


def test_the_thesis_rule_by_hand():
    # The thesis: below 0.05 not drawn, above 0.8 cut to that, then five times as much; at most 1.
    p = np.array([0.0, 0.0499, 0.05, 0.12, 0.2, 0.5, 0.8, 1.0])
    np.testing.assert_allclose(thesis_opacity(p), [0, 0, 0.25, 0.6, 1, 1, 1, 1])


def test_sparse_cells_are_fainter_by_the_logarithm_of_their_density():
    p = np.array([0.2, 0.2, 0.2, 0.04])
    photos, areas_km2 = np.array([100, 100, 100, 1]), np.array([1.0, 10.0, 100.0, 1e6])
    expected = [1, FAINT + (1 - FAINT) / 2, FAINT, 0]  # the last is not drawn, and so no measure
    np.testing.assert_allclose(density_opacity(p, photos, areas_km2), expected)


def test_cells_of_one_density_keep_the_thesis_rule():
    p, photos, areas_km2 = np.array([0.1, 0.3]), np.array([5, 50]), np.array([1.0, 10.0])
    np.testing.assert_allclose(density_opacity(p, photos, areas_km2), thesis_opacity(p))


def test_no_photos_is_sparsest_and_a_mere_point_densest():
    p, photos = np.full(4, 0.2), np.array([0, 7, 70, 700])
    areas_km2 = np.array([3.0, np.nan, 10.0, 10.0])
    np.testing.assert_allclose(density_opacity(p, photos, areas_km2), [FAINT, 1, FAINT, 1])


def test_even_opacity_leaves_out_nothing_that_is_possible():
    np.testing.assert_allclose(even_opacity(np.array([0.3, 0.0])), [0.85, 0])
    np.testing.assert_array_equal(even_opacity(np.zeros(2)), [0, 0])
    assert (np.diff(even_opacity(np.array([1e-9, 0.001, 0.2, 0.7]))) > 0).all()
