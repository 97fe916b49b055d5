"""One point from the positions of several neighbours: which of them to trust.

Each photo has the same number of places for neighbours, best first; where it has fewer, the rest
are not `present` and their positions mean nothing.
"""

from numbers import Real as Number

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from geoutils.sphere import great_circle_km

CHUNK = 1_000_000  # pairs of neighbours held in memory at once


def largest_cluster(
    latlon_deg: Float[ndarray, "photos k 2"],
    present: Bool[ndarray, "photos k"],
    epsilon_km: Number = 1.0,
) -> Bool[ndarray, "photos k"]:
    """Members of the largest cluster of each photo's neighbours; of equal ones the first.

    DBSCAN with min_samples = 1: neighbours at most ε apart (ε itself included) are of one
    cluster, and so are those linked through others. Clusters are ordered by their best
    neighbour. Kordopatis-Zilos et al., section 3.4. Raises ValueError for a negative ε.
    """
    if not epsilon_km >= 0:
        raise ValueError(f"epsilon_km: {epsilon_km}; expected 0 or more")
    members = np.zeros(present.shape, dtype=bool)
    for part in _chunks(present.shape):
        linked = _distances_km(latlon_deg[part]) <= epsilon_km
        linked &= present[part][:, :, None] & present[part][:, None, :]
        first = _first_of_cluster(linked)
        k = first.shape[1]
        sizes = ((first[:, :, None] == np.arange(k)) & present[part][:, :, None]).sum(axis=1)
        members[part] = present[part] & (first == sizes.argmax(axis=1)[:, None])
    return members


def densest_neighbour(
    latlon_deg: Float[ndarray, "photos k 2"],
    present: Bool[ndarray, "photos k"],
    sigma_km: Number = 1.0,
) -> Bool[ndarray, "photos k"]:
    """The one neighbour of each photo where the density of all of them is highest.

    Kernel density: each neighbour d km away, and the one itself, adds exp(−d² / 2σ²). Of equally
    dense ones the best neighbour. A photo without neighbours has none. Raises ValueError unless
    σ > 0.
    """
    if not sigma_km > 0:
        raise ValueError(f"sigma_km: {sigma_km}; expected more than 0")
    chosen = np.zeros(present.shape, dtype=bool)
    for part in _chunks(present.shape):
        here = present[part]
        kernel = np.exp(-0.5 * (_distances_km(latlon_deg[part]) / sigma_km) ** 2)
        density = np.where(here[:, None, :], kernel, 0).sum(axis=2)
        best = np.where(here, density, -1).argmax(axis=1)
        chosen[part] = here & (np.arange(here.shape[1]) == best[:, None])
    return chosen


def _first_of_cluster(linked: Bool[ndarray, "photos k k"]) -> Int[ndarray, "photos k"]:
    """The lowest neighbour that each one is linked to, directly or through others."""
    k = linked.shape[1]
    first = np.broadcast_to(np.arange(k), linked.shape[:2])
    while True:
        lowest = np.where(linked, first[:, None, :], k).min(axis=2, initial=k)
        lowest = np.minimum(lowest, first)
        if (lowest == first).all():
            return first
        first = lowest


def _distances_km(latlon_deg: Float[ndarray, "photos k 2"]) -> Float[ndarray, "photos k k"]:
    """Distances of all pairs of one photo's neighbours, each pair measured once."""
    n, k, _ = latlon_deg.shape
    a, b = np.triu_indices(k, 1)
    pairs = great_circle_km(latlon_deg[:, a].reshape(-1, 2), latlon_deg[:, b].reshape(-1, 2))
    distances_km = np.zeros((n, k, k))
    distances_km[:, a, b] = pairs.reshape(n, -1)
    return distances_km + distances_km.transpose(0, 2, 1)


def _chunks(shape: tuple[int, int]) -> list[slice]:
    n, k = shape
    step = max(1, CHUNK // max(1, k * k))
    return [slice(start, start + step) for start in range(0, n, step)]
