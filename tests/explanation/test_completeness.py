import numpy as np
import pytest
import torch

from geoutils.explanation.attention_spread import effective_places, unlikeness
from geoutils.explanation.completeness import completeness

IMAGES = torch.as_tensor(np.random.default_rng(0).random((3, 3, 4, 4), dtype=np.float32))
TARGETS = torch.tensor([0, 1, 1])


def curved(images, targets):
    return (images.flatten(1) ** 4).sum(dim=1) * (1 + targets)


def test_a_linear_score_is_shared_out_without_rest():
    weights = torch.linspace(-1, 1, 48)

    def score(images, targets):
        return images.flatten(1) @ weights + targets

    found = completeness(score, IMAGES, TARGETS, torch.zeros_like(IMAGES), [1, 3])
    assert found["n_steps"].tolist() == [1, 1, 1, 3, 3, 3]
    np.testing.assert_allclose(found["attributed"], found["rise"], rtol=1e-5)
    np.testing.assert_allclose(found["baseline_score"], [0, 1, 1] * 2, atol=1e-6)


def test_the_gap_is_that_of_the_steps():
    found = completeness(curved, IMAGES, TARGETS, torch.zeros_like(IMAGES), [1, 2])
    # x⁴ is a cubic in the step: one Gauss-Legendre step gives 4 x⁴ / 8, two are exact.
    np.testing.assert_allclose(found["gap"], [0.5] * 3 + [0] * 3, atol=1e-5)


def test_attention_on_one_place_and_on_all():
    single, even = np.zeros((2, 2)), np.full((2, 2), 0.25)
    single[0, 1] = 1
    np.testing.assert_allclose(effective_places(np.stack([single, even])), [1, 4])
    other = single[::-1].copy()
    assert unlikeness(np.stack([single, single])) == 0
    assert unlikeness(np.stack([single, other])) == 1
    assert unlikeness(np.stack([single, even])) == pytest.approx(0.75)
    assert unlikeness(np.stack([single, single, other])) == pytest.approx(2 / 3)
    assert np.isnan(unlikeness(single[None]))
