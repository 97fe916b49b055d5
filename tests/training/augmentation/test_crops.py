"""Windows, sizes and rotations of photos, against Pillow, one photo at a time."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from geoutils.training.augmentation.augment import Augmentation, augmented, draw


def smooth_photo(height, width, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(2))


def batch(photo, n):
    return torch.from_numpy(np.array(photo))[None].repeat(n, 1, 1, 1)


def drawn(n, size_px, **settings):
    return draw(np.random.default_rng(0), n, size_px, Augmentation(**settings))


def levels(images):
    """Images in [0, 1] as Pillow's pixel values."""
    return (255 * images).permute(0, 2, 3, 1).double().numpy()


@pytest.mark.parametrize(("size_px", "crop_px"), [((40, 40), 28), ((60, 44), 12), ((30, 33), 30)])
def test_random_crops_equal_pillow(size_px, crop_px):
    """Larger, smaller and much smaller than the window, where pixels must be averaged."""
    photo = smooth_photo(*size_px)
    draws = drawn(30, size_px, crop_px=crop_px, crop_area=0.3, flip=True)
    seen = levels(augmented(batch(photo, 30), draws))
    for image, (top, left), window, (_, flipped) in zip(
        seen, draws.corner_px, draws.window_px, draws.mirrored, strict=True
    ):
        cropped = photo.crop((left, top, left + window[1], top + window[0]))
        expected = cropped.resize((crop_px, crop_px), Image.Resampling.BILINEAR)
        if flipped:
            expected = expected.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        np.testing.assert_allclose(image, np.array(expected), atol=1.01)  # Pillow rounds twice


def test_random_crops_keep_to_area_and_aspect():
    draws = drawn(4000, (300, 300), crop_area=0.7)
    height, width = draws.window_px.T
    area, aspect = height * width / 300**2, width / height
    assert draws.window_px.max() <= 300 and 0.69 < area.min() < 0.71 and area.max() > 0.97
    assert 0.745 < aspect.min() < 0.76 and 1.32 < aspect.max() < 1.34
    assert abs(np.log(aspect).mean()) < 0.01
    end = draws.corner_px + draws.window_px
    assert draws.corner_px.min() == 0 and end.max() == 300
    assert np.corrcoef(draws.corner_px.T)[0, 1] < 0  # a tall crop is narrow


def test_random_crops_are_drawn_as_torchvision_does():
    from torchvision.transforms import RandomResizedCrop

    torch.manual_seed(0)
    image = torch.zeros(3, 240, 320)
    theirs = np.array(
        [RandomResizedCrop.get_params(image, [0.5, 1.0], [3 / 4, 4 / 3]) for _ in range(2000)]
    )
    ours = drawn(2000, (240, 320), crop_area=0.5)
    for their, our in zip(theirs.T, np.hstack([ours.corner_px, ours.window_px]).T, strict=True):
        quantiles = np.linspace(0.05, 0.95, 7)
        np.testing.assert_allclose(
            np.quantile(our, quantiles), np.quantile(their, quantiles), atol=12
        )


def test_a_crop_that_never_fits_is_the_whole_within_its_aspect():
    draws = drawn(50, (10, 100), crop_area=0.9, crop_aspect=(0.75, 4 / 3))
    np.testing.assert_array_equal(draws.window_px, np.tile([10, 13], (50, 1)))


def test_crops_of_fixed_size_are_windows_at_every_place():
    photo = smooth_photo(12, 10)
    draws = drawn(400, (12, 10), crop_px=8)
    seen = levels(augmented(batch(photo, 400), draws))
    pixels = np.array(photo)
    for image, (top, left) in zip(seen, draws.corner_px, strict=True):
        np.testing.assert_allclose(image, pixels[top : top + 8, left : left + 8], atol=1e-3)
    assert len(np.unique(draws.corner_px, axis=0)) == 5 * 3


@pytest.mark.parametrize("size_px", [(40, 40), (36, 50)])
def test_rotations_equal_pillow(size_px):
    photo = smooth_photo(*size_px)
    draws = drawn(8, size_px, rotate_deg=(1, 40))
    assert 1 < draws.angle_deg.min() and 20 < draws.angle_deg.max() < 40
    seen = levels(augmented(batch(photo, 8), draws))
    rows, columns = np.indices(size_px)
    middle = np.hypot(rows - size_px[0] / 2, columns - size_px[1] / 2) < min(size_px) / 2 - 2
    for image, angle in zip(seen, draws.angle_deg, strict=True):
        expected = np.array(photo.rotate(angle, Image.Resampling.BILINEAR))
        np.testing.assert_allclose(image[middle], expected[middle], atol=1.01)


def test_edge_pixels_repeat_outside_a_rotated_photo():
    pixels = torch.full((5, 20, 20, 3), 200, dtype=torch.uint8)
    images = augmented(pixels, drawn(5, (20, 20), rotate_deg=(45, 45)))
    torch.testing.assert_close(images, torch.full_like(images, 200 / 255), rtol=0, atol=1e-5)
