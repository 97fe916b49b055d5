"""Cells that are real places: a country, a town, a street, told apart by photos' addresses."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import shapely
from jaxtyping import Float, Int, Real, Shaped
from numpy import ndarray

from geoutils.geocoding.addresses import Addresses, Geocoder
from geoutils.geocoding.atlas_addresses import atlas_addresses
from geoutils.geocoding.named_geocoders import ATLAS, named_geocoder
from geoutils.partitions.cells import Cells
from geoutils.partitions.semantic.forest import depths
from geoutils.partitions.semantic.location_tree import finest_known
from geoutils.partitions.semantic.lonlat_polygons import (
    ground_of,
    polygon_areas_km2,
    polygon_outlines,
)
from geoutils.sphere import checked_latlon

_COLUMNS = ["location", "inside", "members", "geometry"]


@dataclass(frozen=True, eq=False, repr=False)
class SemanticCells(Cells):
    """Locations as cells: a photo belongs to the finest of them on its address's way to the root.

    `keys` names each cell's location. `known` are the keys of all locations that the tree knows,
    `cell_of` the finest cell at or above each of them (-1: none), and `inside` the cell that a
    cell itself lies in, one step up (-1: none). `geometry` holds shapely polygons in longitude
    and latitude, None where not known. `geocoder` finds addresses of coordinates: a function,
    a name as `named_geocoder` takes it, or None. Theiner et al. 2022 (SemP), section 3.1.2.
    """

    keys: pd.Index
    known: pd.Index
    cell_of: Int[ndarray, " known"]
    inside: Int[ndarray, " cells"]
    geometry: Shaped[ndarray, " cells"]
    geocoder: Geocoder | str | None = None
    kind: ClassVar[str] = "semantic"

    def __post_init__(self):
        n = len(self.keys)
        sizes = {"inside": len(self.inside), "geometry": len(self.geometry)}
        for argument, size in sizes.items():
            if size != n:
                raise ValueError(f"{argument}: {size} for {n} cells")
        if len(self.cell_of) != len(self.known):
            raise ValueError(f"cell_of: {len(self.cell_of)} for {len(self.known)} known locations")
        for argument, index in {"keys": self.keys, "known": self.known}.items():
            if not index.is_unique:
                raise ValueError(f"{argument}: {index[index.duplicated()][0]!r} stands twice")
        own = self.known.get_indexer(self.keys)
        astray = (own < 0) | (self.cell_of[own] != np.arange(n))
        if astray.any():
            raise ValueError(f"cell_of: {self.keys[astray][0]!r} is a cell but not in it itself")
        depths(self.inside)

    def __len__(self) -> int:
        return len(self.keys)

    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, " photos"]:
        """Cell of each location by its address, -1 where no cell is on the address's way.

        ValueError for locations out of range or NaN, and where no geocoder is known.
        """
        latlon = checked_latlon(latlon_deg)
        if self.geocoder is None:
            raise ValueError(
                "latlon_deg: semantic cells need addresses, and their geocoder is not known; "
                "give it by with_geocoder, or call assign_addresses"
            )
        named = isinstance(self.geocoder, str)
        geocoder = named_geocoder(self.geocoder) if named else self.geocoder
        addresses = geocoder(latlon)
        if len(addresses) != len(latlon):
            raise ValueError(f"geocoder: {len(addresses)} addresses for {len(latlon)} locations")
        return self.assign_addresses(addresses)

    @property
    def asks_atlas(self) -> bool:
        """Whether cells of any number of locations can be asked for: the offline atlas knows."""
        return self.geocoder in (ATLAS, atlas_addresses)

    def drawn_at(self, latlon_deg: Real[ndarray, "points 2"]) -> Int[ndarray, " points"]:
        """Cell whose outline, as in `boundaries`, holds each location; -1 where none does.

        For maps, where `assign` would ask a server for every pixel.
        """
        points = shapely.STRtree(shapely.points(checked_latlon(latlon_deg)[:, ::-1]))
        cell, point = points.query(self._ground, predicate="contains")
        found = np.full(len(latlon_deg), -1)
        found[point] = cell
        return found

    def assign_addresses(self, addresses: Addresses) -> Int[ndarray, " photos"]:
        """Cell of each address vector: its finest known location, then up the tree to a cell.

        -1 where a vector names no known location, or none that lies in a cell. Locations are
        recognised by key, so the addresses must come from the geocoder that made the cells. The
        photos that a partition was made from get the class that they had there. A cell exists
        where training photos are: a location that all of them left to finer cells holds none, and
        a new photo with no finer address falls to the next coarser cell.
        """
        return np.append(self.cell_of, -1)[finest_known(addresses, self.known)]

    def with_geocoder(self, geocoder: Geocoder | str | None) -> "SemanticCells":
        """Return the same cells with another geocoder; it must give the same keys."""
        return replace(self, geocoder=geocoder)

    def parents_of(self, finer: Cells) -> Int[ndarray, " finer"]:
        """Cell that each finer cell's location lies in by the tree, or is; -1 where none is known.

        Both must be made from the same addresses; see `semantic_partitions`.
        """
        if not isinstance(finer, SemanticCells):
            raise ValueError(f"finer: cells of kind {finer.kind!r} do not nest in semantic cells")
        return np.append(self.cell_of, -1)[self.known.get_indexer(finer.keys)]

    def boundaries(self) -> list[Float[ndarray, "_ 2"]]:
        """Outline of what each location's polygon holds besides those of finer cells in it.

        Closed rings, NaN rows between them, edges straight in longitude and latitude; (0, 2) where
        no polygon is known or finer ones cover it. A finer cell without a polygon, such as a town
        that is a mere point, takes photos but no ground: here the coarser cell still has it. So
        outlines, unlike the cells, may overlap where neighbouring polygons do.
        """
        return polygon_outlines(self._ground)

    def areas_km2(self) -> Float[ndarray, " cells"]:
        """Area in km² of what `boundaries` encloses, NaN where no polygon is known.

        An upper bound for a location with finer cells of unknown ground.
        """
        return polygon_areas_km2(self._ground)

    @cached_property
    def _ground(self) -> Shaped[ndarray, " cells"]:
        return ground_of(self.geometry, self.inside)

    def labels(self) -> list[str]:
        """Keys of the cells' locations."""
        return self.keys.tolist()

    def columns(self) -> dict[str, Any]:
        """Key, the cell around it, keys of all known locations in it, polygon as WKB or None."""
        order = np.argsort(self.cell_of, kind="stable")
        ends = np.searchsorted(self.cell_of[order], np.arange(len(self) + 1))
        members = self.known[order].tolist()
        return {
            "location": self.labels(),
            "inside": self.inside,
            "members": [members[a:b] for a, b in pairwise(ends)],
            "geometry": list(shapely.to_wkb(self.geometry)),
        }

    def attributes(self) -> dict[str, Any]:
        """Known locations in no cell; the geocoder's name, "" for one that a file cannot keep."""
        name = self.geocoder if isinstance(self.geocoder, str) else ATLAS * self.asks_atlas
        return {"classless": self.known[self.cell_of < 0].tolist(), "geocoder": name}

    @classmethod
    def from_columns(cls, table: pd.DataFrame) -> "SemanticCells":
        """Cells of a table with those columns and, under "cells" of its attrs, attributes."""
        missing = [name for name in _COLUMNS if name not in table]
        if missing:
            raise ValueError(f"table: lacks the columns {missing}; found {[*table]}")
        attributes = table.attrs.get("cells", {})
        if not {"classless", "geocoder"} <= attributes.keys():
            raise ValueError(f"table: attrs lack classless, geocoder; found {[*attributes]}")
        members = [*table["members"], attributes["classless"]]
        numbers = [*range(len(table)), -1]
        cell_of = np.repeat(numbers, [len(keys) for keys in members])
        known = pd.Index([key for keys in members for key in keys], dtype=str)
        order = known.argsort()
        return cls(
            keys=pd.Index(table["location"].tolist(), dtype=str),
            known=known[order],
            cell_of=cell_of[order],
            inside=table["inside"].to_numpy(np.int64),
            geometry=shapely.from_wkb(table["geometry"].to_numpy(object)),
            geocoder=attributes["geocoder"] or None,
        )
