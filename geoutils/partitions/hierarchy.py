"""Levels of cells, coarse to fine, and which coarse cells each fine cell lies in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils.files import replacing
from geoutils.partitions.partition import Partition

_INDEX = "hierarchy.json"


@dataclass(frozen=True, repr=False, eq=False)
class Hierarchy:
    """Partitions coarse -> fine; `parents[c, h]` is the cell of level h that holds finest cell c.

    -1 stands where a cell has no ancestor at a level.
    """

    levels: tuple[Partition, ...]
    parents: Int[ndarray, "cells levels"]

    def __post_init__(self):
        if self.parents.shape[1] != len(self.levels):
            raise ValueError(
                f"parents: {self.parents.shape[1]} columns for {len(self.levels)} levels"
            )
        for level, column in zip(self.levels, self.parents.T, strict=True):
            if column.min(initial=0) < -1 or column.max(initial=-1) >= len(level):
                raise ValueError(
                    f"parents: {column.min()} … {column.max()} at level {level.name!r}, "
                    f"which has cells 0 … {len(level) - 1}"
                )

    def __repr__(self) -> str:
        levels = " → ".join(f"{level.name} {len(level):,}" for level in self.levels)
        return f"<Hierarchy {levels} cells>"

    @classmethod
    def of(cls, levels: Sequence[Partition]) -> "Hierarchy":
        """Hierarchy of partitions given coarse -> fine; every cell is found in the coarser ones.

        ValueError without levels or for two levels of one name.
        """
        names = [level.name for level in levels]
        if not names or len(set(names)) != len(names):
            raise ValueError(f"levels: got {names}, expected one or more of distinct names")
        finest = levels[-1]
        columns = [level.cells.parents_of(finest.cells) for level in levels]
        return cls(tuple(levels), np.stack(columns, axis=1))

    @property
    def level_names(self) -> list[str]:
        """Names of the levels, coarse to fine."""
        return [level.name for level in self.levels]

    @property
    def n_cells(self) -> list[int]:
        """Number of cells of each level, coarse to fine."""
        return [len(level) for level in self.levels]

    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, "photos levels"]:
        """Class of each photo at each level, -1 outside."""
        return np.stack([level.assign(latlon_deg) for level in self.levels], axis=1)

    def save(self, folder: str | Path) -> None:
        """Write <level>.parquet for each level, then hierarchy.json with their names in order."""
        for level in self.levels:
            level.save(Path(folder) / f"{level.name}.parquet")
        with replacing(Path(folder) / _INDEX) as temporary:
            temporary.write_text(json.dumps({"levels": self.level_names}, indent=2) + "\n")

    @classmethod
    def load(cls, folder: str | Path) -> "Hierarchy":
        """Read what `save` wrote; parents are worked out anew, so a level may be replaced."""
        index = Path(folder) / _INDEX
        if not index.is_file():
            raise ValueError(f"folder: no {_INDEX} in {folder}; notebook 02 makes it")
        names = json.loads(index.read_text())["levels"]
        return cls.of([Partition.load(index.parent / f"{name}.parquet") for name in names])
