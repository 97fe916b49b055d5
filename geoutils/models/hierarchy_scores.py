"""Scores of the finest cells from the probabilities of all levels: one operation for every method.

With `parents[c, h]` the index, at level h (coarse → fine), of the cell that holds finest cell c,
and T_h(c) = ε + (1 − ε) · p_h(parents[c, h]), where p = 0 for a parent of −1 (none):

- `product`: Π_h T_h. With ε = 0 this is ISN's and SemP's f*, HC's and GeoDecoder's inference;
  with ε = 0.01 it is the thesis's HMC.
- `sum_of_logs`: exp Σ_h log T_h, the thesis's HMC-sol: the same value, but no underflow.
- `smooth`: Σ_h α^(D−1−h) T_h / Σ of α^(D−1−h) over the levels where c has an ancestor, the
  thesis's HMC-smooth.

The thesis multiplies each level by a dense matrix of cells × finest cells. Those matrices hold ε
everywhere but on one branch, so the same numbers are sums over branches: of log T, or of weighted
p, computed once per cell and not per finest cell; levels where a branch has no cell add a constant.
The gradient of such a sum is a sum over the finest cells below each cell. For it only what came in
and what goes out is kept. Inside, photos are columns: a sum then adds whole rows. To turn them
costs as much as a sum, so it is done once on either way.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from numbers import Real
from typing import Any

import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from geoutils.known_names import known_name
from geoutils.models.branch_tree import BranchTree

KINDS = ("product", "sum_of_logs", "smooth")


def hmc_scores(
    level_log_probs: Sequence[Float[Tensor, "photos _"]],
    parents: Int[Tensor, "leaves levels"] | Int[ndarray, "leaves levels"] | BranchTree,
    kind: str = "product",
    epsilon: Real = 1e-2,
    alpha: Real = 0.9,
    normalized: bool = False,
) -> Float[Tensor, "photos leaves"]:
    """Log-score of every finest cell; −inf where ε = 0 and an ancestor is missing.

    `level_log_probs` holds log-probabilities (not logits), coarse → fine. Formulas above. Scores
    are normalised over the finest cells on request only: f* is a product of probabilities that are
    not independent. Can be differentiated once. Half precision is computed in float32.
    Raises ValueError for an unknown kind, ε or α out of range, or levels that do not fit `parents`.
    """
    tree = parents if isinstance(parents, BranchTree) else BranchTree.of(parents)
    n_level_cells = [log_probs.shape[1] for log_probs in level_log_probs]
    check_combination(n_level_cells, tree, kind, epsilon, alpha)
    tree = tree.to(level_log_probs[0].device)
    # bf16 has too few digits for a sum of exponentials.
    levels = [level.float() if level.dtype.itemsize < 4 else level for level in level_log_probs]
    if kind == "smooth":
        return _Smooth.apply(tree, float(epsilon), float(alpha), normalized, *levels)
    scores = _Product.apply(tree, float(epsilon), kind == "product", *levels)
    return scores.log_softmax(1) if normalized else scores


class _Product(torch.autograd.Function):
    """Σ_h log T_h; passed through the product itself, which may underflow, if `as_product`."""

    @staticmethod
    def forward(
        ctx: Any, tree: BranchTree, epsilon: float, as_product: bool, *levels: Tensor
    ) -> Float[Tensor, "photos leaves"]:
        ctx.tree, ctx.epsilon = tree, epsilon
        ctx.save_for_backward(*levels)
        logs = _nodes(levels, tree)
        if epsilon:  # without it, probabilities too small for exp keep their logs
            logs.exp_().mul_(1 - epsilon).add_(epsilon).log_()
        scores = tree.sums_above(logs)
        if epsilon:
            scores.add_(tree.n_missing[:, None].to(scores), alpha=math.log(epsilon))
        else:
            scores.masked_fill_(tree.n_missing[:, None] > 0, -math.inf)
        return (scores.exp_().log_() if as_product else scores).t()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Float[Tensor, "photos leaves"]) -> tuple:
        by_log_prob = _levels(ctx.tree.sums_below(gradient.t().contiguous()), ctx.tree)
        used = _used(ctx.saved_tensors, ctx.tree)
        if ctx.epsilon:  # d log T / d log p = (1 − ε) p / T = sigmoid(log p + log((1 − ε) / ε))
            odds = math.log((1 - ctx.epsilon) / ctx.epsilon)
            for of_level, level in zip(by_log_prob, used, strict=True):
                of_level.mul_((level + odds).sigmoid_())
        return None, None, None, *_with_unused(by_log_prob, ctx.saved_tensors)


class _Smooth(torch.autograd.Function):
    """Log of S = Σ_h α^(D−1−h) T_h / Σ of α^(D−1−h) over a branch's own levels."""

    @staticmethod
    def forward(
        ctx: Any,
        tree: BranchTree,
        epsilon: float,
        alpha: float,
        normalized: bool,
        *levels: Tensor,
    ) -> Float[Tensor, "photos leaves"]:
        weights, own = _smooth_weights(tree, alpha, levels[0].dtype)
        weights = (1 - epsilon) * weights
        everywhere = epsilon * sum(alpha**h for h in range(len(tree.n_used)))
        sums = tree.sums_above(_nodes(levels, tree).exp_().mul_(weights))
        sums.add_(everywhere).div_(own)
        total = sums.sum(0) if normalized else sums.new_ones(sums.shape[1])
        scores = sums.div_(total).log_()
        ctx.tree, ctx.epsilon, ctx.normalized = tree, epsilon, normalized
        ctx.save_for_backward(scores, total, weights, own, *levels)
        return scores.t()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Float[Tensor, "photos leaves"]) -> tuple:
        scores, total, weights, own, *levels = ctx.saved_tensors
        sums = scores.exp()
        by_sum = gradient.t().clone(memory_format=torch.contiguous_format)
        if ctx.normalized:
            by_sum.addcmul_(sums, by_sum.sum(0), value=-1)
        if not ctx.epsilon:  # where a leaf scores −∞ and is not asked for: 0, not 0 / 0
            sums.clamp_(min=torch.finfo(sums.dtype).tiny)
        by_node = ctx.tree.sums_below(by_sum.div_(sums.mul_(own))).div_(total)
        by_log_prob = _levels(by_node, ctx.tree)
        weights = weights.t().split(ctx.tree.n_used, dim=1)
        used = _used(levels, ctx.tree)
        for of_level, level, weight in zip(by_log_prob, used, weights, strict=True):
            of_level.mul_(level.exp().mul_(weight))
        return None, None, None, None, *_with_unused(by_log_prob, levels)


