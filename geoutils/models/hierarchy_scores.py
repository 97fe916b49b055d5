"""Scores of the finest cells from the probabilities of all levels: one operation for every method.

With `parents[c, h]` the index, at level h (coarse → fine), of the cell that holds finest cell c,
and T_h(c) = ε + (1 − ε) · p_h(parents[c, h]), where p = 0 for a parent of −1 (none):

- `product`: Π_h T_h. With ε = 0 this is ISN's and SemP's f*, HC's and GeoDecoder's inference;
  with ε = 0.01 it is the thesis's HMC.
- `sum_of_logs`: exp Σ_h log T_h, the thesis's HMC-sol: the same value, but no underflow.
- `smooth`: Σ_h α^(D−1−h) T_h / Σ of α^(D−1−h) over the levels where c has an ancestor, the
  thesis's HMC-smooth.

The thesis multiplies each level by a dense matrix of cells × finest cells. Those matrices hold ε
everywhere but on one branch, so the same numbers come from walking down the tree of branches: each
level costs one gather and one operation per branch.
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
    """Branches that reach a level: the branch each one continues, and its cell there (−1: none)."""

    continues: Int[Tensor, " branches"]
    cells: Int[Tensor, " branches"]


@dataclass(frozen=True, eq=False)
class BranchTree:
    """The distinct branches of `parents`, level by level; build it once for a training run.

    `leaf_branch` is the last level's branch of every finest cell.
    """

    levels: tuple[BranchLevel, ...]
    leaf_branch: Int[Tensor, " leaves"]
    parents: Int[Tensor, "leaves levels"]

    @classmethod
    def of(cls, parents: Int[ndarray, "leaves levels"] | Int[Tensor, "leaves levels"]):
        """Tree of branches; two finest cells share a branch as far as their ancestors agree."""
        table = torch.as_tensor(parents).cpu().numpy().astype(np.int64)
        branch = np.zeros(len(table), dtype=np.int64)  # all leaves start on the one root branch
        levels = []
        for column in table.T:
            pairs, branch = np.unique(
                np.stack([branch, column], axis=1), axis=0, return_inverse=True
            )
            levels.append(BranchLevel(torch.as_tensor(pairs[:, 0]), torch.as_tensor(pairs[:, 1])))
        return cls(tuple(levels), torch.as_tensor(branch), torch.as_tensor(table))

    def to(self, device: torch.device) -> "BranchTree":
        """The same tree on another device."""
        levels = tuple(BranchLevel(b.continues.to(device), b.cells.to(device)) for b in self.levels)
        return BranchTree(levels, self.leaf_branch.to(device), self.parents.to(device))


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
    _check(level_log_probs, tree, kind, epsilon, alpha)
    tree = tree.to(level_log_probs[0].device)
    n_levels = len(tree.levels)
    total = None
    for h, (log_probs, branches) in enumerate(zip(level_log_probs, tree.levels, strict=True)):
        term = _log_terms(log_probs, epsilon)
        if kind != "sum_of_logs":
            term = term.exp() * (alpha ** (n_levels - 1 - h) if kind == "smooth" else 1.0)
        term = term[:, branches.cells]  # −1 takes the last column: no ancestor
        if total is None:
            total = term
        elif kind == "product":
            total = total[:, branches.continues] * term
        else:
            total = total[:, branches.continues] + term
    scores = total[:, tree.leaf_branch]
    if kind == "sum_of_logs":
        return scores
    if kind == "smooth":
        scores = scores / _own_weights(tree.parents, alpha).to(scores.dtype)
    return scores.log()


def _log_terms(
    log_probs: Float[Tensor, "photos cells"], epsilon: Real
) -> Float[Tensor, "photos cells_and_none"]:
    """Log T of every cell of a level, and in a last column that of a missing ancestor: log ε."""
    missing = log_probs.new_full((len(log_probs), 1), math.log(epsilon) if epsilon else -math.inf)
    if epsilon:
        log_probs = torch.logaddexp(log_probs + math.log1p(-epsilon), missing)
    return torch.cat([log_probs, missing], dim=1)


def _own_weights(parents: Int[Tensor, "leaves levels"], alpha: Real) -> Float[Tensor, " leaves"]:
    """Sum of α^(D−1−h) over the levels where a finest cell has an ancestor."""
    n_levels = parents.shape[1]
    weights = alpha ** torch.arange(n_levels - 1, -1, -1, device=parents.device).double()
    return ((parents >= 0) * weights).sum(dim=1)


def _check(
    level_log_probs: Sequence[Tensor], tree: BranchTree, kind: str, epsilon: Real, alpha: Real
) -> None:
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r}; expected one of {', '.join(KINDS)}")
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon: {epsilon}; expected 0 ≤ ε < 1")
    if not 0 < alpha <= 1:
        raise ValueError(f"alpha: {alpha}; expected 0 < α ≤ 1")
    if len(level_log_probs) != len(tree.levels):
        raise ValueError(
            f"level_log_probs: {len(level_log_probs)} levels, but parents has {len(tree.levels)}"
        )
    for h, (log_probs, branches) in enumerate(zip(level_log_probs, tree.levels, strict=True)):
        lowest, highest = int(branches.cells.min()), int(branches.cells.max())
        if lowest < -1 or highest >= log_probs.shape[1]:
            raise ValueError(
                f"parents: {lowest} … {highest} at level {h}, which has {log_probs.shape[1]} cells"
            )
