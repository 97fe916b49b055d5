import colorsys
import json

import numpy as np
import pytest
import torch

from geoutils.training.augmentation.augment import Augmentation, as_images, augmented, draw


def photos(n=4, size=16, seed=0):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (n, size, size, 3)).astype(np.uint8))


def drawn(n=4, size=16, seed=0, **settings):
    return draw(np.random.default_rng(seed), n, (size, size), Augmentation(**settings))


def test_nothing_drawn_changes_nothing():
    pixels = photos()
    torch.testing.assert_close(augmented(pixels, drawn()), as_images(pixels), rtol=0, atol=1e-6)


def test_shift_and_colours_equal_the_slow_version():
    pixels, draws = photos(), drawn(shift=0.3, color_jitter=0.3)
    fast = augmented(pixels, draws)
    assert (draws.corner_px != 0).any()
    for i, photo in enumerate(pixels.numpy()):
        moved = np.empty_like(photo)
        for row in range(16):
            for column in range(16):
                source = np.clip(draws.corner_px[i] + [row, column], 0, 15)
                moved[row, column] = photo[tuple(source)]
        x = moved / 255
        y = x.mean(axis=2, keepdims=True)
        saturated = y + draws.saturation[i] * (x - y)
        contrasted = y.mean() + draws.contrast[i] * (saturated - y.mean())
        expected = np.clip(draws.gain[i] * contrasted, 0, 1)
        np.testing.assert_allclose(fast[i].permute(1, 2, 0), expected, atol=2e-6)


def test_draws_stay_within_their_bounds_and_vary_by_photo():
    draws = drawn(n=2000, shift=0.2, color_jitter=0.1)
    assert np.unique(draws.corner_px).tolist() == list(range(-3, 4))  # 0.2 of 16 pixels is 3.2
    for factor in (draws.gain, draws.contrast, draws.saturation):
        assert 0.9 <= factor.min() < 0.91 and 1.09 < factor.max() <= 1.1
        assert abs(factor.mean() - 1) < 0.01


def test_a_photo_is_mirrored_only_where_asked():
    """A mark on the right stays on the right however the photo is moved."""
    pixels = torch.zeros((500, 16, 16, 3), dtype=torch.uint8)
    pixels[:, :, 12] = 255
    moved = {"shift": 0.2, "color_jitter": 0.1}
    bright = augmented(pixels, drawn(n=500, **moved)).mean(dim=(1, 2)).argmax(dim=1)
    assert bright.min() == 9 and bright.max() == 15
    bright = augmented(pixels, drawn(n=500, flip=True)).mean(dim=(1, 2)).argmax(dim=1)
    assert sorted(bright.unique().tolist()) == [3, 12]
    assert 200 < (bright == 3).sum() < 300


def test_one_gain_for_all_colours_without_tint():
    assert np.ptp(drawn(n=50, color_jitter=0.4, tint=False).gain, axis=1).max() == 0
    assert np.ptp(drawn(n=50, color_jitter=0.4).gain, axis=1).min() > 0


def test_a_third_of_a_turn_of_hue_exchanges_the_colours():
    draws = drawn(n=300, hue=0.5)
    draws.hue[0] = 1 / 3
    pixels = photos(n=300)
    before, after = as_images(pixels), augmented(pixels, draws)
    torch.testing.assert_close(after[0], before[0][[2, 0, 1]], rtol=0, atol=1e-5)
    assert -0.5 <= draws.hue.min() < -0.48 and 0.48 < draws.hue.max() <= 0.5


def test_hue_turns_as_far_as_colorsys_tells():
    """For pale colours, where turning about grey and turning the hue circle nearly agree."""
    pixels = torch.full((6, 2, 2, 3), 128, dtype=torch.uint8)
    pixels[..., 0] += 3
    draws = drawn(n=6, hue=0.5)
    draws.hue[:] = np.arange(6) / 6
    turned = augmented(pixels, draws)[:, :, 0, 0].double().tolist()
    hues = [colorsys.rgb_to_hsv(*color)[0] for color in turned]
    off = (np.array(hues) - np.arange(6) / 6 + 0.5) % 1 - 0.5
    np.testing.assert_allclose(off, 0, atol=0.01)


