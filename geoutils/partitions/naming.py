"""Names for cells: where on Earth a class is, in words."""

import numpy as np
from jaxtyping import Real
from numpy import ndarray

from geoutils.atlas import describe
from geoutils.partitions.partition import Partition
from geoutils.sphere import great_circle_km

AT_SEA = "open sea"  # what the atlas answers far from every shore


def with_place_names(partition: Partition, latlon_deg: Real[ndarray, "photos 2"]) -> Partition:
    """Name each cell by the address of its point (the thesis, section 7.2).

    Where that lies at sea, as the mean of photos from two coasts may, the cell is named by the
    address of its photo nearest to the point.
    """
    names = describe(partition.centers_deg)
    cells = partition.assign(latlon_deg)
    for cell in np.flatnonzero(np.array(names) == AT_SEA):
        photos = latlon_deg[cells == cell]
        if len(photos):
            point = np.tile(partition.centers_deg[cell], (len(photos), 1))
            nearest = great_circle_km(photos, point).argmin()
            names[cell] = describe(photos[nearest : nearest + 1])[0]
    return partition.with_names(names)
