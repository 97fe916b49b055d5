"""Names for cells: where on Earth a class is, in words."""

import numpy as np
import pandas as pd
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils.atlas import describe
from geoutils.partitions.hierarchy import Hierarchy
from geoutils.partitions.partition import Partition
from geoutils.sphere import checked_latlon, great_circle_km

AT_SEA = "open sea"  # what the atlas answers far from every shore


def with_place_names(partition: Partition, latlon_deg: Real[ndarray, "photos 2"]) -> Partition:
    """Name each cell by the address of its point (the thesis, section 7.2).

    Where that lies at sea, as the mean of photos from two coasts may, the cell is named by the
    address of its photo nearest to the point.
    """
    latlon = checked_latlon(latlon_deg)
    names = describe(partition.centers_deg)
    cells = partition.assign(latlon)
    for cell in np.flatnonzero(np.array(names) == AT_SEA):
        photos = latlon[cells == cell]
        if len(photos):
            point = np.tile(partition.centers_deg[cell], (len(photos), 1))
            nearest = great_circle_km(photos, point).argmin()
            names[cell] = describe(photos[nearest : nearest + 1])[0]
    return partition.with_names(names)


def cell_names(partition: Partition, cells: Int[ndarray, " some"]) -> list[str]:
    """Names of some cells; those that nobody named are called by the address of their point."""
    labels = partition.cells.labels()
    names = [partition.names[cell] for cell in cells]
    nameless = [k for k, cell in enumerate(cells) if names[k] in ("", labels[cell])]
    for k, name in zip(nameless, describe(partition.centers_deg[cells[nameless]]), strict=True):
        names[k] = name
    return names


def example_branches(hierarchy: Hierarchy, n: int = 4) -> pd.DataFrame:
    """Some finest cells with what holds them, as "number: name", a column per level.

    Branches that are complete and whose names differ most come first, of those the fullest; "none"
    stands where a level has no ancestor.
    """
    named = pd.DataFrame(
        {
            level.name: [f"{cell}: {level.names[cell]}" if cell >= 0 else "none" for cell in column]
            for level, column in zip(hierarchy.levels, hierarchy.parents.T, strict=True)
        }
    )
    distinct = named.map(lambda text: text.partition(": ")[2]).nunique(axis=1)
    telling = np.where((hierarchy.parents >= 0).all(axis=1), distinct, 0)
    order = np.lexsort((-hierarchy.leaves.counts, -telling))  # stable: equals stay in order
    return named.iloc[order[:n]].reset_index(drop=True)
