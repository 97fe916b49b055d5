import numpy as np
import pytest
import torch

from geoutils.models import hmc_scores
from geoutils.models.heads import ClassesHead, Head, HMCHead, MultiPartitionHead
from geoutils.models.losses import level_losses
from geoutils.models.smoothing import DistanceSmoothing
from geoutils.models.truth import Truth
from geoutils.sphere import great_circle_km, unit_vectors

N_CELLS = [5, 9]


def random_latlon(n, seed):
    rng = np.random.default_rng(seed)
    return np.stack([np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)], 1)


def truth_at(latlon_deg, cells):
    directions = torch.tensor(unit_vectors(latlon_deg).copy(), dtype=torch.float32)
    return Truth(torch.as_tensor(cells), directions, torch.full((len(cells),), -1))


def brute_force_targets(photo, centers, own, tau_km):
    """The formula as it stands, for one photo and one level."""
    d = np.array([great_circle_km(photo[None], center[None])[0] for center in centers])
    d[own] = 0
    weights = np.exp(-d / tau_km)
    return weights / weights.sum()


@pytest.mark.parametrize("tau_km", [50, 1000.0])
def test_targets_and_losses_equal_the_formula(tau_km):
    photos, centers = random_latlon(6, 0), random_latlon(sum(N_CELLS), 1)
    photos[0], photos[1] = centers[2] + 0.1, [-89.9, 20.0]
    rng = np.random.default_rng(2)
    cells = np.c_[rng.integers(0, 5, 6), rng.integers(0, 9, 6)]
    cells[3, 1] = -1
    scores = [torch.randn(6, n) for n in N_CELLS]
    smoothing = DistanceSmoothing(centers, N_CELLS, tau_km)
    losses = smoothing.losses(scores, truth_at(photos, cells))
    targets = smoothing.targets(truth_at(photos, cells))
    for level, level_centers in enumerate(np.split(centers, [5])):
        log_probs = scores[level].log_softmax(1).numpy()
        costs = []
        for photo in range(6):
            own = cells[photo, level]
            expected = brute_force_targets(photos[photo], level_centers, max(own, 0), tau_km)
            np.testing.assert_allclose(targets[level][photo], expected, rtol=1e-3, atol=1e-6)
            if own >= 0:
                costs.append(-(expected * log_probs[photo]).sum())
        np.testing.assert_allclose(losses[level], np.mean(costs), rtol=1e-4)


def test_plain_cross_entropy_where_tau_vanishes():
    # Wherever the photos lie: cells are drawn at random, so most centres are nearer than the own.
    rng = np.random.default_rng(3)
    cells = np.c_[rng.integers(-1, 5, 20), rng.integers(-1, 9, 20)]
    truth = truth_at(random_latlon(20, 0), cells)
    smoothing = DistanceSmoothing(random_latlon(14, 1), N_CELLS, 1e-3)
    scores = [torch.randn(20, n) for n in N_CELLS]
    hard, soft = level_losses(scores, truth.cells), smoothing.losses(scores, truth)
    torch.testing.assert_close(soft, hard, rtol=1e-6, atol=0)
    inside = truth.cells[:, 0] >= 0
    one_hot = torch.eye(5)[truth.cells[inside, 0]]
    assert torch.equal(smoothing.targets(truth)[0][inside], one_hot)


def test_no_target_exceeds_the_true_cells():
    # A photo at the edge of a large cell, a hundred times nearer to its small neighbour's centre.
    centers = np.array([[0.0, 0.0], [0.0, 10.1], [0.0, 60.0]])
    truth = truth_at(np.array([[0.0, 10.0]]), np.array([[0]]))
    (targets,) = DistanceSmoothing(centers, [3], 200.0).targets(truth)
    own, neighbour, far = targets[0].tolist()
    assert own > neighbour > 100 * far
    assert own + neighbour + far == pytest.approx(1)


