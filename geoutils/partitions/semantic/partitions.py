"""Semantic partitions: classes that are real places, coarse where photos are rare (SemP)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import shapely
from jaxtyping import Float, Int, Real, Shaped
from numpy import ndarray

from geoutils.geocoding.addresses import Addresses, Geocoder
from geoutils.partitions.partition import Partition
from geoutils.partitions.semantic.forest import nearest_marked, sums_below
from geoutils.partitions.semantic.location_tree import LocationTree, location_tree
from geoutils.partitions.semantic.semantic_cells import SemanticCells
from geoutils.sphere import checked_latlon, spherical_mean


def semantic_partition(
    addresses: Addresses,
    latlon_deg: Real[ndarray, "photos 2"],
    tau_min: int,
    min_photos: int = 50,
    areas_only: bool = False,
    name: str = "semantic",
    geocoder: Geocoder | str | None = None,
) -> Partition:
    """Partition whose classes are locations with at least tau_min photos: `semantic_partitions`."""
    levels = {name: tau_min}
    return semantic_partitions(addresses, latlon_deg, levels, min_photos, areas_only, geocoder)[0]


def semantic_partitions(
    addresses: Addresses,
    latlon_deg: Real[ndarray, "photos 2"],
    tau_min: Mapping[str, int],
    min_photos: int = 50,
    areas_only: bool = False,
    geocoder: Geocoder | str | None = None,
) -> list[Partition]:
    """Partitions coarse → fine of photos by their addresses, one for each name and τ_min.

    The locations that `min_photos` photos name form a tree (`location_tree`), and each photo's
    vector gives way to the path from its finest known location to the root. Of each path only
    locations with at least τ_min photos below them remain, and the finest of those is the photo's
    class. A class may keep fewer than τ_min photos for itself, such as the rest of a country; a
    location that remains but to which no photo falls is no class. A class's point is the mean of
    its photos, or where they cancel out the location's own center (where that is unknown: its
    southernmost photo, of several the westernmost). Its name leads to the root ("Sagrada Família,
    Barcelona, Spain"); classes are numbered in the order of their keys. With `areas_only` only
    locations with an area count (SemP_a). `geocoder`, a function or "atlas", is what finds the
    class of new photos; the addresses should come from it. The tree is one for all, so
    `Hierarchy.of` the result finds every cell's parent. Theiner et al. 2022, section 3.1.

    ValueError for τ_min that do not fall from coarse to fine or lie below `min_photos`, for no
    photos, and where no location remains.
    """
    latlon = checked_latlon(latlon_deg)
    if len(latlon) != len(addresses):
        raise ValueError(f"latlon_deg: {len(latlon)} locations for {len(addresses)} addresses")
    thresholds = list(tau_min.values())
    if not thresholds or (np.diff(thresholds) >= 0).any():
        raise ValueError(f"tau_min: got {dict(tau_min)}, expected to fall from coarse to fine")
    if thresholds[-1] < min_photos:
        raise ValueError(
            f"tau_min: got {thresholds[-1]}, but locations with under min_photos = {min_photos} "
            "photos are left out from the start"
        )
    tree = location_tree(addresses, min_photos, areas_only)
    finest = tree.finest_known(addresses)
    photos_at = np.bincount(finest[finest >= 0], minlength=len(tree))
    photos_below = sums_below(tree.parents, photos_at)
    polygons = _polygons(tree.locations)
    partitions = []
    for name, least in tau_min.items():
        remains = nearest_marked(tree.parents, photos_below >= least)
        held = remains >= 0
        counts = np.zeros(len(tree), dtype=np.int64)
        np.add.at(counts, remains[held], photos_at[held])
        classes = np.flatnonzero(counts)
        if len(classes) == 0:
            raise ValueError(f"tau_min: no location holds {least} of {len(addresses):,} photos")
        cells = _cells(tree, classes, polygons, geocoder)
        labels = np.append(cells.cell_of, -1)[finest]
        points = _points(latlon, labels, tree.locations.iloc[classes])
        partitions.append(Partition(name, cells, points, counts[classes], tree.full_names(classes)))
    return partitions


def n_distinct_cells(partitions: Sequence[Partition]) -> int:
    """Number of distinct cells in all partitions together, |C| of Theiner et al. 2022, Table 1.

    Cells of several levels are the same if their labels are: a location's key, an S2 cell's token.
    """
    return len({label for partition in partitions for label in partition.cells.labels()})


def _cells(
    tree: LocationTree,
    classes: Int[ndarray, " cells"],
    polygons: Shaped[ndarray, " locations"],
    geocoder: Geocoder | str | None,
) -> SemanticCells:
    """Cells of the locations that are classes, and the finest class of every location."""
    number = np.full(len(tree) + 1, -1)  # the last one is for locations without a class above
    number[classes] = np.arange(len(classes))
    is_class = number[:-1] >= 0
    cell_of = number[nearest_marked(tree.parents, is_class)]
    return SemanticCells(
        keys=tree.keys()[classes],
        known=tree.keys(),
        cell_of=cell_of,
        inside=np.append(cell_of, -1)[tree.parents[classes]],
        geometry=polygons[classes],
        geocoder=geocoder,
    )


def _points(
    latlon_deg: Float[ndarray, "photos 2"],
    labels: Int[ndarray, " photos"],
    classes: pd.DataFrame,
) -> Float[ndarray, "cells 2"]:
    """Mean of each class's photos; the location's center, or a photo, where there is no mean."""
    points = spherical_mean(latlon_deg, labels, len(classes))
    centers = classes[["latitude", "longitude"]].to_numpy(np.float64)
    for cell in np.flatnonzero(np.isnan(points).any(axis=1)):
        photos = latlon_deg[labels == cell]
        first = photos[np.lexsort((photos[:, 1], photos[:, 0]))[0]]
        points[cell] = centers[cell] if np.isfinite(centers[cell]).all() else first
    return points


def _polygons(locations: pd.DataFrame) -> Shaped[ndarray, " locations"]:
    """Polygon of each location, None where the geocoder knows none."""
    if "geometry" not in locations:
        return np.full(len(locations), None)
    geometry = locations["geometry"].to_numpy(object).copy()
    geometry[~shapely.is_geometry(geometry)] = None
    return geometry
