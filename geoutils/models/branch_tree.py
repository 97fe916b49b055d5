"""Which cells of which level lie above each finest cell, in the order that sums over them need."""

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class BranchTree:
    """The branches of `parents`, from every finest cell (leaf) up; build it once for a training.

    Cells of all levels are numbered as nodes, one level after the other; level h has nodes for its
    cells 0 … n_used[h] − 1, as far as `parents` speaks of them. The nodes above leaf l are
    `leaf_nodes[leaf_starts[l] : leaf_starts[l + 1]]`, and the leaves below node n likewise. Any
    table will do, nested or not. `lowest` holds each level's smallest entry, and `n_orphans` how
    many leaves have no ancestor at all: as numbers, because asking a GPU would stall it.
    """

    parents: Int[Tensor, "leaves levels"]
    leaf_nodes: Int[Tensor, " above"]
    leaf_starts: Int[Tensor, " leaves_and_one"]
    node_leaves: Int[Tensor, " above"]
    node_starts: Int[Tensor, " nodes_and_one"]
    node_levels: Int[Tensor, " nodes"]
    n_used: tuple[int, ...]
    lowest: tuple[int, ...]
    n_orphans: int

    @classmethod
    def of(cls, parents: Int[ndarray, "leaves levels"] | Int[Tensor, "leaves levels"]):
        """Tree of `parents[c, h]`, the cell at level h (coarse → fine) above c; −1 for none."""
        given = parents.cpu().numpy() if isinstance(parents, Tensor) else parents
        table = np.asarray(given).astype(np.int64)
        n_used = table.max(axis=0, initial=-1) + 1
        first_node = np.cumsum(n_used) - n_used
        leaves, levels = np.nonzero(table >= 0)  # leaf by leaf, coarse → fine
        nodes = first_node[levels] + table[leaves, levels]
        n_above = np.bincount(leaves, minlength=len(table))
        n_below = np.bincount(nodes, minlength=n_used.sum())
        arrays = (
            nodes,
            np.append(0, n_above.cumsum()),
            leaves[np.argsort(nodes, kind="stable")],
            np.append(0, n_below.cumsum()),
            np.repeat(np.arange(len(n_used)), n_used),
        )
        return cls(
            torch.from_numpy(table),
            *(torch.from_numpy(array.astype(np.int32)) for array in arrays),
            n_used=tuple(n_used.tolist()),
            lowest=tuple((table.min(axis=0) if len(table) else n_used).tolist()),
            n_orphans=int((n_above == 0).sum()),
        )

    def to(self, device: torch.device | str) -> "BranchTree":
        """The same tree on another device."""
        if self.parents.device == torch.device(device):
            return self
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        moved = {name: v.to(device) for name, v in values.items() if isinstance(v, Tensor)}
        return replace(self, **moved)

    @property
    def n_missing(self) -> Int[Tensor, " leaves"]:
        """Number of levels where each leaf has no ancestor."""
        return len(self.n_used) - self.leaf_starts.diff()

    def sums_above(self, values: Float[Tensor, "nodes photos"]) -> Float[Tensor, "leaves photos"]:
        """Sum of a value of the nodes above each leaf."""
        return _sums(values, self.leaf_nodes, self.leaf_starts)

    def sums_below(self, values: Float[Tensor, "leaves photos"]) -> Float[Tensor, "nodes photos"]:
        """Sum of a value of the leaves below each node: the gradient of `sums_above`."""
        return _sums(values, self.node_leaves, self.node_starts)


def _sums(
    values: Float[Tensor, "rows photos"],
    rows: Int[Tensor, " members"],
    starts: Int[Tensor, " groups_and_one"],
) -> Float[Tensor, "groups photos"]:
    """Sums over groups of rows: one pass, nothing in between, in the same order every time."""
    return functional.embedding_bag(rows, values, starts, mode="sum", include_last_offset=True)
