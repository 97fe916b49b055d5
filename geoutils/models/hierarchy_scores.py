"""Scores of the finest cells from the probabilities of all levels: one operation for every method.

With `parents[c, h]` the index, at level h (coarse → fine), of the cell that holds finest cell c,
and T_h(c) = ε + (1 − ε) · p_h(parents[c, h]), where p = 0 for a parent of −1 (none):

- `product`: Π_h T_h. With ε = 0 this is ISN's and SemP's f*, HC's and GeoDecoder's inference;
  with ε = 0.01 it is the thesis's HMC.
- `sum_of_logs`: exp Σ_h log T_h, the thesis's HMC-sol: the same value, but no underflow.
- `smooth`: Σ_h α^(D−1−h) T_h / Σ of α^(D−1−h) over the levels where c has an ancestor, the
  thesis's HMC-smooth.

The thesis multiplies each level by a dense matrix of cells × finest cells. Those matrices hold ε
everywhere but on one branch, so the same numbers come from walking down the tree of branches, each
level one gather and one operation per branch; a branch that ended above costs nothing more, as
what it misses below is a constant. Inside, photos are columns: a gather then copies whole rows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

KINDS = ("product", "sum_of_logs", "smooth")


@dataclass(frozen=True)
class BranchLevel:
    """Branches that reach a level: the branch each one continues, and its cell there (−1: none).

    `lowest` and `highest` of the cells, and whether they count 0, 1, 2, … as in a tree whose cells
    all lie on one branch, are kept as numbers: asking a GPU for them would stall it.
    """

    continues: Int[Tensor, " branches"]
    cells: Int[Tensor, " branches"]
    lowest: int
    highest: int
    counting: bool

    def to(self, device: torch.device) -> "BranchLevel":
        """The same level on another device."""
        moved = self.continues.to(device), self.cells.to(device)
        return BranchLevel(*moved, self.lowest, self.highest, self.counting)


@dataclass(frozen=True, eq=False)
class BranchTree:
    """The distinct branches of `parents`, level by level; build it once for a training run.

    A branch ends at the last level where its finest cells have an ancestor. `leaf_branch` is the
    branch of every finest cell, counted through all levels, and `leaf_depth` how many it reaches.
    """

    levels: tuple[BranchLevel, ...]
    leaf_branch: Int[Tensor, " leaves"]
    leaf_depth: Int[Tensor, " leaves"]
    parents: Int[Tensor, "leaves levels"]

    @classmethod
    def of(cls, parents: Int[ndarray, "leaves levels"] | Int[Tensor, "leaves levels"]):
        """Tree of branches; two finest cells share a branch as far as their ancestors agree."""
        table = torch.as_tensor(parents).cpu().numpy().astype(np.int64)
        reached = np.arange(1, table.shape[1] + 1) * (table != -1)
        depth = reached.max(axis=1).clip(1)
        branch = np.zeros(len(table), dtype=np.int64)  # all leaves start on the one root branch
        leaf_branch = np.zeros(len(table), dtype=np.int64)
        levels, n_branches = [], 0
        for h, column in enumerate(table.T):
            here = depth > h
            pairs, branch[here] = np.unique(
                np.stack([branch[here], column[here]], axis=1), axis=0, return_inverse=True
            )
            leaf_branch[here] = n_branches + branch[here]
            n_branches += len(pairs)
            continues, cells = map(torch.as_tensor, pairs.T.copy())
            bounds = int(cells.min()) if len(cells) else 0, int(column.max())
            counting = np.array_equal(pairs[:, 1], np.arange(len(pairs)))
            levels.append(BranchLevel(continues, cells, *bounds, counting))
        leaves = map(torch.as_tensor, (leaf_branch, depth, table))
        return cls(tuple(levels), *leaves)

    def to(self, device: torch.device) -> "BranchTree":
        """The same tree on another device."""
        levels = tuple(level.to(device) for level in self.levels)
        leaves = (self.leaf_branch, self.leaf_depth, self.parents)
        return BranchTree(levels, *(tensor.to(device) for tensor in leaves))


def hmc_scores(
    level_log_probs: Sequence[Float[Tensor, "photos _"]],
    parents: Int[Tensor, "leaves levels"] | Int[ndarray, "leaves levels"] | BranchTree,
    kind: str = "product",
    epsilon: Real = 1e-2,
    alpha: Real = 0.9,
) -> Float[Tensor, "photos leaves"]:
    """Log-score of every finest cell, not normalised; −inf where ε = 0 and an ancestor is missing.

    `level_log_probs` holds log-probabilities (not logits), coarse → fine. Formulas above.
    Raises ValueError for an unknown kind, ε or α out of range, or levels that do not fit `parents`.
    """
    tree = parents if isinstance(parents, BranchTree) else BranchTree.of(parents)
    n_level_cells = [log_probs.shape[1] for log_probs in level_log_probs]
    check_combination(n_level_cells, tree, kind, epsilon, alpha)
    tree = tree.to(level_log_probs[0].device)
    n_levels = len(tree.levels)
    weights = [alpha ** (n_levels - 1 - h) if kind == "smooth" else 1.0 for h in range(n_levels)]
    totals = []
    for log_probs, branches, weight in zip(level_log_probs, tree.levels, weights, strict=True):
        term = _terms(log_probs.t().contiguous(), branches, kind, epsilon, weight)
        if totals:
            above = totals[-1].index_select(0, branches.continues)
            term = above * term if kind == "product" else above + term
        totals.append(term)
    scores = torch.cat(totals).index_select(0, tree.leaf_branch)
    below = _below(kind, epsilon, weights).to(scores)[tree.leaf_depth, None]
    if kind == "sum_of_logs":
        return (scores + below).t()
    if kind == "product":
        return (scores.log() + below.log()).t()
    own = _own_weights(tree.parents, weights).to(scores)[:, None]
    return ((scores + below).log() - own.log()).t()  # a division would cost as much as the tree


def _terms(
    log_probs: Float[Tensor, "cells photos"],
    branches: BranchLevel,
    kind: str,
    epsilon: Real,
    weight: Real,
) -> Float[Tensor, "branches photos"]:
    """T of each branch's cell at one level, or its log for `sum_of_logs`."""
    if kind != "sum_of_logs":
        terms = weight * epsilon + weight * (1 - epsilon) * log_probs.exp()
    elif epsilon:
        terms = (epsilon + (1 - epsilon) * log_probs.exp()).log()
    else:
        terms = log_probs  # probabilities too small for exp keep their logs
    if branches.counting and len(terms) == len(branches.cells):
        return terms
    if branches.lowest >= 0:
        return terms.index_select(0, branches.cells)
    missing = terms.new_full((1, terms.shape[1]), _of_missing(kind, epsilon, weight))
    return torch.cat([missing, terms]).index_select(0, branches.cells + 1)


