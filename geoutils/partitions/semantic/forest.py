"""Trees as one array: the number of each node's parent, -1 for roots."""

import numpy as np
from jaxtyping import Bool, Int, Real
from numpy import ndarray


def depths(parents: Int[ndarray, " nodes"]) -> Int[ndarray, " nodes"]:
    """Edges between each node and its root.

    ValueError for parents that are no nodes, or that lead back to where they came from.

    >>> depths(np.array([-1, 0, 1, -1]))
    array([0, 1, 2, 0])
    """
    n = len(parents)
    if n and not -1 <= parents.min() <= parents.max() < n:
        raise ValueError(f"parents: {parents.min()} … {parents.max()}, expected -1 … {n - 1}")
    jump, steps = np.append(parents, -1), np.append(parents >= 0, 0)  # node -1 is its own parent
    for _ in range(n.bit_length() + 1):  # a jump doubles in length each time
        if jump.max() < 0:
            return steps[:-1]
        steps = steps + steps[jump]
        jump = jump[jump]
    raise ValueError(f"parents: node {int((jump >= 0).argmax())} leads into a cycle")


def nearest_marked(
    parents: Int[ndarray, " nodes"], marked: Bool[ndarray, " nodes"]
) -> Int[ndarray, " nodes"]:
    """First marked node on the way from each node, itself included, to its root; -1 if none is.

    Parents must be free of cycles (see `depths`).

    >>> nearest_marked(np.array([-1, 0, 1, -1]), np.array([True, False, True, False]))
    array([ 0,  0,  2, -1])
    """
    jump = np.append(np.where(marked, np.arange(len(parents)), parents), -1)
    while (jump != (further := jump[jump])).any():
        jump = further
    return jump[:-1]


def sums_below(
    parents: Int[ndarray, " nodes"], values: Real[ndarray, " nodes"]
) -> Real[ndarray, " nodes"]:
    """Sum of the values of each node and of all nodes below it.

    >>> sums_below(np.array([-1, 0, 1, -1]), np.array([1, 10, 100, 1000]))
    array([ 111,  110,  100, 1000])
    """
    depth = depths(parents)
    order = np.argsort(depth, kind="stable")
    by_depth = np.split(order, np.cumsum(np.bincount(depth))[:-1]) if len(order) else [order]
    sums = values.copy()
    for nodes in by_depth[:0:-1]:  # roots hand nothing on
        np.add.at(sums, parents[nodes], sums[nodes])
    return sums
