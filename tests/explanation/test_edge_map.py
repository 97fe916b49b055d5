import numpy as np

from geoutils.explanation import edge_maps


def test_edge_map_of_a_step_lies_on_the_step():
    photo = np.zeros((1, 9, 9, 3), np.uint8)
    photo[:, :, 5:, 1] = 255  # one channel is enough
    [edges] = edge_maps(photo)
    np.testing.assert_allclose(edges[:, 4:6], 4)  # Sobel: weights 1, 2, 1 across a step of 1
    np.testing.assert_array_equal(np.delete(edges, [4, 5], axis=1), 0)


def test_edge_map_turns_with_the_photo_and_ignores_flat_colour():
    photo = np.random.default_rng(0).integers(256, size=(2, 8, 10, 3), dtype=np.uint8)
    turned = edge_maps(photo.swapaxes(1, 2)).swapaxes(1, 2)
    np.testing.assert_allclose(edge_maps(photo), turned, rtol=1e-6)
    np.testing.assert_array_equal(edge_maps(np.full((1, 4, 4, 3), 77, np.uint8)), 0)
