import numpy as np
import pytest
import torch

from geoutils.explanation import integrated_gradients, signed_maps


@pytest.fixture
def weights():
    return torch.tensor(np.random.default_rng(0).normal(size=(3, 8, 8)), dtype=torch.float32)


def test_signs_are_those_of_a_linear_score(weights):
    images = torch.rand(10, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    targets = torch.zeros(10, dtype=torch.long)

    def score(shown, chosen):
        return (shown * weights).sum(dim=(1, 2, 3))

    maps = signed_maps(score, images, targets, baseline="black", n_steps=4)
    shares = (images * weights).numpy()  # complete and exact for a linear score
    np.testing.assert_allclose(maps["positive"], shares.clip(0).max(axis=1), atol=1e-5)
    np.testing.assert_allclose(maps["negative"], (-shares).clip(0).max(axis=1), atol=1e-5)
    np.testing.assert_allclose(maps["absolute"], np.abs(shares).max(axis=1), atol=1e-5)
    np.testing.assert_array_equal(maps["absolute"], np.maximum(maps["positive"], maps["negative"]))
    one = integrated_gradients(score, images, targets, torch.zeros_like(images), n_steps=4)
    np.testing.assert_allclose(maps["positive"], one.numpy().clip(0).max(axis=1), atol=1e-6)
