"""What every kind of cell can do: say whose ground a location is, and where the ground lies."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray


class Cells(ABC):
    """The ground of a partition, without the photos: cells numbered 0 … n - 1.

    Kinds differ in how they find a location's cell (a number range, an address, the nearest
    base cell) and in what shape cells have; `Partition` holds any of them.
    """

    kind: ClassVar[str]  # stands in saved files and chooses the class that reads them
    kinds: ClassVar[dict[str, type["Cells"]]] = {}

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        Cells.kinds[cls.kind] = cls

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, " photos"]:
        """Cell of each location, -1 outside all of them."""

    @abstractmethod
    def parents_of(self, finer: "Cells") -> Int[ndarray, " finer"]:
        """Cell of this kind that contains each of the finer cells whole, -1 where none does."""

    @abstractmethod
    def boundaries(self) -> list[Float[ndarray, "_ 2"]]:
        """Outline of each cell as closed rings of locations, NaN rows between rings."""

    @abstractmethod
    def areas_km2(self) -> Float[ndarray, " cells"]:
        """Area of each cell in km²."""

    @abstractmethod
    def labels(self) -> list[str]:
        """A short distinct label of each cell, used as its name until it gets a better one."""

    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """Columns of a table, one row per cell, from which `from_columns` makes the cells again."""

    def attributes(self) -> dict[str, Any]:
        """What else makes the cells, for all of them together: strings, numbers, lists of them.

        A saved table holds it under "cells" of its `attrs`, where `from_columns` finds it.
        """
        return {}

    @classmethod
    @abstractmethod
    def from_columns(cls, table: pd.DataFrame) -> "Cells":
        """Cells of a table that has those columns, maybe among others."""


def require_columns(table: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise a ValueError that names all columns which the table lacks."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"table: lacks the columns {missing}; found {[*table]}")