def test_colour_is_one_of_three_changes_for_every_second_photo():
    draws = drawn(n=6000, color_jitter=0.3, hue=0.1, one_of=("turn", "flip", "color"))
    colored = draws.contrast != 1
    np.testing.assert_array_equal(colored, draws.hue != 0)
    moved = draws.transposed | draws.mirrored.any(axis=1)
    assert not (colored & moved).any()
    assert abs(colored.mean() - 1 / 6) < 0.02 and abs(moved.mean() - 1 / 3) < 0.02


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("turn", [lambda photo, k=k: np.rot90(photo, k) for k in (0, 1, 2, 3)]),
        ("flip", [lambda p: p, np.flipud, np.fliplr, lambda p: p[::-1, ::-1]]),
    ],
)
def test_turns_and_flips_are_those_of_numpy(change, expected):
    pixels = photos(n=1, size=9).repeat(400, 1, 1, 1)
    images = augmented(pixels, drawn(n=400, size=9, one_of=(change,))).permute(0, 2, 3, 1).numpy()
    versions = np.stack([version(pixels[0].numpy()) for version in expected]) / 255
    same = np.abs(images[:, None] - versions).max(axis=(2, 3, 4)) < 1e-6
    assert (same.sum(axis=1) == 1).all()
    np.testing.assert_allclose(same.mean(axis=0), [1 / 2, 1 / 6, 1 / 6, 1 / 6], atol=0.07)


def test_the_same_generator_gives_the_same_photos_and_parts_of_a_batch_their_part():
    settings = {
        "color_jitter": 0.4,
        "hue": 0.1,
        "crop_area": 0.5,
        "flip": True,
        "rotate_deg": (-9, 9),
    }
    pixels = photos(n=7)
    whole = augmented(pixels, drawn(n=7, seed=3, **settings))
    assert torch.equal(whole, augmented(pixels, drawn(n=7, seed=3, **settings)))
    assert not torch.equal(whole, augmented(pixels, drawn(n=7, seed=4, **settings)))
    part = drawn(n=7, seed=3, **settings)[2:5]
    assert len(part) == 3
    torch.testing.assert_close(augmented(pixels[2:5], part), whole[2:5], rtol=0, atol=1e-6)
    chosen = np.array([5, 0])
    few = augmented(pixels[chosen], drawn(n=7, seed=3, **settings)[chosen])
    torch.testing.assert_close(few, whole[chosen], rtol=0, atol=1e-6)


def test_the_middle_is_cut_for_validation():
    pixels = photos(size=17)
    assert torch.equal(as_images(pixels, crop_px=12), as_images(pixels)[:, :, 2:14, 2:14])
    assert torch.equal(as_images(pixels, crop_px=17), as_images(pixels))
    with pytest.raises(ValueError, match="crop_px: 18; the photos have 17 × 17"):
        as_images(pixels, crop_px=18)


def test_settings_survive_json():
    augmentation = Augmentation(
        color_jitter=0.4, hue=0.1, crop_px=224, rotate_deg=(1, 15), one_of=("turn", "color")
    )
    assert Augmentation.of(json.loads(json.dumps(augmentation.settings))) == augmentation
    with pytest.raises(ValueError, match=r"augmentation: 'flips'; expected .*; similar: flip"):
        Augmentation.of({"flips": True})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"shift": 1.0}, "shift: 1.0"),
        ({"color_jitter": -0.1}, "color_jitter: -0.1"),
        ({"hue": 0.6}, "hue: 0.6"),
        ({"crop_area": 0.0}, "crop_area: 0.0"),
        ({"crop_px": 0}, "crop_px: 0"),
        ({"crop_aspect": (0, 1)}, "crop_aspect"),
        ({"rotate_deg": (15, 1)}, "rotate_deg"),
        ({"rotate_deg": (1,)}, "rotate_deg"),
        ({"one_of": ("mirror",)}, "one_of: 'mirror'"),
        ({"one_of": ("color",)}, "needs color_jitter or hue"),
        ({"shift": 0.1, "crop_area": 0.7}, "already move"),
    ],
)
def test_settings_without_a_meaning(settings, said):
    with pytest.raises(ValueError, match=said):
        Augmentation(**settings)


def test_photos_that_do_not_fit():
    with pytest.raises(ValueError, match="crop_px: 17; the photos have only 16 × 16"):
        drawn(crop_px=17)
    with pytest.raises(ValueError, match="square photos, found 4 × 6"):
        draw(np.random.default_rng(0), 1, (4, 6), Augmentation(one_of=("turn",)))
