"""Few colours for many cells: neighbours on a map differ, as in an atlas of countries."""

import heapq

import numpy as np
from jaxtyping import Int
from numpy import ndarray


def neighbor_pairs(raster: Int[ndarray, "rows columns"]) -> Int[ndarray, "pairs 3"]:
    """Cells that touch on a map drawn in pixels: rows (a, b, length), a < b, sorted.

    Pixels touch along their edges; the length counts such edges. Negative pixels are no cell.
    """
    sides = [(raster[:, :-1], raster[:, 1:]), (raster[:-1], raster[1:])]
    touching = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in sides])
    touching = touching[(touching >= 0).all(axis=1) & (touching[:, 0] != touching[:, 1])]
    pairs, lengths = np.unique(np.sort(touching, axis=1), axis=0, return_counts=True)
    return np.column_stack([pairs, lengths])


def color_cells(
    raster: Int[ndarray, "rows columns"], n_cells: int, n_colors: int
) -> Int[ndarray, " cells"]:
    """Number of a colour for each cell such that cells that touch get different ones.

    Cells are coloured in smallest-last order (Matula and Beck 1983, JACM 30(3)), each with the
    colour that covers the fewest pixels so far: on a map of connected cells six colours always
    do. Where all are taken by neighbours, the colour with the shortest shared border is used.
    The same raster always gives the same colours; cells that it does not show get colour 0.
    """
    if n_colors < 1:
        raise ValueError(f"n_colors: got {n_colors}, expected 1 or more")
    neighbors: list[dict[int, int]] = [{} for _ in range(n_cells)]
    for a, b, length in neighbor_pairs(raster).tolist():
        neighbors[a][b] = neighbors[b][a] = length
    sizes = np.bincount(raster[raster >= 0], minlength=n_cells)
    colors = np.full(n_cells, -1)
    covered = np.zeros(n_colors)
    for cell in reversed(_smallest_first(neighbors)):
        shared = np.zeros(n_colors)
        for other, length in neighbors[cell].items():
            if colors[other] >= 0:
                shared[colors[other]] += length
        colors[cell] = np.lexsort((covered, shared))[0]
        covered[colors[cell]] += sizes[cell]
    colors[sizes == 0] = 0
    return colors


def _smallest_first(neighbors: list[dict[int, int]]) -> list[int]:
    """Cells in the order in which the one with fewest neighbours left is taken away."""
    left = [len(some) for some in neighbors]
    queue = [(degree, cell) for cell, degree in enumerate(left)]
    heapq.heapify(queue)
    order, taken = [], [False] * len(neighbors)
    while queue:
        degree, cell = heapq.heappop(queue)
        if taken[cell] or degree != left[cell]:
            continue  # an entry from before a neighbour went
        taken[cell] = True
        order.append(cell)
        for other in neighbors[cell]:
            if not taken[other]:
                left[other] -= 1
                heapq.heappush(queue, (left[other], other))
    return order
