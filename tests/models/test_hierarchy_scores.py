import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils.models import BranchTree, hmc_scores

# A tree like the thesis's: leaves end at different depths (-1: the branch ended above).
TREE = np.array([[0, 0, 0], [0, 0, 1], [0, 1, -1], [1, -1, -1], [2, 2, 2], [2, 2, 3], [2, 3, -1]])
CELLS = (3, 4, 4)


def random_parents(rng, n_leaves, sizes):
    """Any table will do, nested or not; some ancestors are missing."""
    return np.stack([rng.integers(-1, size, n_leaves) for size in sizes], axis=1)


def log_probs_of(rng, n_photos, sizes, dtype=torch.float64, spread=3.0):
    logits = [spread * rng.standard_normal((n_photos, size)) for size in sizes]
    return [torch.tensor(x, dtype=dtype).log_softmax(1) for x in logits]


def dense_scores(log_probs, parents, kind, epsilon, alpha=0.9):
    """The thesis: T_i = p_i M_i, M_i = 1 on the leaf's own branch, epsilon elsewhere."""
    n_levels = len(log_probs)
    terms, weights, own = [], [], []
    for level, p in enumerate(log_probs):
        matrix = torch.full((p.shape[1], len(parents)), epsilon, dtype=p.dtype)
        for leaf, cell in enumerate(parents[:, level]):
            if cell >= 0:
                matrix[cell, leaf] = 1
        terms.append(p.exp() @ matrix)
        weights.append(alpha ** (n_levels - 1 - level))
        own.append(torch.tensor(parents[:, level] >= 0, dtype=p.dtype))
    if kind == "product":
        return torch.stack(terms).prod(0).log()
    if kind == "sum_of_logs":
        return torch.stack(terms).log().sum(0)
    above = sum(w * t for w, t in zip(weights, terms, strict=True))
    return (above / sum(w * o for w, o in zip(weights, own, strict=True))).log()


@pytest.mark.parametrize("kind", ["product", "sum_of_logs", "smooth"])
@pytest.mark.parametrize("random_table", [False, True])
def test_equals_the_dense_matrices_in_value_and_gradient(kind, random_table):
    rng = np.random.default_rng(0)
    sizes = (4, 9, 23) if random_table else CELLS
    parents = random_parents(rng, 40, sizes) if random_table else TREE
    parents[:, 0] = parents[:, 0].clip(0)  # smooth needs one ancestor at least
    # Gradients by the logits: the matrices use that probabilities sum to 1, so others may differ.
    logits = [x.requires_grad_() for x in log_probs_of(rng, 5, sizes)]
    log_probs = [x.log_softmax(1) for x in logits]
    fast = hmc_scores(log_probs, parents, kind, epsilon=1e-2)
    slow = dense_scores(log_probs, parents, kind, epsilon=1e-2)
    torch.testing.assert_close(fast, slow, rtol=1e-12, atol=1e-12)
    target = torch.tensor(rng.integers(0, len(parents), 5))
    fast_gradients = torch.autograd.grad(
        torch.nn.functional.cross_entropy(fast, target), logits, retain_graph=True
    )
    slow_gradients = torch.autograd.grad(torch.nn.functional.cross_entropy(slow, target), logits)
    for fast_gradient, slow_gradient in zip(fast_gradients, slow_gradients, strict=True):
        torch.testing.assert_close(fast_gradient, slow_gradient, rtol=1e-9, atol=1e-12)


def test_a_leaf_without_an_ancestor_gets_exactly_epsilon_there():
    log_probs = log_probs_of(np.random.default_rng(1), 2, CELLS)
    scores = hmc_scores(log_probs, TREE, "sum_of_logs", epsilon=1e-2)
    own = torch.log(1e-2 + (1 - 1e-2) * log_probs[0].exp()[:, 1])
    torch.testing.assert_close(scores[:, 3], own + 2 * np.log(1e-2))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 30))
