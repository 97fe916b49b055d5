import time

import jaxtyping
import numpy as np
import pytest

from geoutils.photos.descriptors import N_DIMS, image_descriptors


def random_photos(n=8, height=64, width=64, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, height, width, 3), dtype=np.uint8)


def flat_photo(colour, size=64):
    return np.full((1, size, size, 3), colour, dtype=np.uint8)


def fields(pixels):
    """Descriptor as (row, column, quantity): three means, three spreads, four directions."""
    return image_descriptors(pixels)[0].reshape(4, 4, 10)


def stripes(across, down, size=64):
    """Stripes 16 pixels wide along the direction in which across·x + down·y is constant."""
    y, x = np.mgrid[:size, :size]
    light = ((across * x + down * y) // 16 % 2 * 255).astype(np.uint8)
    return np.repeat(light[None, ..., None], 3, axis=3)


def test_matches_the_definition_block_by_block():
    photo = random_photos(1)
    small = photo[0].reshape(32, 2, 32, 2, 3).mean(axis=(1, 3)) / 255
    corner = small[8:16, 16:24]  # second row, third column of the grid
    light = small @ [0.299, 0.587, 0.114]
    here = light[8:16, 16:24]
    right, below, slanted = light[8:16, 17:25], light[9:17, 16:24], light[9:17, 17:25]
    directions = [right - here, below - here, slanted - here, below - right]
    sizes = [np.abs(part).mean() for part in directions]
    expected = np.r_[
        2 * corner.mean(axis=(0, 1)) - 1,
        2 * corner.std(axis=(0, 1)),
        5 * np.array(sizes) / [1, 1, np.sqrt(2), np.sqrt(2)],
    ]
    np.testing.assert_allclose(fields(photo)[1, 2], expected, rtol=1e-4, atol=1e-5)


def test_shape_type_and_independence_of_the_batch():
    photos = random_photos(600)
    together = image_descriptors(photos)
    assert together.shape == (600, N_DIMS) and together.dtype == np.float32
    np.testing.assert_array_equal(image_descriptors(photos[590:]), together[590:])
    assert image_descriptors(photos[:0]).shape == (0, N_DIMS)


@pytest.mark.parametrize("times", [2, 3])
def test_enlarged_photos_keep_their_descriptor(times):
    photos = random_photos(4)
    enlarged = photos.repeat(times, axis=1).repeat(times, axis=2)
    np.testing.assert_allclose(image_descriptors(enlarged), image_descriptors(photos), atol=1e-5)


def test_photos_of_any_shape():
    for height, width in [(32, 32), (33, 50), (100, 47)]:
        assert np.isfinite(image_descriptors(random_photos(2, height, width))).all()
    np.testing.assert_allclose(fields(flat_photo(90, 50)), fields(flat_photo(90, 64)), atol=1e-6)


def test_flat_photos_have_their_colour_and_no_edges():
    found = fields(flat_photo([255, 0, 51]))
    np.testing.assert_allclose(found[..., :3], np.broadcast_to([1, -1, -0.6], (4, 4, 3)), atol=1e-6)
    np.testing.assert_allclose(found[..., 3:], 0, atol=1e-3)


def test_edges_do_not_see_brightness_but_colours_do():
    dark = random_photos(1) // 2
    before, after = fields(dark), fields(dark + 100)
    np.testing.assert_allclose(after[..., 3:], before[..., 3:], atol=1e-4)
    np.testing.assert_allclose(after[..., :3] - before[..., :3], 200 / 255, atol=1e-5)


def test_edges_tell_directions():
    inner = (slice(0, 3), slice(0, 3))  # without the last row and column of the photo
    upright, level = fields(stripes(1, 0))[inner], fields(stripes(0, 1))[inner]
    assert (upright[..., 6] > 0).all() and (upright[..., 7] == 0).all()
    assert (level[..., 7] > 0).all() and (level[..., 6] == 0).all()
    one, other = fields(stripes(1, 1))[inner], fields(stripes(1, -1))[inner]
    assert one[..., 8].mean() > 1.5 * one[..., 9].mean()
    assert other[..., 9].mean() > 1.5 * other[..., 8].mean()


def test_the_layout_matters():
    photo = flat_photo(40)
    photo[:, :32] = 220
    above, below = image_descriptors(photo), image_descriptors(photo[:, ::-1])
    assert np.abs(above - below).max() > 1
    assert (fields(photo)[:2, :, :3] > 0).all() and (fields(photo)[2:, :, :3] < 0).all()


def test_small_photos_are_refused():
    with pytest.raises(ValueError, match="pixels: photos of 31 × 64, expected 32 × 32 or more"):
        image_descriptors(random_photos(1, 31, 64))


@pytest.mark.parametrize("kind", [np.float32, np.int16, bool])
def test_other_values_than_bytes_are_refused(kind, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # as outside of tests
    with pytest.raises(ValueError, match=f"pixels: values of {np.dtype(kind)}, expected uint8"):
        image_descriptors(random_photos(1).astype(kind))


def test_thousands_of_photos_take_a_second():
    photos = random_photos(2000)
    start = time.process_time()
    image_descriptors(photos)
    assert time.process_time() - start < 2  # 0.3 s as a rule