def _of_missing(kind: str, epsilon: Real, weight: Real) -> float:
    """The term of a level where a branch has no cell."""
    if kind == "sum_of_logs":
        return math.log(epsilon) if epsilon else -math.inf
    return float(weight * epsilon)


def _below(kind: str, epsilon: Real, weights: Sequence[Real]) -> Float[Tensor, " depths"]:
    """What the levels below a branch of each depth (0 … all levels) give to its finest cells."""
    below = [1.0 if kind == "product" else 0.0]
    for weight in reversed(weights):
        missing = _of_missing(kind, epsilon, weight)
        below.append(below[-1] * missing if kind == "product" else below[-1] + missing)
    return torch.tensor(below[::-1], dtype=torch.float64)


def _own_weights(
    parents: Int[Tensor, "leaves levels"], weights: Sequence[Real]
) -> Float[Tensor, " leaves"]:
    """Sum of the weights of the levels where a finest cell has an ancestor."""
    return ((parents >= 0) * torch.tensor(weights, dtype=torch.float64, device=parents.device)).sum(
        dim=1
    )


def check_combination(
    n_level_cells: Sequence[int], tree: BranchTree, kind: str, epsilon: Real, alpha: Real
) -> None:
    """Raise the errors of `hmc_scores` for levels of these numbers of cells."""
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r}; expected one of {', '.join(KINDS)}")
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon: {epsilon}; expected 0 ≤ ε < 1")
    if not 0 < alpha <= 1:
        raise ValueError(f"alpha: {alpha}; expected 0 < α ≤ 1")
    if len(n_level_cells) != len(tree.levels):
        raise ValueError(
            f"level_log_probs: {len(n_level_cells)} levels, but parents has {len(tree.levels)}"
        )
    for h, (n_cells, branches) in enumerate(zip(n_level_cells, tree.levels, strict=True)):
        if branches.lowest < -1 or branches.highest >= n_cells:
            raise ValueError(
                f"parents: {branches.lowest} … {branches.highest} at level {h}, "
                f"which has {n_cells} cells"
            )
