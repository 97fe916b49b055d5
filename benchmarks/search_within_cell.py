"""Search within cell beside exact search over everything, at the size of Kordopatis-Zilos et al.

Run `python benchmarks/search_within_cell.py`: 700,000 photos of 2,048 numbers in 32,000 cells, made
up (a minute and a half on one core; 5.7 GB of embeddings in memory, which both read). Cells are of
unlike size, and a query comes from a cell in proportion to its photos. The other search is the
exact one of faiss (its `knn` is what IndexFlatIP runs, without a second copy), or, where it is not
installed, a product with all embeddings and torch's top-k.
Ours is timed from features to points, clustering included; the other without any clustering. Both
alternate, query by query and batch by batch. Found neighbours are compared: the other's, as far as
they lie in the query's cell.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import resource
import sys

import numpy as np
import torch
from comparison import compared, installed, report, timed

from geoutils.prediction import Background, search_everywhere, search_within_cell
from geoutils.sphere import destination

K, AIM = 10, 50
SPREAD = 1.5  # of the logarithm of the cells' numbers of photos


def made_up_background(n_photos: int, n_cells: int, n_features: int) -> tuple:
    """Background with embeddings written in place, since a sorted copy would double the memory."""
    rng = np.random.default_rng(0)
    shares = rng.lognormal(0, SPREAD, n_cells)
    counts = rng.multinomial(n_photos, shares / shares.sum())
    starts = np.concatenate([[0], np.cumsum(counts)])
    cells = np.repeat(np.arange(n_cells), counts)
    centers_deg = np.c_[np.degrees(np.arcsin(rng.uniform(-1, 1, n_cells))), np.zeros(n_cells)]
    centers_deg[:, 1] = rng.uniform(-180, 180, n_cells)
    away_km = rng.exponential(3, n_photos)
    latlon_deg = destination(centers_deg[cells], rng.uniform(0, 360, n_photos), away_km)
    embeddings = np.empty((n_photos, n_features), dtype=np.float32)
    for start in range(0, n_photos, 10_000):
        block = embeddings[start : start + 10_000]
        rng.standard_normal(out=block, dtype=np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    rows = np.arange(n_photos)
    return Background(embeddings, latlon_deg, rows, starts), cells, centers_deg


def flat_search(embeddings: np.ndarray):
    """Name and version of the search over everything, and the search: queries → neighbours."""
    try:
        import faiss
    except ImportError:
        name = "product and top-k", f"torch {torch.__version__}"
        return name, lambda queries: torch_search(queries, embeddings)
    inner = faiss.METRIC_INNER_PRODUCT
    name = "exact search over everything", installed("faiss-cpu")
    return name, lambda queries: faiss.knn(queries, embeddings, K, metric=inner)[1]


def torch_search(queries: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
    similarity = torch.from_numpy(queries) @ torch.from_numpy(embeddings).T
    return similarity.topk(K, dim=1).indices.numpy()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=700_000)
    parser.add_argument("--cells", type=int, default=32_000)
    parser.add_argument("--features", type=int, default=2048)
    arguments = parser.parse_args()
    background, cells, centers_deg = made_up_background(
        arguments.photos, arguments.cells, arguments.features
    )
    name, flat = flat_search(background.embeddings)
    filled = background.counts[background.counts > 0]
    print(background, f"median {np.median(filled):.0f}, largest {filled.max():,} photos a cell")
    print(f"{torch.get_num_threads()} thread(s)")
    rows = []
    rng = np.random.default_rng(1)
    for batch, n_rounds in ((1, 15), (256, 2)):
        times = []
        for _ in range(n_rounds + 1):  # the first warms up
            asked = rng.integers(len(background), size=batch)
            noise = rng.standard_normal((batch, arguments.features), dtype=np.float32)
            queries = background.embeddings[asked] + 0.5 * noise / arguments.features**0.5
            own, found = timed(
                lambda queries=queries, asked=asked: search_within_cell(
                    queries, cells[asked], background, centers_deg, K
                )
            )
            other, neighbours = timed(lambda queries=queries: flat(queries))
            assert (found.neighbours[:, 0] == neighbours[:, 0]).all()  # the photo asked about
            for i in range(batch):
                inside = [row for row in neighbours[i] if cells[row] == cells[asked[i]]]
                assert found.neighbours[i, : len(inside)].tolist() == inside
            times.append((other / batch, own / batch))
        theirs, ours = np.transpose(times[1:])
        task = "one query" if batch == 1 else f"a query of {batch}"
        rows.append(compared(task, ours, theirs, *name, aim=AIM))
    everywhere, alternate = (
        np.array([timed(search)[0] / batch for _ in range(2)])
        for search in (lambda: search_everywhere(queries, background, K), lambda: flat(queries))
    )
    rows.append(compared(f"retrieval alone, a query of {batch}", everywhere, alternate, *name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"most memory in use {peak:.1f} GB; a query reads its own cell's rows only")
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
