"""Search within cell: where in the predicted cell? Where its most similar photos were taken."""

from dataclasses import dataclass
from numbers import Real as Number

import numpy as np
from jaxtyping import Bool, Float, Int, Real
from numpy import ndarray

from geoutils.prediction.aggregation import densest_neighbour, largest_cluster
from geoutils.prediction.background import Background
from geoutils.prediction.best_columns import best_columns
from geoutils.sphere import spherical_mean
from geoutils.whole import checked_whole

AGGREGATIONS = ("clustering", "average", "kernel_density")
QUERIES = 1024  # of one cell at once
CHUNK = 8_000_000  # similarities held in memory at once when all photos are compared


@dataclass(frozen=True, eq=False)
class Found:
    """Where each photo was placed, and by which neighbours (most similar first).

    `neighbours` are rows of the collection that the background was made from, −1 and similarity
    NaN where there are fewer. `used` marks those whose spherical mean is the point. A photo that
    uses none has fallen back to the point of its cell (NaN where it has no cell either).
    """

    latlon_deg: Float[ndarray, "photos 2"]
    neighbours: Int[ndarray, "photos k"]
    similarity: Float[ndarray, "photos k"]
    used: Bool[ndarray, "photos k"]

    def __len__(self) -> int:
        return len(self.latlon_deg)

    @property
    def cluster_size(self) -> Int[ndarray, " photos"]:
        """Number of neighbours that make the point."""
        return self.used.sum(axis=1)


def search_within_cell(
    queries: Real[ndarray, "photos features"],
    cells: Int[ndarray, " same_photos"],
    background: Background,
    centers_deg: Float[ndarray, "cells 2"],
    k: int = 10,
    aggregation: str = "clustering",
    epsilon_km: Number = 1.0,
    sigma_km: Number = 1.0,
) -> Found:
    """Place each photo by its k most similar background photos of the cell it was predicted in.

    Similarity is the cosine; of equally similar photos the first comes first; a cell with fewer
    than k photos gives all of them. "clustering": the spherical mean of their `largest_cluster`
    within ε; "average": of all k; "kernel_density": the position of the `densest_neighbour`. An
    empty cell falls back to its point (`centers_deg`), as do neighbours that cancel out; a photo
    of cell −1 is not placed. Only the rows of the predicted cells are read.
    Kordopatis-Zilos et al., section 3.4 and Tables 5 and 6; their σ is not given, ours is ε.
    Raises ValueError for arrays that do not fit the background and settings out of range.
    """
    k = checked_whole(k, "k")
    _check(queries, background, aggregation)
    if len(cells) != len(queries):
        raise ValueError(f"cells: {len(cells)} for {len(queries)} queries; expected one each")
    if len(centers_deg) != background.n_cells:
        raise ValueError(
            f"centers_deg: {len(centers_deg)} cells, but the background has {background.n_cells}"
        )
    if len(cells) and not -1 <= cells.min() <= cells.max() < background.n_cells:
        found = f"{cells.min()} … {cells.max()}"
        raise ValueError(f"cells: found {found}, expected −1 … {background.n_cells - 1}")
    order = np.argsort(cells, kind="stable")
    names, firsts = np.unique(cells[order], return_index=True)
    places = np.full((len(queries), k), -1)
    similarity = np.full((len(queries), k), np.nan, dtype=np.float32)
    for cell, asked in zip(names.tolist(), np.split(order, firsts[1:]), strict=True):
        span = background.span(cell) if cell >= 0 else slice(0, 0)
        n_found = min(k, span.stop - span.start)
        if n_found == 0:
            continue
        embeddings = np.asarray(background.embeddings[span])
        for start in range(0, len(asked), QUERIES):
            some = asked[start : start + QUERIES]
            cosines = _unit(queries[some]) @ embeddings.T
            best = best_columns(cosines, n_found)
            places[some, :n_found] = span.start + best
            similarity[some, :n_found] = np.take_along_axis(cosines, best, axis=1)
    fallback = np.where(cells[:, None] >= 0, centers_deg[cells], np.nan)
    return _found(places, similarity, background, fallback, aggregation, epsilon_km, sigma_km)


def search_everywhere(
    queries: Real[ndarray, "photos features"],
    background: Background,
    k: int = 1,
    aggregation: str = "clustering",
    epsilon_km: Number = 1.0,
    sigma_km: Number = 1.0,
) -> Found:
    """Retrieval alone: place each photo by its k most similar photos of the whole background.

    With k = 1 that is where its nearest neighbour was taken. Else as `search_within_cell`, but
    that nothing is fallen back to: ValueError for fewer than k photos.
    """
    _check(queries, background, aggregation)
    if not 1 <= k <= len(background):
        raise ValueError(f"k: {k}; expected 1 … {len(background)}, the size of the background")
    units = _unit(queries)
    places = np.empty((len(queries), 0), dtype=np.int64)
    similarity = np.empty((len(queries), 0), dtype=np.float32)
    step = max(1, CHUNK // max(1, len(queries)))
    for start in range(0, len(background), step):
        cosines = units @ np.asarray(background.embeddings[start : start + step]).T
        best = best_columns(cosines, min(k, cosines.shape[1]))
        # The best so far stand before the block, so of equals the first photo stays.
        places = np.concatenate([places, start + best], axis=1)
        similarity = np.concatenate([similarity, np.take_along_axis(cosines, best, 1)], axis=1)
        best = best_columns(similarity, min(k, similarity.shape[1]))
        places = np.take_along_axis(places, best, axis=1)
        similarity = np.take_along_axis(similarity, best, axis=1)
    nowhere = np.full((len(queries), 2), np.nan)
    return _found(places, similarity, background, nowhere, aggregation, epsilon_km, sigma_km)


def _found(
    places: Int[ndarray, "photos k"],
    similarity: Float[ndarray, "photos k"],
    background: Background,
    fallback: Float[ndarray, "photos 2"],
    aggregation: str,
    epsilon_km: Number,
    sigma_km: Number,
) -> Found:
    """Points from places in the background, −1 where there is no neighbour."""
    present = places >= 0
    if len(background) == 0:
        return Found(fallback, places, similarity, present)
    positions = background.latlon_deg[places]
    used = present
    if aggregation == "clustering":
        used = largest_cluster(positions, present, epsilon_km)
    if aggregation == "kernel_density":
        used = densest_neighbour(positions, present, sigma_km)
    photo = np.broadcast_to(np.arange(len(places))[:, None], places.shape)
    means = spherical_mean(positions[used], photo[used], len(places))
    lost = np.isnan(means).any(axis=1)
    return Found(
        latlon_deg=np.where(lost[:, None], fallback, means),
        neighbours=np.where(present, background.rows[places], -1),
        similarity=similarity,
        used=used & ~lost[:, None],
    )


def _unit(features: Real[ndarray, "n d"]) -> Float[ndarray, "n d"]:
    features = np.asarray(features, dtype=np.float32)
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(length > 0, length, 1)


def _check(queries, background: Background, aggregation: str) -> None:
    if queries.shape[1] != background.embeddings.shape[1]:
        raise ValueError(
            f"queries: {queries.shape[1]} features, but the background has "
            f"{background.embeddings.shape[1]}"
        )
    if aggregation not in AGGREGATIONS:
        raise ValueError(f"aggregation: {aggregation!r}; expected one of {', '.join(AGGREGATIONS)}")
    if not np.isfinite(queries).all():
        bad = int((~np.isfinite(queries).all(axis=1)).sum())
        raise ValueError(f"queries: {bad} photos have features that are not finite")
