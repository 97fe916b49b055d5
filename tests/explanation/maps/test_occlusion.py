import math

import numpy as np
import pytest
import torch
from level_logit import level_logit
from torch import nn

from geoutils.explanation import baseline_images, explanation_maps, occlusion


class Toy(nn.Module):
    """Two levels on a network that mixes all pixels."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Sequential(nn.Flatten(), nn.Linear(3 * 11 * 8, 7), nn.Tanh())
        self.cells = nn.Linear(7, 4)

    def forward(self, images):
        return [self.cells(self.mix(images))]


@pytest.fixture
def model():
    with torch.random.fork_rng():
        torch.manual_seed(2)
        return Toy().eval()


@pytest.fixture
def images():
    return torch.as_tensor(np.random.default_rng(3).random((3, 3, 11, 8), dtype=np.float32))


CELLS = torch.tensor([3, 0, 1])


def slow_occlusion(score, photo, cell, cover, window, stride):
    """Window by window: what the score falls by, averaged over the windows above each pixel."""
    height, width = photo.shape[1:]
    falls, n_above = np.zeros((height, width)), np.zeros((height, width))
    whole = score(photo[None], cell[None])[0]
    for top in range(0, stride * math.ceil((height - window) / stride) + 1, stride):
        for left in range(0, stride * math.ceil((width - window) / stride) + 1, stride):
            covered = photo.clone()
            inside = (slice(top, top + window), slice(left, left + window))
            covered[:, *inside] = cover[:, *inside]
            falls[inside] += (whole - score(covered[None], cell[None])[0]).item()
            n_above[inside] += 1
    return falls / n_above


@pytest.mark.parametrize(("window", "stride"), [(3, 2), (4, 4), (2, 1), (8, 3)])
def test_equals_a_slow_loop(model, images, window, stride):
    score, covers = level_logit(model), baseline_images(images, "blurred")
    expected = [
        slow_occlusion(score, *one, window, stride)
        for one in zip(images, CELLS, covers, strict=True)
    ]
    got = occlusion(score, images, CELLS, covers, window, stride).detach()
    assert np.ptp(expected) > 0.01
    for channel in range(3):
        np.testing.assert_allclose(got[:, channel], expected, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_maps_do_not_depend_on_the_batch(model, images, batch_size):
    score = level_logit(model)
    covers = baseline_images(images, "black")
    expected = occlusion(score, images, CELLS, covers, window=4, stride=2)[:, 0]
    how = {"window": 4, "stride": 2, "baseline": "black", "batch_size": batch_size}
    got = explanation_maps(score, images, CELLS, "occlusion", **how)
    np.testing.assert_allclose(got, expected.detach(), atol=1e-6)


def test_an_additive_score_gives_each_window_its_own_share():
    # A score that sums pixels loses exactly what is covered.
    images = torch.rand((2, 3, 8, 8), generator=torch.Generator().manual_seed(0))
    got = explanation_maps(
        lambda some, cells: some.sum(dim=(1, 2, 3)),
        images,
        torch.zeros(2, dtype=torch.long),
        "occlusion",
        baseline="black",
        window=2,
        stride=2,
    )
    blocks = images.reshape(2, 3, 4, 2, 4, 2).sum(dim=(1, 3, 5)).numpy()
    np.testing.assert_allclose(got, np.kron(blocks, np.ones((1, 2, 2))), rtol=1e-4)


def test_default_window_is_an_eighth_of_the_photo():
    images = torch.rand((1, 3, 16, 16), generator=torch.Generator().manual_seed(1))
    cells = torch.zeros(1, dtype=torch.long)

    def score(some, cells):
        return some[:, 0, 5, 5] * 2

    got = explanation_maps(score, images, cells, "occlusion", baseline="black")[0]
    assert (got[4:7, 4:7] > 0).all() and (got > 0).sum() == 9  # windows of 2, one apart


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"window": 9}, "window: 9 pixels; expected 1 to 8"),
        ({"window": 2, "stride": 3}, "stride: 3 pixels; expected 1 to 2"),
    ],
)
def test_refuses_windows_that_do_not_fit(model, images, how, message):
    with pytest.raises(ValueError, match=message):
        explanation_maps(level_logit(model), images, CELLS, "occlusion", **how)
