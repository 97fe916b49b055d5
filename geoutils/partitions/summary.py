"""What a partition is like: how many photos and how much ground its cells hold, and its ceiling."""

from functools import cache

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

from geoutils.partitions.partition import Partition
from geoutils.partitions.semantic.semantic_cells import SemanticCells
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, latlon_of

EARTH_KM2 = 4 * np.pi * EARTH_RADIUS_KM**2
GROUND_POINTS = 100_000  # where ground is asked for: one point for each 5,100 km²


def partition_summary(partition: Partition) -> dict[str, int | float]:
    """Numbers of a partition: cells, photos and km² per cell, share of the Earth that is covered.

    Areas are on the sphere; those of cells without an outline are NaN and left out (`area_known`
    is the share of cells that have one), and NaN where no cell has. Photos are NaN where nobody
    counted them. The share of the Earth is the sum of the areas. Cells found by addresses reach
    beyond their outlines: theirs is the share of `GROUND_POINTS` even points, right to a tenth of
    a percent or so, if the offline atlas finds the addresses. No other geocoder is asked for so
    many, as it may be a server: NaN, as without a geocoder.
    """
    areas = partition.areas_km2()
    known = areas[~np.isnan(areas)]
    photos = partition.counts if partition.is_counted else partition.counts[:0]
    summary: dict[str, int | float] = {"cells": len(partition)}
    for quantity, values in {"photos": photos, "area_km2": known}.items():
        for which, of in {"min": np.min, "median": np.median, "max": np.max}.items():
            summary[f"{quantity}_{which}"] = of(values).item() if len(values) else np.nan
    summary["area_known"] = len(known) / max(1, len(areas))
    if not isinstance(partition.cells, SemanticCells):
        summary["earth_share"] = areas.sum().item() / EARTH_KM2
    elif partition.cells.asks_atlas:
        summary["earth_share"] = ground_share(partition)
    else:
        summary["earth_share"] = np.nan
    return summary


def can_assign(partition: Partition) -> bool:
    """Whether cells of locations can be found: semantic cells need a geocoder for that."""
    return not isinstance(partition.cells, SemanticCells) or partition.cells.geocoder is not None


def ground_share(partition: Partition, n_points: int = GROUND_POINTS) -> float:
    """Share of evenly spread points of the Earth that lie in a cell."""
    return float((partition.assign(even_locations(n_points)) >= 0).mean())


@cache
def even_locations(n: int) -> Float[ndarray, "n 2"]:
    """Points spread evenly over the sphere, on a spiral with the golden angle between neighbours.

    González 2010, "Measurement of areas on a sphere using Fibonacci and latitude-longitude
    lattices", equation 1. Each stands for 1/n of the area.

    >>> even_locations(3).round(1)[:, 0]
    array([-41.8,   0. ,  41.8])
    """
    turn = 2 * np.pi / ((1 + np.sqrt(5)) / 2)
    z = (2 * np.arange(n) + 1) / n - 1
    angle = turn * np.arange(n)
    around = np.sqrt(1 - z**2)
    return latlon_of(np.stack([around * np.cos(angle), around * np.sin(angle), z], axis=1))


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
