import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from geoutils.models.retrieval import info_nce, semi_hard_triplet

N_QUERIES, N_CANDIDATES = 8, 20


def problem(seed=0):
    """Similarities, partners and negatives in which some candidates are neither."""
    generator = torch.Generator().manual_seed(seed)
    vectors = normalize(torch.randn(N_CANDIDATES, 4, generator=generator, dtype=torch.float64))
    similarity = vectors[:N_QUERIES] @ vectors.T
    positive = torch.arange(N_QUERIES) ^ 1
    negatives = torch.rand(N_QUERIES, N_CANDIDATES, generator=generator) < 0.6
    negatives[torch.arange(N_QUERIES), positive] = False
    return similarity, positive, negatives


@pytest.mark.parametrize("temperature", [1, 0.05])
def test_info_nce_is_the_papers_equation_3(temperature):
    similarity, positive, negatives = problem()
    expected = []
    for query in range(N_QUERIES):
        above = np.exp(similarity[query, positive[query]].item() / temperature)
        below = above
        for candidate in range(N_CANDIDATES):
            if negatives[query, candidate]:
                below += np.exp(similarity[query, candidate].item() / temperature)
        expected.append(-np.log(above / below))
    losses = info_nce(similarity, positive, negatives, temperature)
    np.testing.assert_allclose(losses.numpy(), expected, rtol=1e-10)


def test_info_nce_among_equals_is_the_logarithm_of_their_number():
    negatives = torch.tensor([[False, False, True, True, True]])
    losses = info_nce(torch.zeros(1, 5), torch.tensor([1]), negatives, 0.05)
    np.testing.assert_allclose(losses.numpy(), [np.log(4)], rtol=1e-6)


@pytest.mark.parametrize("margin", [0.01, 0.3])
def test_triplet_takes_the_nearest_negative_beyond_the_partner(margin):
    similarity, positive, negatives = problem(seed=1)
    expected = []
    for query in range(N_QUERIES):
        to_partner = 2 - 2 * similarity[query, positive[query]].item()
        farther = []
        for candidate in range(N_CANDIDATES):
            distance = 2 - 2 * similarity[query, candidate].item()
            if negatives[query, candidate] and distance > to_partner:
                farther.append(distance)
        expected.append(max(0, to_partner - min(farther) + margin) if farther else 0)
    assert 0 in expected and max(expected) > 0, "the problem should show both"
    losses = semi_hard_triplet(similarity, positive, negatives, margin)
    np.testing.assert_allclose(losses.numpy(), expected, rtol=1e-10)


def test_triplet_passes_over_negatives_as_near_as_the_partner():
    similarity = torch.tensor([[1.0, 0.5, 0.9, 0.5]], requires_grad=True)
    negatives = torch.tensor([[False, False, True, True]])
    losses = semi_hard_triplet(similarity, torch.tensor([1]), negatives, 0.01)
    losses.sum().backward()
    assert losses.tolist() == [0] and similarity.grad.abs().max() == 0


@pytest.mark.parametrize("loss", [info_nce, semi_hard_triplet])
def test_without_negatives_there_is_nothing_to_learn(loss):
    similarity = torch.tensor([[1.0, 0.3]], requires_grad=True)
    losses = loss(similarity, torch.tensor([1]), torch.zeros(1, 2, dtype=torch.bool), 0.05)
    losses.sum().backward()
    assert losses.tolist() == [0] and similarity.grad.abs().max() == 0


@pytest.mark.parametrize("loss", [info_nce, semi_hard_triplet])
def test_what_is_neither_partner_nor_negative_does_not_matter(loss):
    similarity, positive, negatives = problem(seed=2)
    idle = ~negatives
    idle[torch.arange(N_QUERIES), positive] = False
    before = loss(similarity, positive, negatives, 0.1)
    after = loss(similarity.masked_fill(idle, 0.99), positive, negatives, 0.1)
    torch.testing.assert_close(after, before, rtol=0, atol=0)


@pytest.mark.parametrize("loss", [info_nce, semi_hard_triplet])
def test_gradients_match_finite_differences(loss):
    similarity, positive, negatives = problem(seed=3)
    similarity.requires_grad_()
    assert torch.autograd.gradcheck(lambda s: loss(s, positive, negatives, 0.3), similarity)
