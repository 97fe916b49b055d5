"""Geoclass sets of CPlaNet: base cells merged step by step, each set by parameters of its own.

Seo et al., 2018, "CPlaNet: Enhancing Image Geolocalization by Combinatorial Partitioning of
Maps", section 3.3.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, Int
from numpy import ndarray

from geoutils.partitions.geoclass.base_cells import BaseGraph
from geoutils.partitions.geoclass.geoclass_cells import GeoclassCells
from geoutils.partitions.geoclass.merging import merge_lowest
from geoutils.partitions.geoclass.node_distances import GeographicNodes, WeightedNodes
from geoutils.partitions.partition import Partition
from geoutils.partitions.published_settings import CPLANET_PHOTOS

PUBLISHED_CLASSES = 9_969  # of the paper's set 1, on its CPLANET_PHOTOS
PUBLISHED_LEVEL = 14  # of its base cells
PUBLISHED_DIMS = 2048  # of the paper's image features


@dataclass(frozen=True)
class GeoclassParameters:
    """What distinguishes one geoclass set from another (the paper's Table 1).

    `n_classes` geoclasses on the paper's 30.3 million photos, `n_dims` of its 2048 feature
    dimensions; `alpha` weighs images, non-empty and all S2 cells in a node's score (equation 1),
    `beta` the visual and the geographic distance in an edge's weight (equation 2).
    """

    n_classes: int
    n_dims: int
    alpha: tuple[float, float, float]
    beta: tuple[float, float]

    def __post_init__(self):
        if self.n_classes < 1:
            raise ValueError(f"n_classes: got {self.n_classes}, expected 1 or more")
        if not 0 <= self.n_dims <= PUBLISHED_DIMS:
            raise ValueError(f"n_dims: got {self.n_dims}, expected 0 … {PUBLISHED_DIMS}")
        for name, weights in {"alpha": self.alpha, "beta": self.beta}.items():
            if not all(0 <= weight < np.inf for weight in weights) or not any(weights):
                raise ValueError(f"{name}: got {weights}, expected 0 or more, not all of them 0")
        if self.beta[0] > 0 and self.n_dims == 0:
            raise ValueError(f"n_dims: 0, but beta {self.beta} weighs the visual distance")

    def scaled(
        self, n_photos: int, n_classes: int, level: int = PUBLISHED_LEVEL
    ) -> "GeoclassParameters":
        """These parameters for other photos, `n_classes` of them in place of set 1's 9,969.

        A set has as many times the classes of set 1 as in the paper; at least 1. α3 is scaled so
        that ground weighs against photos as on the paper's data: there are always as many S2
        cells, so fewer photos, or a finer level, give each photo more of them (53 on the paper's
        data), and ground would swamp the score.
        """
        for argument, value in {"n_photos": n_photos, "n_classes": n_classes}.items():
            if value < 1:
                raise ValueError(f"{argument}: got {value}, expected 1 or more")
        images, nonempty, cells = self.alpha
        factor = n_photos / CPLANET_PHOTOS * 4.0 ** (PUBLISHED_LEVEL - level)
        classes = max(1, round(self.n_classes * n_classes / PUBLISHED_CLASSES))
        return replace(self, n_classes=classes, alpha=(images, nonempty, cells * factor))

    def scaled_dims(self, n_features: int) -> int:
        """Dimensions of the random subspace when features have others than 2048; at least 1."""
        return max(1, round(self.n_dims / PUBLISHED_DIMS * n_features))


# Table 1; the feature dimensions of set 5 are printed "14,98". Sets 3 to 5 are random draws.
GEOCLASS_SETS = (
    GeoclassParameters(PUBLISHED_CLASSES, 2048, (1.0, 0.0, 0.0), (1.0, 0.0)),
    GeoclassParameters(PUBLISHED_CLASSES, 0, (1.0, 0.0, 0.0), (0.0, 1.0)),
    GeoclassParameters(12_977, 1187, (0.501, 0.490, 0.009), (0.421, 0.579)),
    GeoclassParameters(12_333, 1113, (0.953, 0.044, 0.003), (0.628, 0.372)),
    GeoclassParameters(11_262, 1498, (0.713, 0.287, 0.000), (0.057, 0.943)),
)


def sample_parameters(seed: int) -> GeoclassParameters:
    """Draw parameters at random, as the paper did for its sets 3 to 5 (section 5.2).

    The paper says "approximately between 10K and 13K" classes and gives no distributions. Ours:
    classes uniform in 10,000 … 13,000, dimensions in 1024 … 2048, α3 in 0 … 0.01 (all three of
    its draws are there: there are hundreds of S2 cells to one with images), the rest of α shared
    out uniformly between α1 and α2, β1 uniform in 0 … 1 with β2 = 1 - β1.
    """
    rng = np.random.default_rng([seed, 3])
    n_classes, n_dims = rng.integers(10_000, 13_001), rng.integers(1024, PUBLISHED_DIMS + 1)
    third = round(rng.uniform(0, 0.01), 3)
    first = round(rng.uniform(0, 1 - third), 3)
    visual = round(rng.uniform(0.001, 1), 3)
    alpha = (first, round(1 - first - third, 3), third)
    return GeoclassParameters(int(n_classes), int(n_dims), alpha, (visual, round(1 - visual, 3)))


def geoclass_set(
    graph: BaseGraph,
    n_classes: int,
    parameters: GeoclassParameters,
    seed: int = 0,
    name: str = "geoclass",
) -> Partition:
    """Merge base cells until `n_classes` geoclasses remain: lowest score first, nearest neighbour.

    A node's score is α1 · images + α2 · base cells + α3 · S2 cells, an edge's weight β1 · visual
    + β2 · geographic distance, each divided by its median over the initial edges; the visual one is
    in some dimensions of the features only (`feature_subspace`). Ties go to the cell that comes
    first along the S2 curve, so the result depends on nothing but the arguments. Classes are
    numbered in the order of their first base cells; a class's point is the spherical mean of its
    images.

    ValueError for more classes than base cells, and for a visual distance without features.
    """
    if not 1 <= n_classes <= len(graph):
        raise ValueError(f"n_classes: got {n_classes}, expected 1 … {len(graph)}, the base cells")
    base = graph.cells
    if parameters.beta[0] == 0:
        nodes = GeographicNodes(base.vector_sums)
    else:
        sums = _feature_sums(graph, parameters, seed)
        nodes = WeightedNodes(base.vector_sums, sums, graph.edges, parameters.beta)
    classes = merge_lowest(_scores(graph, parameters.alpha), graph.edges, n_classes, nodes)
    cells = GeoclassCells(base, classes, np.empty((n_classes, 0), np.int64))
    return Partition(name, cells, cells.points_deg, cells.n_images, cells.labels())


def feature_subspace(
    parameters: GeoclassParameters, n_features: int, seed: int = 0
) -> Int[ndarray, " dims"]:
    """Feature dimensions in which a set compares images, drawn at random, in rising order.

    Sets must see different things, so the draw depends on the seed, n_dims and β (to three
    digits), not on α and the number of classes, which change with the data. So the published sets
    differ at one seed, and none of sets 3 to 5 lies within another; sets alike in all of these
    need seeds of their own.
    """
    weights = [round(1000 * weight) for weight in parameters.beta]
    rng = np.random.default_rng([seed, 1, parameters.n_dims, *weights])
    return np.sort(rng.permutation(n_features)[: parameters.scaled_dims(n_features)])


def _scores(graph: BaseGraph, alpha: tuple[float, float, float]) -> Float[ndarray, " base"]:
    images, nonempty, cells = alpha
    return images * graph.cells.n_images + nonempty + cells * graph.cells.n_cells


def _feature_sums(
    graph: BaseGraph, parameters: GeoclassParameters, seed: int
) -> Float32[ndarray, "base dims"]:
    """Summed features of each cell's images, in some dimensions chosen at random."""
    if graph.features is None:
        raise ValueError(f"graph: no features, but beta {parameters.beta} weighs visual distance")
    chosen = feature_subspace(parameters, graph.features.shape[1], seed)
    sums = graph.features[:, chosen]
    sums *= graph.cells.n_images[:, None].astype(np.float32)
    return sums
