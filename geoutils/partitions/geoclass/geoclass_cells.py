"""Geoclasses: unions of base cells, and of the empty ground that belongs to them (CPlaNet)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils import s2
from geoutils.partitions.cells import Cells, require_columns
from geoutils.partitions.geoclass.base_cells import BaseCells
from geoutils.partitions.geoclass.union_outlines import union_outlines
from geoutils.sphere import EARTH_RADIUS_KM, latlon_of

_VECTOR = ["base_x", "base_y", "base_z"]


@dataclass(frozen=True, eq=False)
class GeoclassCells(Cells):
    """Unions of base cells that share out all of them: base cell b belongs to `class_of_base[b]`.

    Classes that come from combining sets keep what they are made of: `tuples[c, k]` is the class
    of set `set_names[k]` that holds class c, -1 where that set leaves the ground out, and
    `set_sizes[k]` the number of its classes. A single set has no columns.
    """

    base: BaseCells
    class_of_base: Int[ndarray, " base"]
    tuples: Int[ndarray, "cells sets"]
    set_names: tuple[str, ...] = ()
    set_sizes: tuple[int, ...] = ()
    kind: ClassVar[str] = "geoclass"

    def __post_init__(self):
        if len(self.class_of_base) != len(self.base):
            raise ValueError(
                f"class_of_base: {len(self.class_of_base)} for {len(self.base)} base cells"
            )
        used = np.unique(self.class_of_base)
        if not np.array_equal(used, np.arange(len(self))):
            raise ValueError(
                f"class_of_base: {len(used)} classes used, expected 0 … {len(self) - 1}"
            )
        if not len(self.set_names) == len(self.set_sizes) == self.tuples.shape[1]:
            raise ValueError(f"tuples: {self.tuples.shape[1]} columns for sets {self.set_names}")

    def __len__(self) -> int:
        return len(self.tuples)

    @property
    def n_images(self) -> Int[ndarray, " cells"]:
        """Number of training images of each class."""
        return self._summed(self.base.n_images).astype(np.int64)

    @property
    def n_nonempty(self) -> Int[ndarray, " cells"]:
        """Number of base cells (non-empty S2 cells) of each class."""
        return np.bincount(self.class_of_base, minlength=len(self))

    @property
    def n_cells(self) -> Float[ndarray, " cells"]:
        """Number of S2 cells of the base level of each class, empty ones too; not whole."""
        return self._summed(self.base.n_cells)

    @property
    def points_deg(self) -> Float[ndarray, "cells 2"]:
        """Spherical mean of each class's images; its fullest base cell's where they cancel out."""
        vectors = np.stack([self._summed(axis) for axis in self.base.vector_sums.T], axis=1)
        points = latlon_of(vectors)
        for c in np.flatnonzero(np.linalg.norm(vectors, axis=1) <= 1e-12 * self.n_images):
            members = np.flatnonzero(self.class_of_base == c)
            points[c] = self.base.points_deg[members[self.base.n_images[members].argmax()]]
        return points

    def weights_of_set(self, column: int, weights: Real[ndarray, " cells"]) -> Float[ndarray, " _"]:
        """Sum of a weight of these classes (such as `n_cells`) over each class of one set."""
        inside = self.tuples[:, column] >= 0
        size = self.set_sizes[column]
        return np.bincount(self.tuples[inside, column], weights[inside], minlength=size)

    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, " photos"]:
        """Class of each location; there is one everywhere. ValueError out of range or for NaN.

        A location in an empty S2 cell belongs to the nearest base cell, by the cells' centres.
        """
        return self.class_of_base[self.base.nearest(latlon_deg)]

    def parents_of(self, finer: Cells) -> Int[ndarray, " finer"]:
        """Class that holds each finer class whole, -1 where none does; both of one base graph."""
        if not isinstance(finer, GeoclassCells) or not self.base.same_as(finer.base):
            raise ValueError(f"finer: {finer.kind!r} cells that are not unions of the same base")
        lowest, highest = np.full(len(finer), len(self)), np.full(len(finer), -1)
        np.minimum.at(lowest, finer.class_of_base, self.class_of_base)
        np.maximum.at(highest, finer.class_of_base, self.class_of_base)
        return np.where(lowest == highest, lowest, -1)

    def boundaries(self) -> list[Float[ndarray, "_ 2"]]:
        """Outline of each class; a place inside an odd number of its rings belongs to it.

        The outline of the ground nearest to the class's base cells. `assign` goes by whole S2
        cells, so along a border the two differ by up to half an S2 cell's diagonal (0.4 km at
        level 14).
        """
        return union_outlines(self.base.voronoi, self.class_of_base, len(self))

    def areas_km2(self) -> Float[ndarray, " cells"]:
        """Area nearest to the base cells of each class, in km²; together the whole Earth."""
        mean_cell = 4 * np.pi * EARTH_RADIUS_KM**2 / (6 * 4**self.base.level)
        return self.n_cells * mean_cell

    def labels(self) -> list[str]:
        """The tuple of a combined class; else the token of the first base cell and how many more.

        Tokens go along the Hilbert curve of S2.
        """
        if self.set_names:
            return ["/".join(map(str, row)) for row in self.tuples.tolist()]
        first = np.unique(self.class_of_base, return_index=True)[1]
        more = (self.n_nonempty - 1).tolist()
        tokens = s2.tokens(self.base.ids[first])
        return [f"{token}+{n}" if n else token for token, n in zip(tokens, more, strict=True)]

    def columns(self) -> dict[str, Any]:
        """Base cells of each class (ids, images, S2 cells, summed vectors) as lists, and weights.

        The tuple of a combined class is one column per set.
        """
        order = np.argsort(self.class_of_base, kind="stable")
        stops = np.cumsum(self.n_nonempty)[:-1]
        base = {"base_ids": self.base.ids, "base_images": self.base.n_images}
        base |= {"base_n_cells": self.base.n_cells}
        base |= dict(zip(_VECTOR, self.base.vector_sums.T, strict=True))
        lists = {name: np.split(values[order], stops) for name, values in base.items()}
        weights = {"n_nonempty": self.n_nonempty, "n_cells": self.n_cells}
        sets = {f"class_{k}": column for k, column in enumerate(self.tuples.T)}
        return weights | sets | lists

    def attributes(self) -> dict[str, Any]:
        """Names and sizes of the sets that were combined."""
        return {"set_names": list(self.set_names), "set_sizes": list(self.set_sizes)}

    @classmethod
    def from_columns(cls, table: pd.DataFrame) -> "GeoclassCells":
        """Classes from the columns and attributes above."""
        sets = table.attrs.get("cells", {})
        if not {"set_names", "set_sizes"} <= sets.keys():
            raise ValueError(f"table: attrs lack set_names, set_sizes; found {[*sets]}")
        classes = [f"class_{k}" for k in range(len(sets["set_names"]))]
        lists = ["base_ids", "base_images", "base_n_cells", *_VECTOR]
        require_columns(table, [*lists, *classes])
        lengths = table["base_ids"].map(len).to_numpy()
        # Row by row: lists of low and of high ids together would become floats, which round them.
        ids = np.concatenate([np.asarray(row, np.uint64) for row in table["base_ids"]])
        order = np.argsort(ids)

        def flat(name: str, dtype: type) -> ndarray:
            return np.concatenate(table[name].tolist()).astype(dtype)[order]

        vectors = np.stack([flat(name, np.float64) for name in _VECTOR], axis=1)
        images, cells = flat("base_images", np.int64), flat("base_n_cells", np.float64)
        tuples = [table[name].to_numpy(np.int64) for name in classes]
        return cls(
            base=BaseCells(ids[order], images, cells, vectors),
            class_of_base=np.repeat(np.arange(len(table)), lengths)[order],
            tuples=np.stack(tuples, axis=1) if tuples else np.empty((len(table), 0), np.int64),
            set_names=tuple(sets["set_names"]),
            set_sizes=tuple(sets["set_sizes"]),
        )

    def _summed(self, values: Real[ndarray, " base"]) -> Float[ndarray, " cells"]:
        return np.bincount(self.class_of_base, values, minlength=len(self))
