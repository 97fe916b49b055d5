"""Semantic partitions against the paper's five steps written out with dictionaries."""

import sys
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geoutils.geocoding import Addresses
from geoutils.partitions import Hierarchy
from geoutils.partitions.semantic.location_tree import location_tree, photos_per_location
from geoutils.partitions.semantic.partitions import n_distinct_cells, semantic_partitions
from geoutils.sphere import spherical_mean

KEYS = "abcdefghij"
AREAS = set("acdfghj")
DEPTH = 5


def addresses_of(vectors, keys=KEYS):
    table = pd.DataFrame(
        {
            "key": list(keys),
            "name": [key.upper() for key in keys],
            "kind": "place",
            "country": "",
            "latitude": np.nan,
            "longitude": np.nan,
            "has_area": [key in AREAS for key in keys],
        }
    )
    rows = [[keys.index(key) for key in vector] for vector in vectors]
    padded = [row + [-1] * (DEPTH - len(row)) for row in rows]
    return Addresses(np.array(padded, dtype=np.int32).reshape(-1, DEPTH), table)


def tree_by_hand(vectors, min_photos, areas_only):
    counts = Counter(key for vector in vectors for key in set(vector))
    known = {key for key in counts if counts[key] >= min_photos}
    if areas_only:
        known &= AREAS
    filtered = [list(dict.fromkeys(key for key in vector if key in known)) for vector in vectors]
    edges = Counter(pair for vector in filtered for pair in pairwise(vector))
    while True:
        parent = {}
        for key in known:
            best = min(((-n, b) for (a, b), n in edges.items() if a == key), default=(0, None))
            parent[key] = best[1]
        cycle = first_cycle(parent)
        if not cycle:
            return parent, [vector[0] if vector else None for vector in filtered]
        weakest = min(cycle, key=lambda key: (edges[key, parent[key]], key))
        del edges[weakest, parent[weakest]]


def first_cycle(parent):
    for start in sorted(parent):
        way = [start]
        while (above := parent[way[-1]]) is not None:
            if above in way:
                return way[way.index(above) :]
            way.append(above)
    return []


def path(parent, key):
    return [] if key is None else [key, *path(parent, parent[key])]


def classes_by_hand(parent, finest, tau_min):
    replaced = [path(parent, key) for key in finest]
    below = Counter(key for vector in replaced for key in vector)
    return [next((key for key in vector if below[key] >= tau_min), None) for vector in replaced]


vectors_of_photos = st.lists(
    st.lists(st.sampled_from(KEYS), max_size=DEPTH), min_size=1, max_size=40
)
# Mostly one chain, with levels left out and strays: what geocoders give.
chains = st.lists(
    st.lists(st.integers(0, len(KEYS) - 1), min_size=1, max_size=DEPTH, unique=True).map(
        lambda places: [KEYS[place] for place in sorted(places)]
    ),
    min_size=1,
    max_size=40,
)
mixed = st.tuples(chains, vectors_of_photos).map(lambda two: two[0] + two[1])
both = st.one_of(vectors_of_photos, chains, mixed)


@settings(max_examples=300, deadline=None)
@given(both, st.integers(1, 4), st.booleans(), st.randoms(use_true_random=False))
def test_partitions_are_those_of_the_five_steps(vectors, min_photos, areas_only, random):
    parent, finest = tree_by_hand(vectors, min_photos, areas_only)
    addresses = addresses_of(vectors)
    if not parent:
        return
    tree = location_tree(addresses, min_photos, areas_only)
    keys = tree.keys().tolist()
    assert {
        k: keys[p] if p >= 0 else None for k, p in zip(keys, tree.parents, strict=True)
    } == parent

    below = Counter(key for photo in finest for key in path(parent, photo))
    least = {"coarse": min_photos + 4, "middle": min_photos + 1, "fine": min_photos}
    least = {name: tau for name, tau in least.items() if max(below.values(), default=0) >= tau}
    if not least:
        return
    latlon_deg = np.array([[random.uniform(0, 80), random.uniform(0, 80)] for _ in vectors])
    partitions = semantic_partitions(addresses, latlon_deg, least, min_photos, areas_only)
    labels = {name: classes_by_hand(parent, finest, tau) for name, tau in least.items()}
    for partition, expected in zip(partitions, labels.values(), strict=True):
        found = partition.cells.labels()
        assert found == sorted(set(expected) - {None})
        numbers = np.array([-1 if key is None else found.index(key) for key in expected])
        np.testing.assert_array_equal(partition.cells.assign_addresses(addresses), numbers)
        np.testing.assert_array_equal(partition.counts, np.bincount(numbers[numbers >= 0]))
        points = spherical_mean(latlon_deg, numbers, len(found))
        np.testing.assert_allclose(partition.centers_deg, points, atol=1e-12)
        names = [", ".join(path(parent, key)).upper() for key in found]
        assert partition.names == names
    together = {key for level in labels.values() for key in level} - {None}
    assert n_distinct_cells(partitions) == len(together)

    # Every photo's coarser classes are the ancestors of its finest one.
    hierarchy = Hierarchy.of(partitions)
    levels = [level.cells.assign_addresses(addresses) for level in partitions]
    inside = levels[-1] >= 0
    np.testing.assert_array_equal(
        hierarchy.parents[levels[-1][inside]], np.stack(levels, axis=1)[inside]
    )


@settings(max_examples=100, deadline=None)
@given(both, st.permutations(KEYS), st.randoms(use_true_random=False))
def test_neither_order_of_photos_nor_of_the_table_matters(vectors, keys, random):
    if not any(vectors):
        return
    latlon_deg = np.array([[random.uniform(0, 80), random.uniform(0, 80)] for _ in vectors])
    order = np.array(random.sample(range(len(vectors)), len(vectors)))
    straight = addresses_of(vectors)
    turned = addresses_of([vectors[photo] for photo in order], keys)
    least = {"fine": 1}
    (a,) = semantic_partitions(straight, latlon_deg, least, 1)
    (b,) = semantic_partitions(turned, latlon_deg[order], least, 1)
    assert a.cells.labels() == b.cells.labels()
    np.testing.assert_array_equal(a.counts, b.counts)
    np.testing.assert_array_equal(a.cells.inside, b.cells.inside)
    np.testing.assert_array_equal(
        a.cells.assign_addresses(straight)[order], b.cells.assign_addresses(turned)
    )
    np.testing.assert_array_equal(
        a.cells.assign_addresses(straight)[order], a.cells.assign_addresses(turned)
    )


@settings(max_examples=100, deadline=None)
@given(vectors_of_photos)
def test_a_photo_counts_once_for_a_location(vectors):
    counts = Counter(key for vector in vectors for key in set(vector))
    expected = [counts[key] for key in KEYS]
    np.testing.assert_array_equal(photos_per_location(addresses_of(vectors)), expected)


def test_many_photos_in_several_blocks_count_like_one(monkeypatch):
    rng = np.random.default_rng(0)
    vectors = [
        [KEYS[k] for k in rng.integers(0, len(KEYS), rng.integers(0, 6))] for _ in range(997)
    ]
    addresses = addresses_of(vectors)
    whole = location_tree(addresses, 5)
    monkeypatch.setattr(sys.modules[location_tree.__module__], "_BLOCK", 100)
    pieces = location_tree(addresses, 5)
    np.testing.assert_array_equal(whole.parents, pieces.parents)
    parent, _ = tree_by_hand(vectors, 5, False)
    keys = whole.keys().tolist()
    assert parent == {
        k: keys[p] if p >= 0 else None for k, p in zip(keys, whole.parents, strict=True)
    }