def test_a_near_miss_costs_less_than_a_far_one():
    centers = np.array([[0.0, 0.0], [0.0, 3.0], [0.0, 90.0]])
    truth = truth_at(np.array([[0.0, 0.1]]), np.array([[0]]))
    smoothing = DistanceSmoothing(centers, [3], 300.0)
    near = smoothing.losses([torch.tensor([[0.0, 4.0, 0.0]])], truth)
    far = smoothing.losses([torch.tensor([[0.0, 0.0, 4.0]])], truth)
    assert near < far
    hard = [level_losses([torch.tensor([row])], truth.cells) for row in ([0.0, 4, 0], [0.0, 0, 4])]
    assert hard[0] == hard[1]


def test_a_batch_outside_costs_nothing():
    smoothing = DistanceSmoothing(random_latlon(5, 0), [5], 100.0)
    losses = smoothing.losses([torch.randn(2, 5)], truth_at(random_latlon(2, 1), [[-1], [-1]]))
    assert losses.tolist() == [0.0]


def smoothed_heads():
    centers = random_latlon(14, 3)
    smooth = {"smoothing_km": 5000}
    return [
        ClassesHead(8, 5, **smooth, centers_deg=centers[:5]),
        MultiPartitionHead(8, N_CELLS, **smooth, centers_deg=centers),
        HMCHead(8, [2, 3], np.array([[0, 0], [0, 1], [1, 2]]), **smooth, centers_deg=centers[:3]),
    ]


@pytest.mark.parametrize("head", smoothed_heads(), ids=lambda head: head.kind)
def test_every_cell_head_smooths(head):
    features, photos = torch.randn(4, 8), random_latlon(4, 4)
    truth = truth_at(photos, np.zeros((4, len(head.n_cells)), dtype=int))
    terms, scores = head.terms(features, truth)
    torch.testing.assert_close(terms, head.smoothing.losses(scores, truth))
    assert not torch.allclose(terms, level_losses(scores, truth.cells))
    again = Head.kinds[head.kind](**head.config)
    again.load_state_dict(head.state_dict())
    torch.testing.assert_close(again.terms(features, truth)[0], terms)
    assert "DistanceSmoothing(tau_km=5000)" in str(head)


def test_zero_leaves_the_targets_hard():
    head = MultiPartitionHead(8, N_CELLS, smoothing_km=0, centers_deg=random_latlon(14, 0))
    assert head.smoothing is None
    assert head.config == {"n_features": 8, "n_cells": N_CELLS}


def test_a_leaf_without_score_breaks_no_gradient():
    # With ε = 0 a leaf that misses an ancestor scores −∞: a far leaf's target of 0 must not be NaN.
    centers = np.array([[0.0, 0.0], [0.0, 0.1], [0.0, 170.0]])
    parents = np.array([[0, 0], [0, 1], [-1, 2]])
    logits = [torch.randn(1, n, requires_grad=True) for n in (2, 3)]
    scores = hmc_scores([x.log_softmax(1) for x in logits], parents, "sum_of_logs", epsilon=0)
    truth = truth_at(centers[:1], [[0]])
    loss = DistanceSmoothing(centers, [3], 10.0).losses([scores], truth)
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert all(torch.isfinite(x.grad).all() for x in logits)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"smoothing_km": 100}, "centers_deg: none; smoothing_km = 100"),
        ({"smoothing_km": -1, "centers_deg": random_latlon(14, 0)}, "smoothing_km: -1"),
        ({"smoothing_km": 1, "centers_deg": random_latlon(9, 0)}, r"9 rows for \[5, 9\] cells"),
        ({"smoothing_km": 1, "centers_deg": np.full((14, 2), np.nan)}, "must be finite"),
    ],
)
def test_refuses_bad_smoothing(arguments, message):
    with pytest.raises(ValueError, match=message):
        MultiPartitionHead(8, N_CELLS, **arguments)
