"""Partitions whose classes are unions of S2 cells, near each other or far apart."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real, UInt64
from numpy import ndarray

from geoutils import s2
from geoutils.hilbert import MAX_LEVEL
from geoutils.partitions.cells import Cells, require_columns
from geoutils.partitions.s2_cells import S2Cells

_GAP = np.full((1, 2), np.nan)  # between two rings of one outline


@dataclass(frozen=True, eq=False)
class S2Unions(Cells):
    """Classes made of disjoint S2 cells: piece `i`, the cell `ids[i]`, belongs to `owners[i]`.

    Classes count from 0 and each has a piece. ValueError otherwise, or for pieces that overlap.
    """

    ids: UInt64[ndarray, " pieces"]
    owners: Int[ndarray, " owners"]
    kind: ClassVar[str] = "s2_union"

    def __post_init__(self):
        if len(self.ids) != len(self.owners):
            raise ValueError(f"owners: {len(self.owners)} for {len(self.ids)} pieces")
        found = np.unique(self.owners)
        if not np.array_equal(found, np.arange(len(found))):
            raise ValueError("owners: classes do not count from 0 without gaps")
        S2Cells(self.ids)  # raises for numbers that are no cells, and for cells that overlap

    def __len__(self) -> int:
        return int(self.owners.max(initial=-1)) + 1

    @cached_property
    def _whole(self) -> tuple[S2Cells, Int[ndarray, " pieces"]]:
        """Fewest pieces that make the same classes, in order along the curve, and their owners.

        Four children of one cell that belong to one class become that cell. A cell inside a class
        is then inside one piece of it.
        """
        ids, owners = self.ids, self.owners.astype(np.uint64)
        for level in range(MAX_LEVEL, 0, -1):
            members = np.flatnonzero(s2.levels(ids) == level)
            if len(members) == 0:
                continue
            above = np.stack([s2.parents(ids[members], level - 1), owners[members]], axis=1)
            pairs, place, size = np.unique(above, axis=0, return_inverse=True, return_counts=True)
            complete = pairs[size == 4]
            rest = np.ones(len(ids), dtype=bool)
            rest[members] = size[place] < 4
            ids = np.concatenate([ids[rest], complete[:, 0]])
            owners = np.concatenate([owners[rest], complete[:, 1]])
        order = np.argsort(ids)
        return S2Cells(ids[order]), owners[order].astype(np.int64)

    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, " photos"]:
        """Class of each location, -1 outside; ValueError for locations out of range or NaN."""
        pieces, owners = self._whole
        return _owner_of(pieces.assign(latlon_deg), owners)

    def parents_of(self, finer: Cells) -> Int[ndarray, " finer"]:
        """Class that contains each finer S2 cell or union whole, -1 where none does."""
        pieces, owners = self._whole
        if isinstance(finer, S2Cells):
            return _owner_of(pieces.parents_of(finer), owners)
        if not isinstance(finer, S2Unions):
            raise ValueError(f"finer: cells of kind {finer.kind!r} do not nest in unions of S2")
        finer_pieces, finer_owners = finer._whole
        around = _owner_of(pieces.parents_of(finer_pieces), owners)
        least, most = np.full(len(finer), len(self)), np.full(len(finer), -1)
        np.minimum.at(least, finer_owners, around)
        np.maximum.at(most, finer_owners, around)
        return np.where(least == most, least, -1)

    def boundaries(self) -> list[Float[ndarray, "_ 2"]]:
        """Outlines of each class's pieces, with a row of NaN between two."""
        pieces, owners = self._whole
        rings: list = [[] for _ in range(len(self))]
        for owner, ring in zip(owners, pieces.boundaries(), strict=True):
            rings[owner] += [_GAP, ring]
        return [np.concatenate(parts[1:]) for parts in rings]

    def areas_km2(self) -> Float[ndarray, " cells"]:
        """Area of each class in km²."""
        return np.bincount(self.owners, s2.areas_km2(self.ids), len(self))

    def labels(self) -> list[str]:
        """Token of each class's first piece along the curve, and how many more pieces it has."""
        pieces, owners = self._whole
        _, first, size = np.unique(owners, return_index=True, return_counts=True)
        tokens = s2.tokens(pieces.ids[first])
        return [t if n == 1 else f"{t}+{n - 1}" for t, n in zip(tokens, size, strict=True)]

    def columns(self) -> dict[str, Any]:
        """Tokens of each class's pieces, with spaces between them."""
        pieces, owners = self._whole
        tokens: list = [[] for _ in range(len(self))]
        for owner, token in zip(owners, s2.tokens(pieces.ids), strict=True):
            tokens[owner].append(token)
        return {"tokens": [" ".join(row) for row in tokens]}

    @classmethod
    def from_columns(cls, table: pd.DataFrame) -> "S2Unions":
        """Classes from a column of tokens with spaces between them."""
        require_columns(table, ["tokens"])
        rows = [text.split() for text in table["tokens"]]
        owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        return cls(s2.from_tokens([token for row in rows for token in row]), owners)


def _owner_of(pieces: Int[ndarray, " n"], owners: Int[ndarray, " pieces"]) -> Int[ndarray, " n"]:
    return np.append(owners, -1)[pieces]  # no piece is -1, and so is its owner
