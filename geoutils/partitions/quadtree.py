"""Partitions made of boxes of latitude and longitude, such as OSV-5M's quadtree."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.partitions.cells import Cells, require_columns
from geoutils.partitions.partition import Partition
from geoutils.partitions.published import read_rows
from geoutils.sphere import EARTH_RADIUS_KM, checked_latlon, wrap_longitude

_LOW, _HIGH, _MEAN = ["min_lat", "min_lon"], ["max_lat", "max_lon"], ["mean_lat", "mean_lon"]
_STEP_DEG = 2.0  # between points of an outline: a parallel is a curve on most maps
_ROUNDED_DEG = 0.01  # by how much a mean may lie outside its box, as numbers in files are rounded


@dataclass(frozen=True, eq=False)
class BoxCells(Cells):
    """Disjoint boxes low <= (latitude, longitude) < high, in degrees; none crosses ±180.

    A location on the line between two boxes belongs to the northern and eastern one, and one on
    the northernmost or easternmost line of all to the box before it, as nothing lies beyond. As
    longitude 180 is -180, a box that ends at 180 does not hold its eastern line.
    """

    low_deg: Float[ndarray, "cells 2"]
    high_deg: Float[ndarray, "cells 2"]
    kind: ClassVar[str] = "box"

    def __post_init__(self):
        for argument in ("low_deg", "high_deg"):
            checked_latlon(getattr(self, argument), argument)
        empty = (self.low_deg >= self.high_deg).any(axis=1)
        if empty.any():
            cell = int(empty.argmax())
            raise ValueError(
                f"high_deg: box {cell} ends at {self.high_deg[cell].tolist()} but starts at "
                f"{self.low_deg[cell].tolist()}; expected more of both (no box crosses ±180)"
            )
        for cell, squares in enumerate(self._squares()):
            others = self._grid[squares][self._grid[squares] != cell]
            if others.size:
                pair = f"boxes {cell} and {others[0]}"
                raise ValueError(f"low_deg: {pair} overlap; a partition's cells are disjoint")

    def __len__(self) -> int:
        return len(self.low_deg)

    @cached_property
    def _bounds(self) -> Float[ndarray, "2 cells 2"]:
        """Where boxes start and end: in latitude, then in longitude."""
        return np.stack([self.low_deg.T, self.high_deg.T], axis=2)

    @cached_property
    def _lines(self) -> list[Float[ndarray, " lines"]]:
        """Latitudes, then longitudes, at which boxes start or end."""
        return [np.unique(bounds) for bounds in self._bounds]

    @cached_property
    def _grid(self) -> Int[ndarray, "rows columns"]:
        """Box that covers each square between neighbouring lines, -1 where none does."""
        grid = np.full([max(len(lines) - 1, 0) for lines in self._lines], -1, dtype=np.int32)
        for cell, squares in enumerate(self._squares()):
            grid[squares] = cell
        return grid

    def _squares(self) -> Iterator[tuple[slice, slice]]:
        along = zip(self._lines, self._bounds, strict=True)
        places = [np.searchsorted(lines, bounds) for lines, bounds in along]
        for (south, north), (west, east) in zip(*places, strict=True):
            yield slice(south, north), slice(west, east)

    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, " photos"]:
        """Box of each location, -1 outside; ValueError for locations out of range or NaN."""
        latitude, longitude = checked_latlon(latlon_deg).T
        if len(self) == 0:
            return np.full(len(latitude), -1)
        inside, places = np.ones(len(latitude), dtype=bool), []
        for lines, values in zip(self._lines, (latitude, wrap_longitude(longitude)), strict=True):
            place = np.searchsorted(lines, values, side="right") - 1
            place -= values == lines[-1]
            inside &= (place >= 0) & (place < len(lines) - 1)
            places.append(np.clip(place, 0, len(lines) - 2))
        return np.where(inside, self._grid[tuple(places)], -1).astype(np.int64)

    def parents_of(self, finer: Cells) -> Int[ndarray, " finer"]:
        """Box that contains each finer box whole, -1 where none does."""
        if not isinstance(finer, BoxCells):
            raise ValueError(f"finer: cells of kind {finer.kind!r} do not nest in boxes")
        parents = self.assign(finer.low_deg)
        whole = (finer.high_deg <= self.high_deg[parents]).all(axis=1) if len(self) else False
        return np.where((parents >= 0) & whole, parents, -1)

    def boundaries(self) -> list[Float[ndarray, "_ 2"]]:
        """Outline of each box, counter-clockwise and closed: along parallels and meridians."""
        return [_outline(low, high) for low, high in zip(self.low_deg, self.high_deg, strict=True)]

    def areas_km2(self) -> Float[ndarray, " cells"]:
        """Area of each box in km²: difference of longitudes times that of latitudes' sines."""
        (south, west), (north, east) = np.radians(self.low_deg).T, np.radians(self.high_deg).T
        return EARTH_RADIUS_KM**2 * (east - west) * (np.sin(north) - np.sin(south))

    def labels(self) -> list[str]:
        """South-western corner and size of each box in degrees."""
        rows = np.concatenate([self.low_deg, self.high_deg - self.low_deg], axis=1)
        return [f"{lat:.6g}, {lon:.6g} + {tall:.3g} × {wide:.3g}°" for lat, lon, tall, wide in rows]

    def columns(self) -> dict[str, Any]:
        """Bounds of the boxes: min_lat, min_lon, max_lat, max_lon."""
        bounds = np.concatenate([self.low_deg, self.high_deg], axis=1)
        return dict(zip([*_LOW, *_HIGH], bounds.T, strict=True))

    @classmethod
    def from_columns(cls, table: pd.DataFrame) -> "BoxCells":
        """Boxes from columns of bounds."""
        require_columns(table, [*_LOW, *_HIGH])
        return cls(table[_LOW].to_numpy(np.float64), table[_HIGH].to_numpy(np.float64))


