"""CPlaNet's scoring at the paper's size: 3,000 photos, five sets, 100,000 tuples of classes.

Run `python benchmarks/combinatorial.py` (half a minute and 2 GB). Sets of the published sizes cut
a million made-up base cells; a tuple is a combination of classes that occurs. The naive way scores
every base cell as equation 3 says, photo after photo, in numpy; it takes 10 of the photos in
alternation with ours, is scaled up, and must find the same tuples.
"""

import argparse
import sys

import numpy as np
import torch
from comparison import compared, report, timed

from geoutils import s2
from geoutils.partitions.geoclass import GEOCLASS_SETS, GeoclassCells
from geoutils.partitions.geoclass.base_cells import BaseCells
from geoutils.prediction import best_tuples
from geoutils.sphere import latlon_of, unit_vectors

LEVEL = 14
AIM_SECONDS = 10


def made_up_cells(n_base: int, n_tuples: int) -> GeoclassCells:
    """Base cells scattered over the Earth, in tuples of classes drawn at random."""
    rng = np.random.default_rng(0)
    latlon_deg = latlon_of(rng.normal(size=(n_base, 3)))
    ids = np.unique(s2.cell_ids(latlon_deg, LEVEL))
    sizes = tuple(parameters.n_classes for parameters in GEOCLASS_SETS)
    tuples = np.stack([rng.integers(0, size, n_tuples) for size in sizes], axis=1)
    tuples = np.unique(tuples, axis=0)
    images = rng.geometric(0.2, len(ids))
    vectors = unit_vectors(s2.centers(ids)) * images[:, None]
    base = BaseCells(ids, images, rng.exponential(600, len(ids)), vectors)
    class_of_base = rng.permutation(np.arange(len(ids)) % len(tuples))
    names = tuple(f"set {k + 1}" for k in range(len(sizes)))
    return GeoclassCells(base, class_of_base, tuples, names, sizes)


def naive_tuples(set_log_probs: list[np.ndarray], cells: GeoclassCells) -> np.ndarray:
    """Equation 3 on every base cell, photo by photo."""
    best = []
    classes = [column[cells.class_of_base] for column in cells.tuples.T]
    for photo in range(len(set_log_probs[0])):
        score = np.zeros(len(cells.base))
        for log_probs, class_of in zip(set_log_probs, classes, strict=True):
            on_cells = np.exp(log_probs[photo].astype(np.float64))[class_of]
            score += on_cells / (on_cells @ cells.base.n_cells)
        best.append(cells.class_of_base[score.argmax()])
    return np.array(best)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=3000)
    parser.add_argument("--tuples", type=int, default=100_000)
    parser.add_argument("--base-cells", type=int, default=1_000_000)
    arguments = parser.parse_args()
    cells = made_up_cells(arguments.base_cells, arguments.tuples)
    rng = np.random.default_rng(1)
    shapes = [(arguments.photos, size) for size in cells.set_sizes]
    logits = [3 * rng.standard_normal(shape, dtype=np.float32) for shape in shapes]
    given = [torch.from_numpy(x).log_softmax(1).numpy() for x in logits]
    print(
        f"{arguments.photos:,} photos, {len(cells.set_sizes)} sets of {cells.set_sizes} classes, "
        f"{len(cells):,} tuples, {len(cells.base):,} base cells, {torch.get_num_threads()} threads"
    )
    some = [log_probs[:10] for log_probs in given]
    ours, theirs = [], []
    for _ in range(3):
        own, found = timed(lambda: best_tuples(given, cells))
        naive, expected = timed(lambda: naive_tuples(some, cells))
        assert (found[:10] == expected).all()
        ours.append(own)
        theirs.append(naive / len(some[0]) * arguments.photos)
    numpy = f"numpy {np.__version__}"
    task = f"{arguments.photos:,} photos"
    return report([compared(task, ours, theirs, "every base cell", numpy, limit=AIM_SECONDS)])


if __name__ == "__main__":
    sys.exit(main())