@lru_cache(maxsize=8)
def _smooth_weights(
    tree: BranchTree, alpha: float, dtype: torch.dtype
) -> tuple[Float[Tensor, "nodes 1"], Float[Tensor, "leaves 1"]]:
    """α^(D−1−h) of each node's level h, and the sum over the nodes above each leaf."""
    with torch.inference_mode(False):  # what is kept may be differentiated through later
        weights = torch.pow(alpha, len(tree.n_used) - 1.0 - tree.node_levels[:, None].double())
        return weights.to(dtype), tree.sums_above(weights).to(dtype)


def _used(
    levels: Sequence[Float[Tensor, "photos _"]], tree: BranchTree
) -> list[Float[Tensor, "photos _"]]:
    """The cells of each level that lie above a leaf, as far as numbers tell."""
    return [level[:, :n] for level, n in zip(levels, tree.n_used, strict=True)]


def _nodes(
    levels: Sequence[Float[Tensor, "photos _"]], tree: BranchTree
) -> Float[Tensor, "nodes photos"]:
    """A new array of the values of all levels, photos as columns."""
    return torch.cat([level.t() for level in _used(levels, tree)])


def _levels(
    nodes: Float[Tensor, "nodes photos"], tree: BranchTree
) -> list[Float[Tensor, "photos _"]]:
    """The way back from `_nodes`: a new array for each level, photos as rows."""
    return [level.contiguous() for level in nodes.t().split(tree.n_used, dim=1)]


def _with_unused(
    values: Sequence[Float[Tensor, "photos _"]], levels: Sequence[Float[Tensor, "photos _"]]
) -> list[Float[Tensor, "photos _"]]:
    """Values of the cells of each level, 0 for those that lie above no leaf."""
    unused = [level.shape[1] - part.shape[1] for level, part in zip(levels, values, strict=True)]
    return [
        functional.pad(part, (0, n)) if n else part for part, n in zip(values, unused, strict=True)
    ]


def check_combination(
    n_level_cells: Sequence[int], tree: BranchTree, kind: str, epsilon: Real, alpha: Real
) -> None:
    """Raise the errors of `hmc_scores` for levels of these numbers of cells."""
    known_name("kind", kind, KINDS)
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon: {epsilon}; expected 0 ≤ ε < 1")
    if not 0 < alpha <= 1:
        raise ValueError(f"alpha: {alpha}; expected 0 < α ≤ 1")
    if kind == "smooth" and tree.n_orphans:
        raise ValueError(
            f"parents: {tree.n_orphans} rows of −1 alone; smooth needs an ancestor of each leaf"
        )
    if len(n_level_cells) != len(tree.n_used):
        raise ValueError(
            f"level_log_probs: {len(n_level_cells)} levels, but parents has {len(tree.n_used)}"
        )
    for h, n_cells in enumerate(n_level_cells):
        if tree.lowest[h] < -1 or tree.n_used[h] > n_cells:
            raise ValueError(
                f"parents: {tree.lowest[h]} … {tree.n_used[h] - 1} at level {h}, "
                f"which has {n_cells} cells"
            )
