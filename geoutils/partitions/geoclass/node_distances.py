"""Edge weights of CPlaNet's graph, equation 2: visual and geographic distance of two nodes.

Each distance is divided by its median over the initial edges, so that the weights β1 and β2
compare like with like; the paper gives no unit. A median of 0 divides nothing.
"""

from math import sqrt

import numpy as np
from jaxtyping import Float, Float32, Int
from numpy import ndarray


class GeographicNodes:
    """Nodes whose edge weight is the distance of their centres alone (β1 = 0).

    Centres are the spherical means of the nodes' images. Plain lists of floats: for the handful
    of neighbours of one node they are several times faster than arrays.
    """

    def __init__(self, vector_sums: Float[ndarray, "nodes 3"]):
        self._sums = [axis.tolist() for axis in vector_sums.T]
        self._centers = [axis.tolist() for axis in _directions(vector_sums).T]

    def nearest(self, node: int, neighbours: set[int]) -> int:
        """The neighbour with the nearest centre; of several the one with the lowest number."""
        all_x, all_y, all_z = self._centers
        x, y, z = all_x[node], all_y[node], all_z[node]
        best, least = -1, 5.0  # a squared chord is 4 at most
        for other in neighbours:
            dx, dy, dz = all_x[other] - x, all_y[other] - y, all_z[other] - z
            square = dx * dx + dy * dy + dz * dz
            if square < least or (square == least and other < best):
                best, least = other, square
        return best

    def join(self, kept: int, dropped: int) -> None:
        """Add the sums of both; the centre is their direction."""
        x, y, z = (axis[kept] + axis[dropped] for axis in self._sums)
        self._sums[0][kept], self._sums[1][kept], self._sums[2][kept] = x, y, z
        length = sqrt(x * x + y * y + z * z)
        if length > 0:  # else the images cancel out: the centre stays where it was
            all_x, all_y, all_z = self._centers
            all_x[kept], all_y[kept], all_z[kept] = x / length, y / length, z / length


class WeightedNodes:
    """Nodes whose edge weight is β1 · visual + β2 · geographic distance (β1 > 0).

    The visual distance is 1 - the cosine of the nodes' mean features; a feature of length 0 has
    cosine 0 with all others. Feature sums are changed in place: they can be too large to copy.
    """

    def __init__(
        self,
        vector_sums: Float[ndarray, "nodes 3"],
        feature_sums: Float32[ndarray, "nodes dims"],
        edges: Int[ndarray, "edges 2"],
        beta: tuple[float, float],
    ):
        self._sums, self._centers = vector_sums.copy(), _directions(vector_sums)
        self._features = feature_sums  # the cosine of sums is that of means
        self._lengths = np.linalg.norm(self._features, axis=1).astype(np.float64)
        visual, geographic = beta
        self._visual = visual / (self._median(edges, self._visual_distances) or 1.0)
        self._geographic = geographic / (self._median(edges, self._angles) or 1.0)

    def nearest(self, node: int, neighbours: set[int]) -> int:
        """The neighbour with the least edge weight; of several the one with the lowest number."""
        others = np.array(sorted(neighbours))
        weights = self._visual * self._visual_distances(node, others)
        if self._geographic:
            weights += self._geographic * self._angles(node, others)
        return int(others[weights.argmin()])

    def join(self, kept: int, dropped: int) -> None:
        """Add features and unit vectors of both."""
        self._features[kept] += self._features[dropped]
        self._lengths[kept] = np.linalg.norm(self._features[kept])
        total = self._sums[kept] + self._sums[dropped]
        self._sums[kept] = total
        length = np.linalg.norm(total)
        if length > 0:  # else the images cancel out: the centre stays where it was
            self._centers[kept] = total / length

    def _visual_distances(self, a, b) -> Float[ndarray, " n"]:
        """Visual distances of nodes a to nodes b: many each, or one a."""
        dots = np.einsum("...d,...d", self._features[a], self._features[b]).astype(np.float64)
        lengths = self._lengths[a] * self._lengths[b]
        return 1 - np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)

    def _angles(self, a, b) -> Float[ndarray, " n"]:
        chord = np.linalg.norm(self._centers[a] - self._centers[b], axis=-1)
        return 2 * np.arcsin(np.minimum(chord / 2, 1))

    def _median(self, edges: Int[ndarray, "edges 2"], distances) -> float:
        """Median of a distance over the edges, some edges at a time; 0 without edges."""
        at_once = max(1, (1 << 22) // max(1, self._features.shape[1]))
        parts = [edges[first : first + at_once] for first in range(0, len(edges), at_once)]
        values = [distances(part[:, 0], part[:, 1]) for part in parts]
        return float(np.median(np.concatenate(values))) if values else 0.0


def _directions(vectors: Float[ndarray, "n 3"]) -> Float[ndarray, "n 3"]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
