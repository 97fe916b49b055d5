"""CPlaNet's geoclass sets beside the naive algorithm; seconds and memory at the paper's size.

Run `python benchmarks/geoclass_sets.py` (half a minute) for a tenth of the paper's base cells;
`--base-cells 2800000` merges all of them to 9,969 classes by geographic distance (about three
minutes and 5 GB, meant to stay below five minutes and 8 GB). Coordinates are those of
`coordinates.py`: 5.7 photos per wanted base cell are drawn, then photos of surplus cells left out
at random. The naive algorithm scans all nodes for the lowest score at each step; it runs on a
small subset, must give the same classes, and is timed in alternation with ours. All five published
parameter sets run on a subset with random features.
"""

import argparse
import resource
import sys
import time

import numpy as np
from comparison import PYTHON, Comparison, compared, report, timed
from coordinates import mp16_coordinates
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.geoclass.base_cells import BaseGraph, base_graph
from geoutils.partitions.geoclass.combined import combine
from geoutils.partitions.geoclass.sets import GEOCLASS_SETS, PUBLISHED_CLASSES, geoclass_set

LEVEL = 14
PHOTOS_PER_CELL = 5.7


def photos_in_cells(n_cells: int, seed: int = 0) -> Float[ndarray, "photos 2"]:
    """Locations of photos that lie in so many S2 cells of level 14, or somewhat fewer."""
    latlon_deg = mp16_coordinates(round(n_cells * PHOTOS_PER_CELL), seed)
    cells, of_photo = np.unique(s2.cell_ids(latlon_deg, LEVEL), return_inverse=True)
    kept = np.zeros(len(cells), dtype=bool)
    kept[np.random.default_rng(seed).permutation(len(cells))[:n_cells]] = True
    return latlon_deg[kept[of_photo]]


def naive_classes(graph: BaseGraph, n_classes: int) -> Int[ndarray, " base"]:
    """Scan for the lowest score, join with the nearest neighbour, again and again: O(n²)."""
    sums = list(graph.cells.vector_sums)
    scores = dict(enumerate(graph.cells.n_images.tolist()))
    members = {node: [node] for node in scores}
    around = {node: set() for node in scores}
    for a, b in graph.edges.tolist():
        around[a].add(b)
        around[b].add(a)

    def distance(a: int, b: int) -> float:
        difference = sums[a] / np.linalg.norm(sums[a]) - sums[b] / np.linalg.norm(sums[b])
        return 2 * np.arcsin(np.linalg.norm(difference) / 2)

    while len(scores) > n_classes:
        lowest = min(scores, key=lambda node: (scores[node], node))
        nearest = min(around[lowest], key=lambda node: (distance(lowest, node), node))
        kept, dropped = sorted((lowest, nearest))
        scores[kept] += scores.pop(dropped)
        sums[kept] = sums[kept] + sums[dropped]
        members[kept] += members.pop(dropped)
        for other in around.pop(dropped) - {kept}:
            around[other] = around[other] - {dropped} | {kept}
            around[kept].add(other)
        around[kept].discard(dropped)
    classes = np.empty(len(graph), dtype=np.int64)
    for number, node in enumerate(sorted(members)):
        classes[members[node]] = number
    return classes


def classes_of_set_1(graph: BaseGraph) -> int:
    """As many classes to a base cell as the paper has."""
    return max(1, round(PUBLISHED_CLASSES * len(graph) / 2_800_000))


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def against_naive(n_cells: int, repeats: int = 3) -> Comparison:
    graph, geographic = base_graph(photos_in_cells(n_cells), LEVEL), GEOCLASS_SETS[1]
    n_classes, seconds = max(1, len(graph) // 280), []
    for _ in range(repeats):
        ours, partition = timed(lambda: geoclass_set(graph, n_classes, geographic))
        naive, classes = timed(lambda: naive_classes(graph, n_classes))
        np.testing.assert_array_equal(partition.cells.class_of_base, classes)
        seconds.append((ours, naive))
    task = f"merging: {len(graph):,} base cells to {n_classes} classes"
    return compared(task, *np.transpose(seconds), "scan of all nodes", PYTHON)


def with_features(n_cells: int, n_dims: int) -> None:
    latlon_deg = photos_in_cells(n_cells)
    features = np.random.default_rng(0).random((len(latlon_deg), n_dims), dtype=np.float32)
    seconds, graph = timed(lambda: base_graph(latlon_deg, LEVEL, features))
    print(f"{len(graph):,} base cells with {n_dims} features: graph {seconds:.1f} s, sets", end="")
    sets = []
    n_first = classes_of_set_1(graph)
    for number, published in enumerate(GEOCLASS_SETS, start=1):
        here = published.scaled(len(latlon_deg), n_first, LEVEL)
        seconds, partition = timed(
            lambda p=here, k=number: geoclass_set(graph, p.n_classes, p, name=f"set {k}")
        )
        sets.append(partition)
        print(f" {seconds:.1f} s", end="")
    seconds, combined = timed(lambda: combine(sets))
    print(f", {sum(map(len, sets))} classes combined to {len(combined):,} in {seconds:.2f} s")


def full_size(n_cells: int) -> None:
    seconds, latlon_deg = timed(lambda: photos_in_cells(n_cells))
    print(f"{len(latlon_deg):,} photos drawn in {seconds:.0f} s, peak {peak_gb():.1f} GB")
    start, cpu = time.perf_counter(), time.process_time()
    graph = base_graph(latlon_deg, LEVEL)
    print(f"{len(graph):,} base cells, {len(graph.edges):,} edges: graph", end=" ")
    print(f"{time.perf_counter() - start:.0f} s, peak {peak_gb():.1f} GB")
    n_classes = classes_of_set_1(graph)
    seconds, partition = timed(lambda: geoclass_set(graph, n_classes, GEOCLASS_SETS[1]))
    print(f"{len(partition):,} classes: merging {seconds:.0f} s, peak {peak_gb():.1f} GB")
    total = time.perf_counter() - start
    print(f"together {total:.0f} s ({time.process_time() - cpu:.0f} s of CPU)")
    counts = partition.counts
    print(f"photos per class {counts.min()} … {np.median(counts):.0f} … {counts.max():,}")
    seconds, _ = timed(lambda: partition.assign(latlon_deg[:1_000_000]))
    print(f"a million locations assigned in {seconds:.1f} s (first call, with its search tree)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-cells", type=int, default=280_000, help="of the large run")
    parser.add_argument("--naive-cells", type=int, default=2_000)
    parser.add_argument("--feature-cells", type=int, default=10_000)
    parser.add_argument("--dims", type=int, default=512)
    arguments = parser.parse_args()
    row = against_naive(arguments.naive_cells)
    with_features(arguments.feature_cells, arguments.dims)
    full_size(arguments.base_cells)
    return report([row])


if __name__ == "__main__":
    sys.exit(main())