def test_epsilon_zero_is_the_product_of_ancestor_probabilities(seed, n_levels, n_leaves):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 12, n_levels)
    parents = random_parents(rng, n_leaves, sizes)
    log_probs = log_probs_of(rng, 3, sizes)
    scores = hmc_scores(log_probs, parents, "sum_of_logs", epsilon=0.0).detach().numpy()
    for photo in range(3):
        for leaf, ancestors in enumerate(parents):
            expected = 0.0
            for level, cell in enumerate(ancestors):
                expected += log_probs[level][photo, cell].item() if cell >= 0 else -np.inf
            np.testing.assert_allclose(scores[photo, leaf], expected, rtol=1e-12)


def test_sum_of_logs_survives_where_the_product_underflows():
    # 30 levels of 1,000 cells in float32: probabilities near 1e-3 each, 1e-90 together.
    rng = np.random.default_rng(2)
    log_probs = log_probs_of(rng, 2, [1000] * 30, torch.float32, spread=0.5)
    parents = rng.integers(0, 1000, (50, 30))
    logs = hmc_scores(log_probs, parents, "sum_of_logs", epsilon=1e-6)
    product = hmc_scores(log_probs, parents, "product", epsilon=1e-6)
    assert torch.isfinite(logs).all()
    assert torch.isinf(product).all()
    exact = hmc_scores([p.double() for p in log_probs], parents, "product", epsilon=1e-6)
    torch.testing.assert_close(logs.double(), exact, rtol=1e-5, atol=1e-3)


def test_scores_of_nested_levels_sum_to_at_most_one():
    log_probs = log_probs_of(np.random.default_rng(3), 6, (3, 4))
    scores = hmc_scores(log_probs, np.array([[0, 0], [0, 1], [1, 2], [2, 3]]), epsilon=0.0)
    assert (scores.exp().sum(1) <= 1).all()