def read_osv5m_quadtree(path: str | Path, name: str = "") -> Partition:
    """Read the leaves of OSV-5M's quadtree (Astruc et al. 2024) from its CSV.

    Columns cluster_id (the class, 0 … n - 1), min_lat, min_lon, max_lat, max_lon, mean_lat,
    mean_lon in degrees. Its makers started from the bounds of their training photos, halved a
    box both ways while it held 1,000 photos or more, ten times at most, and kept the leaves that
    hold a photo. So a cluster is one leaf, the file's 11,399 boxes overlap nowhere, empty quarters
    are gaps, and 55 % of the Earth is covered. A cell's point is the plain mean of latitudes and
    longitudes, as published. The file does not count photos: `counts` is 0, which stands for not
    counted. Photos outside every box get class -1 here; the makers' own code puts such test photos
    into class 0.

    ValueError for a file that is no such table, missing columns or values, class numbers with
    gaps, no rows, boxes that are empty or overlap, and means outside their boxes.
    """
    table = read_rows(Path(path), ["cluster_id"], [*_LOW, *_HIGH, *_MEAN])
    cells, counts = BoxCells.from_columns(table), np.zeros(len(table), dtype=np.int64)
    means = table[_MEAN].to_numpy(np.float64)
    beyond = np.maximum(cells.low_deg - means, means - cells.high_deg).max(axis=1)
    if (beyond > _ROUNDED_DEG).any():
        worst = int(beyond.argmax())
        raise ValueError(
            f"path: the mean of class {worst} in {path} lies {beyond[worst]:.3g}° outside its box "
            f"{cells.labels()[worst]!r}; are latitude and longitude exchanged?"
        )
    return Partition(name or Path(path).stem, cells, means, counts, cells.labels())


def _outline(low: Float[ndarray, " 2"], high: Float[ndarray, " 2"]) -> Float[ndarray, "_ 2"]:
    steps = np.maximum(np.ceil((high - low) / _STEP_DEG).astype(np.int64), 1)
    up, right = (np.linspace(a, b, n + 1) for a, b, n in zip(low, high, steps, strict=True))
    south, north = np.full(len(right), low[0]), np.full(len(right), high[0])
    west, east = np.full(len(up), low[1]), np.full(len(up), high[1])
    sides = [
        np.stack([south, right], axis=1)[:-1],
        np.stack([up, east], axis=1)[:-1],
        np.stack([north, right[::-1]], axis=1)[:-1],
        np.stack([up[::-1], west], axis=1),
    ]
    return np.concatenate(sides)
