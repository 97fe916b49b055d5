"""Greedy merging of a graph's nodes: the node of lowest score joins its nearest neighbour."""

from heapq import heappop, heappush

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.partitions.geoclass.node_distances import GeographicNodes, WeightedNodes


def merge_lowest(
    scores: Float[ndarray, " nodes"],
    edges: Int[ndarray, "edges 2"],
    n_wanted: int,
    nodes: GeographicNodes | WeightedNodes,
) -> Int[ndarray, " nodes"]:
    """Merge the node of lowest score with its nearest neighbour until `n_wanted` nodes remain.

    Returns the class of each node; classes are numbered in the order of their lowest nodes.
    A merged node goes by the lower number of the two, its score is their sum; of equal scores the
    lowest number comes first. Scores must be positive and the graph connected. One step at a
    time, since every merge depends on those before it; the cost of a step is that of its
    handful of neighbours and of two heap operations.
    """
    neighbours = _neighbour_sets(len(scores), edges)
    by_score = np.argsort(scores, kind="stable").tolist()
    current: list[float | None] = scores.tolist()
    joined_into = np.arange(len(scores))
    merged = bytearray(len(scores))  # nodes that are no longer as they were at the start
    # Entries of merged nodes only: the many first ones are sorted once, which is cheaper. An
    # entry is out of date when its node has got another score since.
    heap: list[tuple[float, int]] = []
    nearest, join = nodes.nearest, nodes.join
    position = 0
    for _ in range(len(scores) - n_wanted):
        while position < len(by_score) and merged[by_score[position]]:
            position += 1
        while heap and current[heap[0][1]] != heap[0][0]:
            heappop(heap)
        if position == len(by_score):
            lowest = heappop(heap)[1]
        else:
            lowest = by_score[position]
            if heap and heap[0] < (current[lowest], lowest):
                lowest = heappop(heap)[1]
        other = nearest(lowest, neighbours[lowest])
        kept, dropped = (lowest, other) if lowest < other else (other, lowest)
        join(kept, dropped)
        score = current[kept] + current[dropped]
        current[kept], current[dropped] = score, None
        merged[kept] = merged[dropped] = 1
        joined_into[dropped] = kept
        heappush(heap, (score, kept))
        _contract(neighbours, kept, dropped)
    return _classes(joined_into)


def _neighbour_sets(n_nodes: int, edges: Int[ndarray, "edges 2"]) -> list[set[int]]:
    """Neighbours of each node; all sets share one Python integer per node, to save memory."""
    ends = np.concatenate([edges[:, 1], edges[:, 0]])
    order = np.argsort(np.concatenate([edges[:, 0], edges[:, 1]]), kind="stable")
    degrees = np.bincount(edges.ravel(), minlength=n_nodes)
    stops = np.cumsum(degrees).tolist()
    shared = np.array(range(n_nodes), dtype=object)
    sets, first = [], 0
    targets = shared[ends[order]]
    for stop in stops:
        sets.append(set(targets[first:stop].tolist()))
        first = stop
    return sets


def _contract(neighbours: list[set[int]], kept: int, dropped: int) -> None:
    """Give `kept` the neighbours of `dropped` too."""
    theirs = neighbours[dropped]
    theirs.discard(kept)
    for node in theirs:
        around = neighbours[node]
        around.discard(dropped)
        around.add(kept)
    own = neighbours[kept]
    own.discard(dropped)
    if len(own) < len(theirs):
        own, theirs = theirs, own
    own |= theirs
    neighbours[kept] = own
    neighbours[dropped] = set()


def _classes(joined_into: Int[ndarray, " nodes"]) -> Int[ndarray, " nodes"]:
    """Number of each node's final node, counted from 0 in order."""
    while True:
        further = joined_into[joined_into]
        if np.array_equal(further, joined_into):
            break
        joined_into = further
    return np.unique(joined_into, return_inverse=True)[1]