def test_a_tree_knows_what_lies_above_and_below():
    tree = BranchTree.of(TREE)
    assert (tree.n_used, tree.lowest, tree.n_orphans) == ((3, 4, 4), (0, -1, -1), 0)
    assert tree.n_missing.tolist() == [0, 0, 1, 2, 0, 0, 1]
    values = torch.arange(11.0)[:, None] + 1  # nodes: three coarse cells, then four, then four
    above = [1 + 4 + 8, 1 + 4 + 9, 1 + 5, 2, 3 + 6 + 10, 3 + 6 + 11, 3 + 7]
    assert tree.sums_above(values)[:, 0].tolist() == above
    counts = tree.sums_below(torch.ones(7, 1))[:, 0].tolist()
    assert counts == [3, 1, 3, 2, 1, 2, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("epsilon", [0.0, 1e-2])
@pytest.mark.parametrize("kind", ["product", "sum_of_logs", "smooth"])
def test_gradients_equal_finite_differences(kind, epsilon, normalized):
    rng = np.random.default_rng(4)
    sizes = (3, 4, 6)  # the last level has two cells that lie above no leaf
    parents = TREE[[0, 1, 4, 5]] if epsilon == 0 else TREE  # without ε a short branch scores −∞
    logits = [torch.tensor(rng.standard_normal((2, n)), requires_grad=True) for n in sizes]

    def scores(*logits):
        levels = [x.log_softmax(1) for x in logits]
        return hmc_scores(levels, parents, kind, epsilon, normalized=normalized)

    assert torch.autograd.gradcheck(scores, logits)
    assert (torch.autograd.grad(scores(*logits).sum(), logits)[2] != 0).any() or normalized


@pytest.mark.parametrize("kind", ["product", "sum_of_logs", "smooth"])
def test_normalized_scores_are_the_log_softmax(kind):
    log_probs = log_probs_of(np.random.default_rng(5), 6, CELLS)
    scores = hmc_scores(log_probs, TREE, kind)
    normalized = hmc_scores(log_probs, TREE, kind, normalized=True)
    torch.testing.assert_close(normalized, scores.log_softmax(1))


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("kind", ["product", "sum_of_logs", "smooth"])
def test_leaves_without_a_chance_break_no_gradient(kind, normalized):
    # ε = 0: leaf 2 lacks an ancestor, and leaf 1's vanish in float32.
    parents = np.array([[0, 0], [1, 1], [-1, 2] if kind != "smooth" else [1, -1]])
    logits = [torch.tensor([[200.0, 0.0]]), torch.tensor([[200.0, 0.0, 200.0]])]
    logits = [x.requires_grad_() for x in logits]
    levels = [x.log_softmax(1) for x in logits]
    scores = hmc_scores(levels, parents, kind, epsilon=0, normalized=normalized)
    assert scores[0, 2] == -np.inf and torch.isfinite(scores[0, 0])
    gradients = torch.autograd.grad(scores[0, 0], logits)
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("kind", ["product", "sum_of_logs", "smooth"])
@pytest.mark.parametrize("tree_too", [False, True])
def test_what_has_answered_can_be_learned_from_afterwards(kind, tree_too):
    levels = [x.requires_grad_() for x in log_probs_of(np.random.default_rng(8), 3, CELLS)]
    with torch.inference_mode(tree_too):
        tree = BranchTree.of(TREE)
    with torch.inference_mode():
        asked = hmc_scores([level + 0 for level in levels], tree, kind)
    scores = hmc_scores(levels, tree, kind)
    torch.testing.assert_close(scores, asked, rtol=0, atol=0)
    gradients = torch.autograd.grad(scores[:, 0].sum(), levels)
    fresh = torch.autograd.grad(hmc_scores(levels, TREE, kind)[:, 0].sum(), levels)
    for gradient, expected in zip(gradients, fresh, strict=True):
        torch.testing.assert_close(gradient, expected, rtol=0, atol=0)


@pytest.mark.parametrize("kind", ["product", "sum_of_logs", "smooth"])
def test_half_precision_is_computed_in_float32(kind):
    log_probs = log_probs_of(np.random.default_rng(6), 4, CELLS, torch.float32)
    halves = [level.bfloat16().requires_grad_() for level in log_probs]
    with torch.autocast("cpu", torch.bfloat16):
        scores = hmc_scores(halves, TREE, kind, normalized=True)
    exact = hmc_scores([level.float() for level in halves], TREE, kind, normalized=True)
    torch.testing.assert_close(scores, exact, rtol=0, atol=0)
    scores.exp()[:, 0].sum().backward()
    assert all(level.grad.dtype == torch.bfloat16 for level in halves)


def test_keeps_no_array_of_leaves_but_the_result():
    kept = {}
    levels = [level.requires_grad_() for level in log_probs_of(np.random.default_rng(7), 64, CELLS)]

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    for kind in ("product", "sum_of_logs", "smooth"):
        kept.clear()
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            hmc_scores(levels, TREE, kind, normalized=True)
        n_bytes = sum(level.nbytes for level in levels) + 8 * 64 * len(TREE)
        assert sum(kept.values()) < 1.1 * n_bytes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "logits"}, "kind: 'logits'"),
        ({"epsilon": 1.0}, "epsilon: 1.0"),
        ({"alpha": 0.0}, "alpha: 0.0"),
        ({"parents": TREE[:, :2]}, "level_log_probs: 3 levels, but parents has 2"),
        ({"parents": np.full((2, 3), -1), "kind": "smooth"}, "parents: 2 rows of −1 alone"),
        ({"parents": TREE - 1}, "parents: -2 … 2 at level 1, which has 4 cells"),
        ({"parents": TREE + 9}, "parents: 9 … 11 at level 0, which has 3 cells"),
    ],
)
def test_refuses_what_does_not_fit(change, message):
    log_probs = log_probs_of(np.random.default_rng(0), 2, CELLS)
    with pytest.raises(ValueError, match=message):
        hmc_scores(**({"level_log_probs": log_probs, "parents": TREE} | change))
