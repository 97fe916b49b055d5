"""Time of a whole training step with each hierarchical head, beside the plain classifier's (MC).

EfficientNet-B1 at 224 pixels with global max pooling, a dense layer of 1280, dropout 0.5 and Adam,
as in the thesis (Section 6.1.3), on random pixels. A step has 8 photos, not the thesis's 32, to end
in two minutes: what a head costs beside them can only weigh more. Seconds are of one core, which
other programs on the machine disturb little. All heads share one backbone, so that they alone
differ. A step is forward, backward and Adam; the steps of all heads alternate, and MC is "the peer"
of each in its round. Convolutions vary more from round to round than heads differ: "from parts" is
the ratio that follows from the median step of the backbone alone and that of each head on its
features.
Run: python benchmarks/hmc_step.py
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from comparison import compared, report
from torch import Tensor, nn
from torch.nn import functional

from geoutils.models import Backbone
from geoutils.models.heads import CellHead, ClassesHead, HMCHead
from geoutils.study.published_targets import thesis_tree

BATCH, SIZE_PX = 8, 224
TREES = {72: 5, 2000: 9}  # leaves: levels
ROUNDS, HEAD_STEPS = 6, 30
THESIS = {"HMC": 1.11, "HMC-sol": 1.72, "HMC-smooth": 2.08}
COMBINATIONS = {"HMC": "product", "HMC-sol": "sum_of_logs", "HMC-smooth": "smooth"}
AIM = 1.05


def heads_of(n_features: int, n_leaves: int, depth: int) -> dict[str, CellHead]:
    parents = thesis_tree(np.random.default_rng(0), n_leaves, depth)
    n_level_cells = [int(n) for n in parents.max(axis=0) + 1]
    dense = {"hidden": 1280, "dropout": 0.5}
    heads: dict[str, CellHead] = {"MC": ClassesHead(n_features, len(parents), **dense)}
    for name, how in COMBINATIONS.items():
        heads[name] = HMCHead(n_features, n_level_cells, parents, how, **dense)
    return heads


def step_of(
    model: nn.Module, inputs: Tensor, loss_of: Callable[[Tensor], Tensor]
) -> Callable[[], float]:
    """A training step that returns its seconds."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, weight_decay=2e-5)

    def step() -> float:
        start = time.process_time()
        optimizer.zero_grad()
        loss_of(model(inputs)).backward()
        optimizer.step()
        return time.process_time() - start

    step()  # Adam makes its state in the first
    return step


def medians(steps: dict[str, Callable[[], float]], n_rounds: int) -> tuple[dict, np.ndarray]:
    """Median seconds of each step, the steps alternating; and all of them, rounds × steps."""
    times = np.array([[step() for step in steps.values()] for _ in range(n_rounds)])
    return dict(zip(steps, np.median(times, axis=0), strict=True)), times


def main() -> int:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    backbone = Backbone("efficientnet_b1", pooling="max")
    images = torch.rand(BATCH, 3, SIZE_PX, SIZE_PX)
    features = torch.randn(BATCH, backbone.n_features).relu_().requires_grad_()
    alone = step_of(backbone, images, lambda out: out.mean())
    backbone_s = np.median([alone() for _ in range(3)])
    print(f"{BATCH} photos, one core; backbone alone {backbone_s:.2f} s")
    print(f"the thesis takes {', '.join(f'{x} × MC for {name}' for name, x in THESIS.items())}")
    rows = []
    for n_leaves, depth in TREES.items():
        heads = heads_of(backbone.n_features, n_leaves, depth)
        leaves = torch.randint(heads["MC"].n_cells[0], (BATCH,))

        def loss_of(scores: list[Tensor], leaves: Tensor = leaves) -> Tensor:
            return functional.cross_entropy(scores[0], leaves)

        on_features = {name: step_of(head, features, loss_of) for name, head in heads.items()}
        head_s, _ = medians(on_features, HEAD_STEPS)
        whole = {
            name: step_of(nn.Sequential(backbone, head), images, loss_of)
            for name, head in heads.items()
        }
        _, times = medians(whole, ROUNDS)
        peer = "plain classifier (MC)", f"torch {torch.__version__}"
        parts = {name: backbone_s + seconds for name, seconds in head_s.items()}
        for name, seconds in zip(heads, times.T, strict=True):
            if name != "MC":
                task, mc = f"{name}, {n_leaves:,} leaves", (times[:, 0], [parts["MC"]])
                rows += [
                    compared(f"measured: {task}", seconds, mc[0], *peer, aim=1 / AIM),
                    compared(f"from parts: {task}", [parts[name]], mc[1], *peer, aim=1 / AIM),
                ]
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
