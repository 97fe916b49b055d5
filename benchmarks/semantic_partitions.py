"""Semantic partitions at the paper's size: the tree and three levels, against plain dictionaries.

Run `python benchmarks/semantic_partitions.py`: about half a minute and 1.1 GB. The addresses are
made up: 4.72 M vectors over 2.2 M locations from landmarks to countries whose photos thin out by a
power law, with levels left out and strays. The coordinates have the density of the published cells
where those are present, otherwise of the atlas (see coordinates.py); they know nothing of the
addresses, so that classes lie all over the Earth. About 30,000 of them hold 50 photos (in the paper
46,240); with `--min-photos 1` all stay. The dictionaries do the same five steps photo by photo on
a part of the addresses, where both take turns, and photos and points of all classes are compared;
their time for all photos is the part's, scaled up.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
from comparison import PYTHON, compared, report
from coordinates import mp16_coordinates, published_cells_path

from geoutils.geocoding import Addresses
from geoutils.partitions.semantic.location_tree import location_tree
from geoutils.partitions.semantic.partitions import n_distinct_cells, semantic_partitions
from geoutils.sphere import unit_vectors

LIMIT_S = 90
LEVELS = {"coarse": 250, "middle": 125, "fine": 100}
KINDS = ["landmark", "street", "suburb", "city", "county", "region", "country"]
SHARES = np.array([0.54, 0.31, 0.08, 0.055, 0.0135, 0.0014, 0.0001])  # of the locations, by kind
SKEW = 0.9  # exponent of the power law of photos per landmark
CROWDED = 3  # the children of the parent at share q of the ranking thin out as q^(1 / 3 - 1)
MISSING = [0.5, 0.2, 0.45, 0.05, 0.3, 0.03, 0]  # how often an address lacks each kind
STRAY = 0.004  # how often a location other than the usual one stands in its place


def made_up_addresses(n_photos: int, n_locations: int, seed: int = 0) -> Addresses:
    """Draw an address for each photo; every landmark holds one photo at least."""
    rng = np.random.default_rng([seed, 0])
    sizes = np.maximum((SHARES * n_locations).astype(int), 1)
    first = np.concatenate([[0], np.cumsum(sizes)])
    vectors = np.empty((n_photos, len(KINDS)), dtype=np.int32)
    landmarks, spare = sizes[0], n_photos - sizes[0]
    if spare < 0:
        raise ValueError(f"n_photos: got {n_photos}, fewer than the {landmarks} landmarks")
    weights = rng.pareto(SKEW, landmarks)
    popular = np.searchsorted(np.cumsum(weights), rng.uniform(0, weights.sum(), spare))
    held = np.concatenate([np.arange(landmarks), np.minimum(popular, landmarks - 1)])
    order = rng.permutation(n_photos)
    held, alone = held[order], order < landmarks  # the photo that keeps a landmark in use
    vectors[:, 0] = held
    for level in range(1, len(KINDS)):
        parent = (sizes[level] * rng.random(sizes[level - 1]) ** CROWDED).astype(int)
        held = parent[held]
        vectors[:, level] = first[level] + held
    for level, size in enumerate(sizes):
        stray = np.flatnonzero(rng.random(n_photos) < STRAY)
        vectors[stray, level] = first[level] + rng.integers(0, size, len(stray))
        left_out = rng.random(n_photos) < MISSING[level]
        vectors[left_out if level else left_out & ~alone, level] = -1
    # Missing ones go to the end of each row; the others keep their order.
    for column in range(len(KINDS) - 1, 0, -1):
        for j in range(column):
            gap = vectors[:, j] < 0
            vectors[gap, j], vectors[gap, j + 1] = vectors[gap, j + 1], -1
    kinds = np.repeat(KINDS, sizes)
    number = np.arange(len(kinds))
    table = pd.DataFrame(
        {
            "key": pd.Series(rng.permutation(number)).map("W{:07d}".format),
            "name": pd.Series(number).map("location {}".format),
            "kind": pd.Categorical(kinds),
            "country": "",
            "latitude": np.nan,
            "longitude": np.nan,
            "has_area": ~np.isin(kinds, ["landmark", "street"]),
        }
    )
    return Addresses(vectors, table)


def with_dictionaries(vectors, keys, latlon_deg, min_photos):
    """The five steps on lists of keys; for each level, photos and unit vector of each class."""
    addresses = [[keys[row] for row in vector if row >= 0] for vector in vectors.tolist()]
    counts = Counter(key for address in addresses for key in set(address))
    known = {key for key, count in counts.items() if count >= min_photos}
    addresses = [[key for key in address if key in known] for address in addresses]
    edges: dict[str, Counter] = {}
    for address in addresses:
        for finer, coarser in pairwise(address):
            edges.setdefault(finer, Counter())[coarser] += 1
    parent = {a: min(out, key=lambda b: (-out[b], b)) for a, out in edges.items()}
    below: Counter = Counter()
    paths = []
    for address in addresses:
        path = address[:1]
        while path and path[-1] in parent:
            path.append(parent[path[-1]])
        paths.append(path)
        below.update(path)
    results = []
    for least in LEVELS.values():
        members: dict[str, list[int]] = {}
        for photo, path in enumerate(paths):
            for key in path:
                if below[key] >= least:
                    members.setdefault(key, []).append(photo)
                    break
        points = {}
        for key, photos in members.items():
            latitude, longitude = np.radians(latlon_deg[photos]).T
            x, y = np.cos(latitude) * [np.cos(longitude), np.sin(longitude)]
            total = np.array([x, y, np.sin(latitude)]).sum(axis=1)
            points[key] = total / np.linalg.norm(total)
        results.append(({key: len(photos) for key, photos in members.items()}, points))
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=4_720_000)
    parser.add_argument("--locations", type=int, default=2_700_000)
    parser.add_argument("--min-photos", type=int, default=50)
    parser.add_argument("--part", type=int, default=250_000, help="photos for the dictionaries")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()

    start = time.perf_counter()
    addresses = made_up_addresses(arguments.photos, arguments.locations)
    latlon_deg = mp16_coordinates(arguments.photos)
    used = np.unique(addresses.vectors[addresses.vectors >= 0])
    print(f"{addresses}, {len(used):,} in use, made up in {time.perf_counter() - start:.1f} s")
    source = "published cells" if published_cells_path() else "atlas"
    print(f"{len(latlon_deg):,} coordinates with the density of the {source}")

    start = time.perf_counter()
    tree = location_tree(addresses, arguments.min_photos)
    tree_seconds = time.perf_counter() - start
    print(f"{tree} in {tree_seconds:.1f} s")
    start = time.perf_counter()
    partitions = semantic_partitions(addresses, latlon_deg, LEVELS, arguments.min_photos)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(*partitions, sep="\n")
    print(f"{n_distinct_cells(partitions):,} distinct cells; tree and three partitions: ", end="")
    print(f"{seconds:.1f} s, peak memory {peak:.2f} GB with the addresses (under 8)")
    labels = [level.cells.assign_addresses(addresses) for level in partitions]
    for level, cells in zip(partitions, labels, strict=True):
        assert np.array_equal(np.bincount(cells[cells >= 0]), level.counts)

    rows, part = np.unique(addresses.vectors[: arguments.part], return_inverse=True)
    table = addresses.locations.iloc[rows[rows >= 0]].reset_index(drop=True)
    part = Addresses(part.reshape(-1, len(KINDS)) - (rows[0] < 0), table)
    spots, keys = latlon_deg[: len(part)], table["key"].tolist()
    ours_s, theirs_s = [], []
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        plain = with_dictionaries(part.vectors, keys, spots, arguments.min_photos)
        middle = time.perf_counter()
        ours = semantic_partitions(part, spots, LEVELS, arguments.min_photos)
        ours_s.append(time.perf_counter() - middle)
        theirs_s.append(middle - start)
        for level, (counts, points) in zip(ours, plain, strict=True):
            labels = level.cells.labels()
            assert dict(zip(labels, level.counts.tolist(), strict=True)) == counts, level.name
            expected = np.array([points[label] for label in labels])
            assert np.allclose(unit_vectors(level.centers_deg), expected), level.name
    scaled = np.median(theirs_s) * len(addresses) / len(part)
    peer = "dictionaries", PYTHON
    return report(
        [
            compared(f"{len(part):,} photos", ours_s, theirs_s, *peer),
            compared(f"{len(addresses):,} photos", [seconds], [scaled], *peer, limit=LIMIT_S),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
