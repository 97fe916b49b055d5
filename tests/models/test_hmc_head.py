import numpy as np
import pytest
import torch
from torch.nn import functional

from geoutils.models import hmc_scores
from geoutils.models.heads import HMCHead
from geoutils.models.truth import Truth

COMBINATIONS = ["product", "sum_of_logs", "smooth"]


def quad_tree(n_leaves=60, depth=5, seed=0):
    """A tree like the thesis's: random leaves of a grid are split into four, so depths differ."""
    rng = np.random.default_rng(seed)
    branches = [(face,) for face in range(6)]
    while len(branches) < n_leaves:
        short = [i for i, branch in enumerate(branches) if len(branch) < depth]
        split = branches.pop(rng.choice(short))
        branches += [(*split, child) for child in range(4)]
    names = [sorted({b[: h + 1] for b in branches if len(b) > h}) for h in range(depth)]
    parents = np.full((len(branches), depth), -1)
    for leaf, branch in enumerate(branches):
        for h in range(len(branch)):
            parents[leaf, h] = names[h].index(branch[: h + 1])
    return parents, [len(level) for level in names]


def dense_log_probs(logits, parents, combination, epsilon=1e-2, alpha=0.9):
    """The thesis's matrices, one multiplication per level, then normalised over the leaves."""
    depth = len(logits)
    tensors = []
    for level, x in enumerate(logits):
        matrix = torch.full((x.shape[1], len(parents)), epsilon, dtype=x.dtype)
        for leaf, cell in enumerate(parents[:, level]):
            if cell >= 0:
                matrix[cell, leaf] = 1
        tensors.append(x.softmax(1) @ matrix)
    if combination == "product":
        scores = torch.stack(tensors).prod(0)
    elif combination == "sum_of_logs":
        scores = torch.stack(tensors).log().sum(0).exp()
    else:
        powers = torch.tensor([alpha ** (depth - 1 - h) for h in range(depth)], dtype=torch.float64)
        own = (torch.tensor(parents >= 0) * powers).sum(1)
        scores = sum(p * t for p, t in zip(powers, tensors, strict=True)) / own
    return (scores / scores.sum(1, keepdim=True)).log()


def truth_of(cells):
    return Truth(cells[:, None], torch.zeros(len(cells), 3), torch.full((len(cells),), -1))


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_equals_the_dense_matrices_in_value_and_gradient(combination):
    torch.manual_seed(0)
    parents, n_level_cells = quad_tree()
    assert (parents == -1).any() and len(set((parents >= 0).sum(1))) > 2
    head = HMCHead(16, n_level_cells, parents, combination)
    features = 3 * torch.randn(8, 16)
    leaves = torch.randint(len(parents), (8,))
    terms, (log_probs,) = head.terms(features, truth_of(leaves))
    terms.sum().backward()
    exact = [level.double() for level in HMCHead(16, n_level_cells, parents).levels]
    for ours, theirs in zip(head.levels, exact, strict=True):
        theirs.load_state_dict(ours.state_dict())
    dense = dense_log_probs([level(features.double()) for level in exact], parents, combination)
    torch.testing.assert_close(log_probs.double(), dense, rtol=1e-5, atol=1e-5)
    loss = functional.nll_loss(dense, leaves)
    loss.backward()
    torch.testing.assert_close(terms[0].double(), loss, rtol=1e-5, atol=1e-5)
    for ours, theirs in zip(head.levels, exact, strict=True):
        torch.testing.assert_close(ours.weight.grad.double(), theirs.weight.grad, rtol=0, atol=1e-5)
        torch.testing.assert_close(ours.bias.grad.double(), theirs.bias.grad, rtol=0, atol=1e-5)


def test_leaves_are_normalised_and_levels_are_softmaxes():
    parents, n_level_cells = quad_tree()
    head = HMCHead(16, n_level_cells, parents)
    features = torch.randn(3, 16)
    (log_probs,) = head(features)
    assert head.n_cells == [len(parents)] and log_probs.shape == (3, len(parents))
    torch.testing.assert_close(log_probs.exp().sum(1), torch.ones(3))
    levels = head.level_log_probs(features)
    assert [level.shape[1] for level in levels] == n_level_cells
    for level in levels:
        torch.testing.assert_close(level.exp().sum(1), torch.ones(3))


def test_sum_of_logs_is_the_product_and_does_not_underflow_at_depth_30():
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    shallow = quad_tree(depth=3)
    pair = [HMCHead(16, shallow[1], shallow[0], how) for how in ("product", "sum_of_logs")]
    pair[1].load_state_dict(pair[0].state_dict())
    features = torch.randn(4, 16)
    torch.testing.assert_close(pair[0](features)[0], pair[1](features)[0])
    deep = rng.integers(0, 400, (50, 30))
    pair = [HMCHead(16, [400] * 30, deep, how, epsilon=1e-4) for how in ("product", "sum_of_logs")]
    pair[1].load_state_dict(pair[0].state_dict())
    truth = truth_of(torch.arange(4))
    assert not torch.isfinite(pair[0].terms(features, truth)[0]).all()
    terms, scores = pair[1].terms(features, truth)
    terms.sum().backward()
    assert torch.isfinite(terms).all() and torch.isfinite(scores[0]).all()
    assert all(torch.isfinite(weight.grad).all() for weight in pair[1].parameters())
    # The product in float64, which reaches down to 1e-308.
    levels = [level.double() for level in pair[1].level_log_probs(features)]
    exact = hmc_scores(levels, deep, "product", epsilon=1e-4).log_softmax(1)
    torch.testing.assert_close(scores[0].double(), exact, rtol=1e-5, atol=1e-4)


def test_the_printed_head_says_how_it_combines():
    parents, n_level_cells = quad_tree()
    heads = [HMCHead(16, n_level_cells, parents, how) for how in COMBINATIONS]
    heads.append(HMCHead(16, n_level_cells, parents, epsilon=0.05))
    assert len({str(head) for head in heads}) == 4


def test_the_dense_layer_of_the_thesis_comes_first():
    parents, n_level_cells = quad_tree(12, 3)
    head = HMCHead(16, n_level_cells, parents, hidden=32, dropout=0.5).eval()
    assert all(level.in_features == 32 for level in head.levels)
    features = torch.randn(2, 16)
    between = functional.relu(head.hidden[0](features))
    for level, log_probs in zip(head.levels, head.level_log_probs(features), strict=True):
        torch.testing.assert_close(level(between).log_softmax(1), log_probs)


def test_refuses_what_does_not_fit():
    parents, n_level_cells = quad_tree()
    for change, message in [
        ({"combination": "sum"}, "kind: 'sum'; expected product"),
        ({"epsilon": 1.0}, "epsilon: 1.0"),
        ({"n_level_cells": n_level_cells[:-1]}, "levels, but parents has 5"),
        ({"n_level_cells": [2, *n_level_cells[1:]]}, "at level 0, which has 2 cells"),
        ({"hidden": -1}, "hidden: -1"),
        ({"dropout": 1.0}, "dropout: 1.0"),
    ]:
        settings = {"n_level_cells": n_level_cells, "parents": parents} | change
        with pytest.raises(ValueError, match=message):
            HMCHead(16, **settings)
