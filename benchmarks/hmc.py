"""Time and memory of combining levels into leaves, beside the thesis's dense matrices.

From the logits of each level to the log-probabilities of 2,000 leaves, forward and backward, in
float32 on one core and in seconds of that core, which other programs on the machine disturb little.
The two ways alternate step by step. Memory is what is kept between forward and backward: what
autograd saves, the dense matrices or our tree included.
Run: python benchmarks/hmc.py
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from comparison import compared, report
from torch import Tensor
from torch.nn import functional

from geoutils.models import BranchTree, hmc_scores
from geoutils.study.published_targets import thesis_tree

N_LEAVES, DEPTH, EPSILON, ALPHA = 2000, 9, 1e-2, 0.9
KINDS = ("product", "sum_of_logs", "smooth")
STEPS = {32: 60, 256: 15}  # by batch
AIM = 5


def dense_scorer(parents: np.ndarray, sizes: list[int]) -> Callable[[list[Tensor], str], Tensor]:
    """The thesis: probabilities of each level times its matrix, then combined."""
    matrices = []
    for column, size in zip(parents.T, sizes, strict=True):
        matrix = torch.full((size, len(parents)), EPSILON)
        leaves = np.flatnonzero(column >= 0)
        matrix[column[leaves], leaves] = 1
        matrices.append(matrix)
    powers = torch.tensor([ALPHA ** (DEPTH - 1 - h) for h in range(DEPTH)])
    own = (torch.tensor(parents >= 0) * powers).sum(1)

    def score(logits: list[Tensor], kind: str) -> Tensor:
        tensors = [x.softmax(1) @ matrix for x, matrix in zip(logits, matrices, strict=True)]
        if kind == "product":
            return torch.stack(tensors).prod(0).log()
        if kind == "sum_of_logs":
            return torch.stack(tensors).log().sum(0)
        return (sum(p * t for p, t in zip(powers, tensors, strict=True)) / own).log()

    return score


def seconds(step: Callable[[], Tensor], logits: list[Tensor]) -> float:
    start = time.process_time()
    torch.autograd.grad(step(), logits)
    return time.process_time() - start


def megabytes(step: Callable[[], Tensor]) -> float:
    """Distinct memory that autograd keeps between forward and backward."""
    kept = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        step()
    return sum(kept.values()) / 1e6


def main() -> int:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    parents = thesis_tree(np.random.default_rng(0), N_LEAVES, DEPTH)
    sizes = [int(n) for n in parents.max(axis=0) + 1]
    tree, dense = BranchTree.of(parents), dense_scorer(parents, sizes)
    of_tree = sum(x.nbytes for x in vars(tree).values() if isinstance(x, Tensor)) / 1e6
    print(f"{len(parents)} leaves, {DEPTH} levels of {sizes} cells")
    peer, rows = ("dense matrices", f"torch {torch.__version__}"), []
    for kind in KINDS:
        for batch, n_steps in STEPS.items():
            logits = [torch.randn(batch, size, requires_grad=True) for size in sizes]
            leaves = torch.randint(len(parents), (batch,))

            def ours(logits=logits, leaves=leaves, kind=kind) -> Tensor:
                log_probs = [x.log_softmax(1) for x in logits]
                scores = hmc_scores(log_probs, tree, kind, EPSILON, ALPHA, normalized=True)
                return functional.nll_loss(scores, leaves)

            def theirs(logits=logits, leaves=leaves, kind=kind) -> Tensor:
                return functional.cross_entropy(dense(logits, kind), leaves)

            torch.testing.assert_close(ours(), theirs(), rtol=1e-5, atol=1e-5)
            times = np.array([[seconds(f, logits) for f in (theirs, ours)] for _ in range(n_steps)])
            details = f"{kind}, batch of {batch}"
            slow, fast = times.T
            rows.append(compared(f"time: {details}", fast, slow, *peer, aim=AIM))
            kept = [megabytes(ours) + of_tree], [megabytes(theirs)]
            rows.append(compared(f"memory: {details}", *kept, *peer, "MB", aim=AIM))
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
