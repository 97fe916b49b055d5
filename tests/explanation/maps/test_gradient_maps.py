from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients, NoiseTunnel
from torch import nn

from geoutils.explanation import (
    baseline_images,
    cell_log_score,
    explanation_maps,
    gradients,
    integrated_gradients,
)
from geoutils.explanation.maps.baselines import IMAGENET_MEAN
from geoutils.explanation.maps.gradients import smooth_squared

PARENTS = np.array([[0, 0], [0, 1], [1, 2], [1, 3], [1, 4]])


class TinyModel(nn.Module):
    """Two levels of 2 and 5 cells on a smooth little network."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 6, 3), nn.Tanh(), nn.Flatten(), nn.Tanh())
        self.heads = nn.ModuleList([nn.Linear(6 * 36, 2), nn.Linear(6 * 36, 5)])

    def forward(self, images):
        features = self.features(images)
        return [head(features) for head in self.heads]


@pytest.fixture
def model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return TinyModel().eval()


@pytest.fixture
def images():
    return torch.as_tensor(np.random.default_rng(0).random((5, 3, 8, 8), dtype=np.float32))


CELLS = torch.tensor([4, 0, 2, 2, 3])


def test_log_score_is_the_sum_over_levels(model, images):
    coarse, fine = (logits.log_softmax(1).detach().numpy() for logits in model(images))
    cells = CELLS.numpy()
    expected = fine[np.arange(5), cells] + coarse[np.arange(5), PARENTS[cells, 0]]
    score = cell_log_score(model, PARENTS)(images, CELLS)
    np.testing.assert_allclose(score.detach().numpy(), expected, rtol=1e-6)


def test_targets_refuse_noise_and_cells_without_ancestor(model, images):
    orphan = PARENTS.copy()
    orphan[2, 0] = -1
    with pytest.raises(ValueError, match="cells: one of them lacks an ancestor"):
        cell_log_score(model, orphan)(images, CELLS)
    with pytest.raises(ValueError, match="model: in training mode"):
        cell_log_score(TinyModel(), PARENTS)


@pytest.mark.parametrize("kind", ["zero", "black", "blurred", "mean"])
def test_integrated_gradients_are_complete(model, images, kind):
    score, baselines = cell_log_score(model, PARENTS), baseline_images(images, kind)
    values = integrated_gradients(score, images, CELLS, baselines, n_steps=20)
    rise = (score(images, CELLS) - score(baselines, CELLS)).detach()
    assert rise.abs().max() > 0.05
    torch.testing.assert_close(values.sum(dim=(1, 2, 3)), rise, rtol=1e-4, atol=1e-5)


def test_gradients_match_differences(model, images):
    score = cell_log_score(model.double(), PARENTS)
    images = images.double()
    got = gradients(score, images, CELLS)
    step = torch.zeros_like(images)
    step[:, 1, 3, 4] = 1e-5
    slope = (score(images + step, CELLS) - score(images - step, CELLS)) / 2e-5
    torch.testing.assert_close(got[:, 1, 3, 4], slope.detach(), rtol=1e-6, atol=1e-8)


def test_smoothing_equals_captums_noise_tunnel(model, images):
    score, baselines = cell_log_score(model, PARENTS), baseline_images(images)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        expected = NoiseTunnel(IntegratedGradients(score)).attribute(
            images,
            nt_type="smoothgrad_sq",
            nt_samples=4,
            stdevs=0.15,
            baselines=baselines,
            additional_forward_args=(CELLS,),
            n_steps=6,
        )
        torch.manual_seed(3)
        noise = torch.normal(0, torch.full((20, 3, 8, 8), 0.15)).reshape(5, 4, 3, 8, 8) / 0.15
    got = smooth_squared(
        lambda noisy: integrated_gradients(score, noisy, CELLS, baselines, n_steps=6),
        images,
        noise.numpy(),
    )
    torch.testing.assert_close(got, expected.float(), rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize("explainer", ["integrated_gradients", "gradients"])
def test_maps_do_not_depend_on_the_batch(model, images, explainer):
    score = cell_log_score(model, PARENTS)
    together, alone = (
        explanation_maps(score, images, CELLS, explainer, n_steps=4, n_copies=2, batch_size=size)
        for size in (64, 4)
    )
    assert together.shape == (5, 8, 8)
    assert (together >= 0).all() and together.max() > 0
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-12)
    again = explanation_maps(score, images[:2], CELLS[:2], explainer, n_steps=4, n_copies=2, seed=1)
    assert not np.allclose(again, together[:2], rtol=1e-3)


def test_maps_without_copies_are_the_signed_maximum_over_colours(model, images):
    score = cell_log_score(model, PARENTS)
    expected = gradients(score, images, CELLS).amax(dim=1).numpy()
    got = explanation_maps(score, images, CELLS, "gradients", n_copies=0)
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert got.min() < 0


def test_maps_leave_the_random_state_and_the_threads_alone(model, images):
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    explanation_maps(cell_log_score(model, PARENTS), images, CELLS, n_steps=2, n_copies=1)
    torch.testing.assert_close(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == threads


def test_an_error_in_a_worker_reaches_the_caller(model, images):
    with pytest.raises(ValueError, match="kind: 'white'"):
        explanation_maps(cell_log_score(model, PARENTS), images, CELLS, baseline="white")


def test_baselines(images):
    zero = baseline_images(images, "zero")
    np.testing.assert_allclose(zero[3, :, 2, 5], IMAGENET_MEAN, rtol=1e-6)
    np.testing.assert_array_equal(baseline_images(images, "black"), 0)
    mean = baseline_images(images, "mean")
    torch.testing.assert_close(mean[1, :, 0, 7], images[1].mean(dim=(1, 2)))
    flat = torch.full((1, 3, 16, 20), 0.25)
    torch.testing.assert_close(baseline_images(flat, "blurred"), flat)
    blurred = baseline_images(images, "blurred")
    assert blurred.shape == images.shape and blurred.std() < 0.8 * images.std()
    with pytest.raises(ValueError, match="kind: 'white', expected"):
        baseline_images(images, "white")


def test_refuses_what_cannot_be_explained(model, images):
    score = cell_log_score(model, PARENTS)
    with pytest.raises(ValueError, match=r"images: values from .* expected \[0, 1\]"):
        explanation_maps(score, images * 255, CELLS)
    with pytest.raises(ValueError, match="images: none"):
        explanation_maps(score, images[:0], CELLS[:0])
    with pytest.raises(ValueError, match=r"explainer: 'grad_cams'; expected .* similar: grad_cam"):
        explanation_maps(score, images, CELLS, "grad_cams")
    with pytest.raises(ValueError, match=r"layer: none; Grad-CAM needs one"):
        explanation_maps(score, images, CELLS, "grad_cam")
    with pytest.raises(ValueError, match="n_steps, n_copies: 0, 5"):
        explanation_maps(score, images, CELLS, n_steps=0)
