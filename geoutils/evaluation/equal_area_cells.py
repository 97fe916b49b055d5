"""Cells of one size: the sphere cut into bands of latitude, and every band into equal pieces."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.sphere import EARTH_RADIUS_KM, checked_latlon


@dataclass(frozen=True, eq=False)
class EqualAreaCells:
    """Cells of exactly one area, nearly square except around the poles.

    They are numbered from west to east, band by band from the north. `per_band` is the number of
    cells in each band of latitude; the bands' edges follow from these numbers, so that no cell is
    larger than another (Malkin 2019, A New Equal-area Isolatitudinal Grid on a Spherical Surface).
    """

    per_band: Int[ndarray, " bands"]

    @classmethod
    def of_side(cls, side_km: float | int) -> "EqualAreaCells":
        """Cells with sides of about `side_km`; ValueError unless that is 20 to 10,000 km.

        >>> EqualAreaCells.of_side(200)
        <EqualAreaCells: 12,738 of 40,043 km²>
        """
        if not 20 <= side_km <= 10_000:
            raise ValueError(f"side_km: {side_km}, expected 20 to 10,000")
        n_bands = round(np.pi * EARTH_RADIUS_KM / side_km)
        middles = (np.arange(n_bands) + 0.5) * np.pi / n_bands  # angles from the north pole
        return cls(np.maximum(1, np.round(2 * n_bands * np.sin(middles))).astype(np.int64))

    def __repr__(self) -> str:
        return f"<EqualAreaCells: {len(self):,} of {self.area_km2:,.0f} km²>"

    def __len__(self) -> int:
        return int(self._ends[-1])

    @property
    def area_km2(self) -> float:
        """Area of each cell on the sphere."""
        return float(4 * np.pi * EARTH_RADIUS_KM**2 / len(self))

    @cached_property
    def _ends(self) -> Int[ndarray, " bands"]:
        return np.cumsum(self.per_band)

    def cell_of(self, latlon_deg: Real[ndarray, "n 2"]) -> Int[ndarray, " n"]:
        """Number of the cell that holds each location; on a common edge the southern, eastern."""
        latitude, longitude = checked_latlon(latlon_deg).T
        # A band's share of the sphere is its share of the axis (Archimedes).
        above = (1 - np.sin(np.radians(latitude))) / 2 * len(self)
        band = np.minimum(np.searchsorted(self._ends, above, side="right"), len(self._ends) - 1)
        along = (longitude + 180) % 360 / 360
        column = np.minimum((along * self.per_band[band]).astype(np.int64), self.per_band[band] - 1)
        return self._ends[band] - self.per_band[band] + column

    def points(
        self,
        cells: Int[ndarray, " n"],
        east: Real[ndarray, " points"],
        south: Real[ndarray, " points"],
    ) -> Float[ndarray, "n points 2"]:
        """Locations in each cell: `east` and `south` are shares (0 to 1) of its width and area."""
        band = np.searchsorted(self._ends, cells, side="right")
        first, width = (self._ends - self.per_band)[band], self.per_band[band]
        along = ((cells - first)[:, None] + east) / width[:, None]
        down = (first[:, None] + width[:, None] * south) / len(self)
        latitude = np.degrees(np.arcsin(np.clip(1 - 2 * down, -1, 1)))
        return np.stack([latitude, 360 * along - 180], axis=2)

    def outlines(
        self, cells: Int[ndarray, " n"], points_per_edge: int = 6
    ) -> list[Float[ndarray, "points 2"]]:
        """Closed ring of locations around each cell, for maps; none crosses the antimeridian."""
        step = np.linspace(0, 1, points_per_edge + 1)[:-1]
        zeros, ones = np.zeros(points_per_edge), np.ones(points_per_edge)
        east = np.concatenate([zeros, step, ones, 1 - step, [0.0]])
        south = np.concatenate([step, ones, 1 - step, zeros, [0.0]])
        return list(self.points(cells, east, south))

    def share_of(
        self, is_inside: Callable[[ndarray], ndarray], per_side: int = 5
    ) -> Float[ndarray, " cells"]:
        """Share of each cell's area where `is_inside(latlon_deg)` is true, by a grid of samples.

        With `atlas.is_land` that is the share of land, in steps of 1 / per_side².
        """
        steps = (np.arange(per_side) + 0.5) / per_side
        east, south = (side.ravel() for side in np.meshgrid(steps, steps))
        samples = self.points(np.arange(len(self)), east, south)
        return is_inside(samples.reshape(-1, 2)).reshape(len(self), -1).mean(axis=1)
