"""The tree of locations: in which coarser one each location lies, learned from addresses."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int
from numpy import ndarray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geoutils.geocoding.addresses import Addresses
from geoutils.partitions.semantic.forest import depths

_BLOCK = 2**18  # photos handled at a time, so that memory holds the addresses only once


@dataclass(frozen=True, eq=False, repr=False)
class LocationTree:
    """Known locations, numbered in the order of their keys, and the parent of each (-1: a root).

    `locations` has the geocoder's row of each. ValueError for parents that form a cycle.
    """

    locations: pd.DataFrame
    parents: Int[ndarray, " locations"]

    def __post_init__(self):
        if len(self.parents) != len(self.locations):
            raise ValueError(f"parents: {len(self.parents)} for {len(self.locations)} locations")
        depths(self.parents)

    def __len__(self) -> int:
        return len(self.parents)

    def __repr__(self) -> str:
        roots = int((self.parents < 0).sum())
        return f"<LocationTree: {len(self):,} locations, {roots:,} of them roots>"

    def keys(self) -> pd.Index:
        """Key of each location, in rising order."""
        return pd.Index(self.locations["key"])

    def finest_known(self, addresses: Addresses) -> Int[ndarray, " photos"]:
        """Number of the finest known location in each address vector, -1 where all are unknown.

        Locations are recognised by their keys: the addresses may come with another table.
        """
        return finest_known(addresses, self.keys())

    def full_names(self, numbers: Int[ndarray, " n"]) -> list[str]:
        """Names along the way from each location to its root: "Montmartre, Paris, France"."""
        known = self.locations["name"].replace("", None)
        names = known.fillna(self.locations["key"]).tolist()  # a location without a name
        parents = self.parents.tolist()
        full = []
        for number in numbers.tolist():
            way = []
            while number >= 0:
                way.append(names[number])
                number = parents[number]
            full.append(", ".join(way))
        return full


def location_tree(
    addresses: Addresses, min_photos: int = 50, areas_only: bool = False
) -> LocationTree:
    """Tree of the locations that at least `min_photos` photos name, built from address vectors.

    A photo counts once for a location, and a location that a vector names again stands where it
    is named first. Rare locations are taken out of the vectors (with `areas_only` also those
    without an area: SemP_a); each pair of neighbours in what is left is an edge of a multigraph,
    and every location keeps its most frequent outgoing edge, of equals the one to the smallest
    key. Where the kept edges form a cycle, the least frequent of them goes (of equals that of the
    smallest key) and its location keeps its next most frequent edge instead, or becomes a root,
    until no cycle is left: the paper leaves this case open. Neither the order of photos nor that
    of the table of locations matters. Theiner et al. 2022, section 3.1.1. ValueError without
    photos, where no location is named often enough, and for a has_area that is not true or false.
    """
    if min_photos < 1:
        raise ValueError(f"min_photos: got {min_photos}, expected 1 or more")
    if len(addresses) == 0:
        raise ValueError("addresses: no photos; a tree is learned from at least one")
    kept = photos_per_location(addresses) >= min_photos
    if areas_only:
        kept &= _has_area(addresses.locations)
    if not kept.any():
        what = "location with an area" if areas_only else "location"
        raise ValueError(f"min_photos: no {what} holds {min_photos} of {len(addresses):,} photos")
    rows = np.flatnonzero(kept)
    keys = pd.Series(addresses.locations["key"].to_numpy()[rows], rows).astype(str).sort_values()
    rows = keys.index.to_numpy()
    numbers = np.full(len(kept) + 1, -1)  # the last one is for the padding
    numbers[rows] = np.arange(len(rows))
    locations = addresses.locations.iloc[rows].assign(key=keys.to_numpy())
    parents = _most_frequent(*_edges(addresses.vectors, numbers), len(rows))
    return LocationTree(locations.reset_index(drop=True), parents)


def photos_per_location(addresses: Addresses) -> Int[ndarray, " locations"]:
    """Photos whose vector names each location of the table, however often it does."""
    n = len(addresses.locations)
    counts = np.zeros(n + 1, dtype=np.int64)
    for columns in _columns_without_repeats(addresses.vectors):
        counts += np.bincount(columns.ravel() + 1, minlength=n + 1)
    return counts[1:]


def finest_known(addresses: Addresses, known: pd.Index) -> Int[ndarray, " photos"]:
    """Position among known keys of the finest location in each vector that is among them, or -1."""
    numbers = np.append(known.get_indexer(addresses.locations["key"].astype(str)), -1)
    found = np.full(len(addresses), -1)
    for column in addresses.vectors.T[::-1]:  # coarse → fine: the last one found is the finest
        number = numbers[column]
        found = np.where(number >= 0, number, found)
    return found


def _has_area(locations: pd.DataFrame) -> Bool[ndarray, " locations"]:
    """Which locations have an area; only true and false say so, "False" and NaN would be true."""
    column = locations["has_area"]
    if column.dtype != bool:
        odd = [value for value in column if not isinstance(value, bool | np.bool_)]
        if odd:
            raise ValueError(f"locations: has_area is {odd[0]!r}, expected True or False")
    return column.to_numpy(bool)


def _columns_without_repeats(
    vectors: Int[ndarray, "photos depth"],
) -> Iterator[Int[ndarray, "depth block"]]:
    """Address vectors of some photos at a time, transposed; repeated locations become -1."""
    for start in range(0, len(vectors), _BLOCK):
        columns = np.array(vectors[start : start + _BLOCK].T, order="C")
        for j in range(len(columns) - 1, 0, -1):
            columns[j, (columns[:j] == columns[j]).any(axis=0)] = -1
        yield columns


def _edges(
    vectors: Int[ndarray, "photos depth"], numbers: Int[ndarray, " rows"]
) -> tuple[Int[ndarray, " edges"], Int[ndarray, " edges"], Int[ndarray, " edges"]]:
    """Distinct pairs of neighbours in the filtered vectors: finer, coarser, number of photos."""
    n = int(numbers.max()) + 1
    pairs, counts = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for columns in _columns_without_repeats(vectors):
        last, found = np.full(columns.shape[1], -1), []
        for column in columns:
            number = numbers[column]
            known = number >= 0
            edge = known & (last >= 0)
            found.append(last[edge] * n + number[edge])
            last[known] = number[known]
        distinct, count = np.unique(np.concatenate(found), return_counts=True)
        pairs.append(distinct)
        counts.append(count)
    distinct, place = np.unique(np.concatenate(pairs), return_inverse=True)
    total = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(total, place, np.concatenate(counts))
    return distinct // n, distinct % n, total


def _most_frequent(
    finer: Int[ndarray, " edges"],
    coarser: Int[ndarray, " edges"],
    count: Int[ndarray, " edges"],
    n: int,
) -> Int[ndarray, " locations"]:
    """Parent of each of n locations by its most frequent edge that is on no cycle."""
    order = np.lexsort((coarser, -count, finer))
    finer = finer[order]
    chosen = np.searchsorted(finer, np.arange(n), side="left")
    end = np.searchsorted(finer, np.arange(n), side="right")
    coarser, count = np.append(coarser[order], -1), np.append(count[order], 0)
    while True:
        edge = np.where(chosen < end, chosen, -1)  # the last entry stands for no edge
        weakest = _weakest_of_cycles(coarser[edge], count[edge])
        if len(weakest) == 0:
            return coarser[edge]
        chosen[weakest] += 1


def _weakest_of_cycles(
    parents: Int[ndarray, " locations"], count: Int[ndarray, " locations"]
) -> Int[ndarray, " cycles"]:
    """Location on each cycle whose edge to its parent is least frequent."""
    n = len(parents)
    below = np.flatnonzero(parents >= 0)
    graph = csr_array((np.ones(len(below), np.int8), (below, parents[below])), shape=(n, n))
    _, component = connected_components(graph, connection="strong")
    around = np.flatnonzero(np.bincount(component)[component] > 1)
    around = around[np.lexsort((around, count[around], component[around]))]
    return around[np.diff(component[around], prepend=-1) != 0]
