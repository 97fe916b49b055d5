"""What a partition is like: how many photos and how much ground its cells hold, and its ceiling."""

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.partitions.partition import Partition
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km

EARTH_KM2 = 4 * np.pi * EARTH_RADIUS_KM**2


def partition_summary(partition: Partition) -> dict[str, int | float]:
    """Numbers of a partition: cells, photos and km² per cell, share of the Earth that is covered.

    Areas are exact, on the sphere.
    """
    areas = partition.areas_km2()
    summary: dict[str, int | float] = {"cells": len(partition)}
    for quantity, values in {"photos": partition.counts, "area_km2": areas}.items():
        summary[f"{quantity}_min"] = values.min().item()
        summary[f"{quantity}_median"] = float(np.median(values))
        summary[f"{quantity}_max"] = values.max().item()
    summary["earth_share"] = float(areas.sum()) / EARTH_KM2
    return summary


def cell_distances_km(
    partition: Partition, latlon_deg: Real[ndarray, "photos 2"]
) -> Float[ndarray, " photos"]:
    """Distance of each photo from the point of its own cell, in km; infinite outside all cells.

    These are the errors of a classifier that never errs: their a_r is the partition's ceiling,
    which no model that answers with a cell's point can pass by more than luck.
    """
    cells = partition.assign(latlon_deg)
    inside = cells >= 0
    distances = np.full(len(cells), np.inf)
    points = partition.centers_deg[cells[inside]]
    distances[inside] = great_circle_km(latlon_deg[inside], points)
    return distances
