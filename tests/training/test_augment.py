import colorsys

import numpy as np
import pytest
import torch

from geoutils.training.augment import Draws, as_images, augmented, draw


def photos(n=4, size=16, seed=0):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (n, size, size, 3)).astype(np.uint8))


def drawn(n=4, shift=0.3, jitter=0.3, seed=0):
    return draw(np.random.default_rng(seed), n, (16, 16), shift, jitter)


def test_nothing_drawn_changes_nothing():
    pixels = photos()
    draws = drawn(shift=0, jitter=0)
    torch.testing.assert_close(augmented(pixels, draws), as_images(pixels), rtol=0, atol=1e-6)


def test_equals_the_slow_version():
    pixels, draws = photos(), drawn()
    fast = augmented(pixels, draws)
    for i, photo in enumerate(pixels.numpy()):
        down, right = draws.shift_px[i]
        moved = np.empty_like(photo)
        for row in range(16):
            for column in range(16):
                source = np.clip([row - down, column - right], 0, 15)
                moved[row, column] = photo[tuple(source)]
        x = moved / 255
        y = x.mean(axis=2, keepdims=True)
        saturated = y + draws.saturation[i] * (x - y)
        contrasted = y.mean() + draws.contrast[i] * (saturated - y.mean())
        expected = np.clip(draws.gain[i] * contrasted, 0, 1)
        np.testing.assert_allclose(fast[i].permute(1, 2, 0), expected, atol=2e-6)


def test_draws_stay_within_their_bounds_and_vary_by_photo():
    draws = drawn(n=2000, shift=0.2, jitter=0.1)
    assert np.unique(draws.shift_px).tolist() == list(range(-3, 4))  # 0.2 of 16 pixels is 3.2
    for factor in (draws.gain, draws.contrast, draws.saturation):
        assert 0.9 <= factor.min() < 0.91 and 1.09 < factor.max() <= 1.1
        assert abs(factor.mean() - 1) < 0.01


def test_a_photo_is_never_mirrored():
    """A mark on the right stays on the right however the photo is moved."""
    pixels = torch.zeros((500, 16, 16, 3), dtype=torch.uint8)
    pixels[:, :, 12] = 255
    images = augmented(pixels, drawn(n=500, shift=0.2, jitter=0.1))
    bright = images.mean(dim=(1, 2)).argmax(dim=1)
    assert bright.min() == 9 and bright.max() == 15


def test_saturation_zero_is_grey():
    neutral = np.ones(4, dtype=np.float32)
    draws = Draws(np.zeros((4, 2), dtype=int), np.ones((4, 3), np.float32), neutral, 0 * neutral)
    image = augmented(photos(), draws)[0, :, 3, 3].tolist()
    assert colorsys.rgb_to_hsv(*image)[1] == pytest.approx(0, abs=1e-6)


def test_the_same_generator_gives_the_same_photos():
    pixels = photos()
    assert torch.equal(augmented(pixels, drawn(seed=3)), augmented(pixels, drawn(seed=3)))
    assert not torch.equal(augmented(pixels, drawn(seed=3)), augmented(pixels, drawn(seed=4)))
