import numpy as np
import pytest
import torch
from multi_partition import multi_partition

from geoutils.prediction import (
    crop_log_probs,
    five_crops,
    hierarchical_log_scores,
    level_log_probs,
    mean_log_probs,
    resized_photos,
    resized_to_longest,
    ten_crops,
)


@pytest.fixture(scope="module")
def reference():
    from torchvision.transforms.v2 import functional  # here, once geoutils is imported

    return functional


def photos(n=3, height=40, width=52, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, height, width, 3)).astype(np.uint8)


def reference_crops(pixels, crop, side):
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    return [part.permute(0, 2, 3, 1).numpy() for part in crop(images, [side, side])]


@pytest.mark.parametrize("crops", [five_crops, ten_crops])
@pytest.mark.parametrize("side", [1, 32, 40])
def test_crops_equal_those_of_torchvision(reference, crops, side):
    pixels = photos()
    crop = reference.five_crop if crops is five_crops else reference.ten_crop
    found, expected = crops(pixels, side), reference_crops(pixels, crop, side)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_crops_share_the_pixels_of_the_photos():
    pixels = photos()
    assert all(np.shares_memory(crop, pixels) for crop in ten_crops(pixels, 20))


@pytest.mark.parametrize("side", [0, 41])
def test_crops_that_do_not_fit_are_refused(side):
    with pytest.raises(ValueError, match="crop_px: got"):
        five_crops(photos(), side)


def test_longest_side_is_as_asked_and_the_aspect_is_kept():
    assert resized_to_longest(photos(height=40, width=52), 26).shape == (3, 20, 26, 3)
    assert resized_to_longest(photos(height=52, width=40), 104).shape == (3, 104, 80, 3)
    assert resized_to_longest(photos(height=1, width=200), 50).shape == (3, 1, 50, 3)
    pixels = photos()
    assert resized_to_longest(pixels, 52) is pixels


def test_halving_averages_and_flat_photos_stay_flat(reference, monkeypatch):
    monkeypatch.setattr("geoutils.prediction.crops.BATCH", 2)
    flat = np.tile(np.array([10, 200, 77], dtype=np.uint8), (5, 8, 8, 1))
    np.testing.assert_array_equal(resized_photos(flat, 5, 3), flat[:, :5, :3])
    half = resized_photos(photos(5, 32, 32), 16, 16)
    expected = reference.resize(
        torch.from_numpy(photos(5, 32, 32)).permute(0, 3, 1, 2), [16, 16], antialias=True
    )
    difference = half.astype(int) - expected.permute(0, 2, 3, 1).numpy().astype(int)
    assert np.abs(difference).max() <= 1 and half.dtype == np.uint8
    with pytest.raises(ValueError, match="height_px: got 0"):
        resized_photos(flat, 0, 3)


def test_probabilities_are_averaged_and_then_levels_combined():
    torch.manual_seed(0)
    model = multi_partition("test_resnet", [3, 5]).eval()
    crops = ten_crops(photos(4), 32)
    levels = crop_log_probs(model, crops)
    for k, level in enumerate(levels):
        by_crop = [level_log_probs(model, crop)[k] for crop in crops]
        np.testing.assert_allclose(np.exp(level), np.exp(by_crop).mean(axis=0), rtol=1e-4)
        np.testing.assert_allclose(np.exp(level).sum(axis=1), 1, rtol=1e-5)
        assert level.dtype == np.float32
    parents = np.array([[0, 0], [0, 1], [1, 2], [2, 3], [2, 4]])
    product = np.exp(levels[0])[:, parents[:, 0]] * np.exp(levels[1])
    scores = hierarchical_log_scores(levels, parents)
    np.testing.assert_allclose(np.exp(scores), product, rtol=1e-4)


def test_impossible_cells_stay_impossible_only_if_all_crops_say_so():
    certain, other = np.array([[0.0, -np.inf, -np.inf]]), np.log([[0.5, 0.5, 1.0]])
    other[0, 2] = -np.inf
    mean = np.exp(mean_log_probs([[certain], [other]])[0])
    np.testing.assert_allclose(mean, [[0.75, 0.25, 0]])


def test_crops_of_other_photos_are_refused():
    with pytest.raises(ValueError, match="by_crop: levels of shapes"):
        mean_log_probs([])
    with pytest.raises(ValueError, match="expected crops of the same photos"):
        mean_log_probs([[np.zeros((2, 3))], [np.zeros((2, 4))]])
