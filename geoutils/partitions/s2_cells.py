"""Partitions made of S2 cells of any levels that do not overlap."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real, UInt64
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.cells import Cells, require_columns

_FACE_POINTS = 64  # along the edge of a cube face; a quarter of the Earth's way round
_MARKS = np.uint64(0x1555555555555555)  # bits that can be the lowest one of an id


@dataclass(frozen=True, eq=False)
class S2Cells(Cells):
    """Disjoint S2 cells; cell `i` is the one with id `ids[i]`, in any order.

    ValueError for numbers that are no S2 cell's id, and for cells that overlap.
    """

    ids: UInt64[ndarray, " cells"]
    kind: ClassVar[str] = "s2"

    def __post_init__(self):
        mark = self.ids & (~self.ids + np.uint64(1))  # the lowest bit, which tells the level
        valid = (self.ids >> np.uint64(61) < 6) & (mark & _MARKS != 0)
        if not valid.all():
            bad = int(self.ids[int((~valid).argmax())])
            raise ValueError(f"ids: {bad:#018x} is no S2 cell")
        first, last = self._ranges
        overlap = last[:-1] >= first[1:]
        if overlap.any():
            at = self._order[int(overlap.argmax()) :][:2]
            a, b = s2.tokens(self.ids[at])
            raise ValueError(f"ids: cells {a} and {b} overlap; a partition's cells are disjoint")

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _order(self) -> Int[ndarray, " cells"]:
        # Of two cells, one inside the other, the larger starts first or both start together.
        return np.argsort(s2.id_ranges(self.ids)[0], kind="stable")

    @cached_property
    def _ranges(self) -> tuple[UInt64[ndarray, " cells"], UInt64[ndarray, " cells"]]:
        return s2.id_ranges(self.ids[self._order])

    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, " photos"]:
        """Cell of each location, -1 outside; ValueError for locations out of range or NaN."""
        return self._holding(s2.cell_ids(latlon_deg))

    def _holding(self, ids: UInt64[ndarray, " n"]) -> Int[ndarray, " n"]:
        """Cell that contains each S2 cell of any level, -1 if none does: one binary search."""
        if len(self) == 0:
            return np.full(len(ids), -1)
        first, last = self._ranges
        place = np.minimum(np.searchsorted(last, ids), len(self) - 1)
        inside = (first[place] <= ids) & (ids <= last[place])
        return np.where(inside, self._order[place], -1)

    def parents_of(self, finer: Cells) -> Int[ndarray, " finer"]:
        """Cell that contains each finer S2 cell or union whole, -1 where none does."""
        if isinstance(finer, S2Cells):
            return self._holding(finer.ids)
        from geoutils.partitions.adaptive.s2_unions import S2Unions  # which itself needs this file

        if not isinstance(finer, S2Unions):
            raise ValueError(f"finer: cells of kind {finer.kind!r} do not nest in S2 cells")
        return S2Unions(self.ids, np.arange(len(self))).parents_of(finer)

    def boundaries(self) -> list[Float[ndarray, "_ 2"]]:
        """Outline of each cell, counter-clockwise; large cells get more points along an edge."""
        outlines: list = [None] * len(self)
        levels = s2.levels(self.ids)
        for level in np.unique(levels):
            members = np.flatnonzero(levels == level)
            points = max(4, _FACE_POINTS >> int(level))
            for cell, ring in zip(members, s2.boundaries(self.ids[members], points), strict=True):
                outlines[cell] = ring
        return outlines

    def areas_km2(self) -> Float[ndarray, " cells"]:
        """Area of each cell in km²."""
        return s2.areas_km2(self.ids)

    def labels(self) -> list[str]:
        """S2 tokens."""
        return s2.tokens(self.ids)

    def columns(self) -> dict[str, Any]:
        """Tokens; they name the cells completely."""
        return {"token": s2.tokens(self.ids)}

    @classmethod
    def from_columns(cls, table: pd.DataFrame) -> "S2Cells":
        """Cells from a column of tokens."""
        require_columns(table, ["token"])
        return cls(s2.from_tokens(table["token"].tolist()))
