import numpy as np
import pytest
import torch

from geoutils.models.heads import MvMFHead
from geoutils.models.heads.mvmf import KAPPA_RANGE, kappa_of_spacing, vmf_log_density
from geoutils.models.truth import Truth
from geoutils.sphere import unit_vectors

CENTERS = np.array([[0.0, 0.0], [0.0, 10.0], [60.0, -120.0], [-90.0, 0.0]])
KAPPAS = [1e-6, 1e-3, 1.0, 30.0, 1e3, 1e5, 1e7]


def random_directions(n, seed=0, dtype=torch.float32):
    vectors = np.random.default_rng(seed).standard_normal((n, 3))
    return torch.tensor(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=dtype)


def textbook_log_density(cosine, kappa):
    """Equation 1 in float64, with log sinh κ = κ + log((1 − e^{−2κ}) / 2)."""
    log_sinh = kappa + np.log(-np.expm1(-2 * kappa)) - np.log(2)
    return np.log(kappa) - np.log(4 * np.pi) - log_sinh + kappa * cosine


@pytest.mark.parametrize("kappa", KAPPAS)
def test_integrates_to_one_over_the_sphere(kappa):
    # Around μ = (1, 0, 0): Gauss-Legendre over the angle, in strips that shrink towards μ.
    nodes, weights = np.polynomial.legendre.leggauss(12)
    edges = np.concatenate([[0], np.geomspace(1e-6, np.pi, 200)])
    half = np.diff(edges)[:, None] / 2
    angle = (edges[:-1, None] + half + half * nodes).ravel()
    measure = (half * weights).ravel() * 2 * np.pi * np.sin(angle)
    x = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    mu = torch.tensor([[1.0, 0.0, 0.0]])
    log_density = vmf_log_density(torch.tensor(x, dtype=torch.float32), mu, torch.tensor([kappa]))
    np.testing.assert_allclose((log_density[:, 0].double().exp().numpy() * measure).sum(), 1, 3e-5)


def test_float32_equals_the_textbook_in_float64():
    x, mu = random_directions(50, dtype=torch.float64), random_directions(7, 1, torch.float64)
    kappa = np.array(KAPPAS)
    fast = vmf_log_density(x.float(), mu.float(), torch.tensor(kappa, dtype=torch.float32))
    slow = textbook_log_density((x @ mu.T).numpy(), kappa)
    np.testing.assert_allclose(fast.numpy(), slow, rtol=1e-6, atol=2e-6)


@pytest.mark.parametrize("kappa", KAPPAS)
def test_nearby_locations_keep_their_digits(kappa):
    # 100 m and 2 km from μ, where κμᵀx − κ has nothing left in float32.
    angle = np.array([0.1, 2.0]) / 6371
    x = torch.tensor(np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1), dtype=torch.float32)
    fast = vmf_log_density(x, torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([kappa]))[:, 0]
    slow = textbook_log_density(0.0, kappa) + kappa * (1 - 2 * np.sin(angle / 2) ** 2)
    np.testing.assert_allclose(fast.numpy(), slow, rtol=2e-6, atol=3e-6)


@pytest.mark.parametrize("kappa", KAPPAS)
def test_gradients_are_finite_and_right(kappa):
    x = torch.cat([random_directions(5), torch.tensor([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]])])
    x.requires_grad_()
    mu = torch.tensor([[1.0, 0.0, 0.0]], requires_grad=True)  # one x on it, one opposite
    log_kappa = torch.tensor([kappa]).log().requires_grad_()
    vmf_log_density(x, mu, log_kappa.exp()).sum().backward()
    assert all(torch.isfinite(leaf.grad).all() for leaf in (x, mu, log_kappa))
    chords = (x.detach().double() - mu.detach().double()).square().sum()
    # d/d log κ of each: 1 − 2κ / (e^{2κ} − 1) − κ ‖x − μ‖² / 2
    decay = 2 * kappa * np.exp(-2 * kappa) / -np.expm1(-2 * kappa)
    expected = len(x) * (1 - decay) - kappa / 2 * chords.item()
    np.testing.assert_allclose(log_kappa.grad.item(), expected, rtol=1e-5, atol=1e-5)


def test_loss_is_the_mixture_written_out():
    head = MvMFHead(6, CENTERS)
    features, directions = torch.randn(5, 6), random_directions(5)
    cells = torch.tensor([[0], [1], [-1], [3], [2]])
    terms, scores = head.terms(features, Truth(cells, directions, torch.full((5,), -1)))
    weights = head.weights(features).softmax(1).detach().double().numpy()
    kappa = head.kappa.detach().double().numpy()
    cosine = directions.double().numpy() @ unit_vectors(CENTERS).T
    density = (weights * np.exp(textbook_log_density(cosine, kappa))).sum(axis=1)
    expected = -np.log(density[[0, 1, 3, 4]]).mean()  # the photo outside is left out
    np.testing.assert_allclose(terms.detach().numpy(), [expected], rtol=1e-5)
    assert head.n_cells == [4]
    np.testing.assert_allclose(scores[0].detach().exp().numpy(), weights, rtol=1e-5)


def test_a_batch_outside_costs_nothing():
    outside = Truth(torch.full((2, 1), -1), random_directions(2), torch.full((2,), -1))
    terms, _ = MvMFHead(3, CENTERS).terms(torch.randn(2, 3), outside)
    assert terms.tolist() == [0.0]


def test_starts_with_the_spacing_of_the_centres():
    kappa = kappa_of_spacing(CENTERS)
    chord = 2 * np.sin(np.radians(5))
    np.testing.assert_allclose(kappa[:2], (chord / 2) ** -2.0)
    torch.testing.assert_close(
        MvMFHead(3, CENTERS).kappa, torch.tensor(kappa, dtype=torch.float32), rtol=1e-5, atol=0
    )
    assert (kappa_of_spacing(CENTERS[[0, 0]]) == KAPPA_RANGE[1]).all()


def test_learns_concentrations_and_weights():
    torch.manual_seed(0)
    head = MvMFHead(4, CENTERS)
    cells = torch.arange(4).repeat(16)
    spread_rad = 0.05
    directions = head.mu[cells] + spread_rad * torch.randn(64, 3)
    directions = directions / directions.norm(dim=1, keepdim=True)
    truth = Truth(cells[:, None], directions, torch.full((64,), -1))
    features = torch.nn.functional.one_hot(cells).float()
    optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
    for _ in range(200):
        optimizer.zero_grad()
        head.terms(features, truth)[0].sum().backward()
        optimizer.step()
    assert (head(features)[0].argmax(1) == cells).all()
    np.testing.assert_allclose(head.kappa.detach().numpy(), spread_rad**-2.0, rtol=0.6)


def test_weights_start_from_a_classifier():
    head, layer = MvMFHead(5, CENTERS), torch.nn.Linear(5, 4)
    head.start_from(layer)
    features = torch.randn(3, 5)
    torch.testing.assert_close(head(features)[0], layer(features).log_softmax(1))
    with pytest.raises(ValueError, match=r"layer: weights of shape \(9, 5\); expected \(4, 5\)"):
        head.start_from(torch.nn.Linear(5, 9))


def test_refuses_what_is_no_partition():
    with pytest.raises(ValueError, match="centers_deg: 1 rows"):
        MvMFHead(5, CENTERS[:1])
    with pytest.raises(ValueError, match="centers_deg: row 1 is"):
        MvMFHead(5, CENTERS[:, ::-1][1:])
