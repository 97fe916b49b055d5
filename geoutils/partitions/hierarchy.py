"""Levels of cells, coarse to fine, and which coarse cells each fine cell lies in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils.files import replacing
from geoutils.partitions.partition import Partition, checked_file_name

_INDEX = "hierarchy.json"


@dataclass(frozen=True, repr=False, eq=False)
class Hierarchy:
    """Partitions coarse -> fine; `parents[c, h]` is the cell of level h that holds finest cell c.

    -1 stands where a cell has no ancestor at a level. `leaves` is the partition of the finest
    cells: the last level unless another is given, as for a tree whose leaves end at different
    depths.
    """

    levels: tuple[Partition, ...]
    parents: Int[ndarray, "cells levels"]
    leaves: Partition | None = None

    def __post_init__(self):
        if not self.levels:
            raise ValueError("levels: none; expected one or more")
        if self.leaves is None:
            object.__setattr__(self, "leaves", self.levels[-1])
        if self.parents.shape[1] != len(self.levels):
            raise ValueError(
                f"parents: {self.parents.shape[1]} columns for {len(self.levels)} levels"
            )
        if len(self.parents) != len(self.leaves):
            raise ValueError(
                f"parents: {len(self.parents)} rows for {len(self.leaves)} cells of "
                f"{self.leaves.name!r}"
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
    def of(cls, levels: Sequence[Partition], leaves: Partition | None = None) -> "Hierarchy":
        """Hierarchy of partitions given coarse -> fine; every leaf is found in all of them.

        The leaves are the last level's cells unless given. ValueError without levels, for two
        partitions of one name, for kinds of cells that do not nest, and for a level with a cell
        that lies in a leaf and holds none: it is finer than the leaves. A cell from which all
        leaves were dropped is no such cell. Levels above the leaves may cut across each other, as
        sets of geoclasses do.
        """
        names = [level.name for level in levels] + ([] if leaves is None else [leaves.name])
        if not levels or len(set(names)) != len(names):
            raise ValueError(f"levels: got {names}, expected one or more of distinct names")
        finest = levels[-1] if leaves is None else leaves
        columns = [level.cells.parents_of(finest.cells) for level in levels]
        for level, column in zip(levels, columns, strict=True):
            astray = finest.cells.parents_of(level.cells) >= 0
            astray[column[column >= 0]] = False
            if astray.any():
                cell = level.cells.labels()[int(astray.argmax())]
                raise ValueError(
                    f"levels: got {names}, expected coarse to fine, but {astray.sum()} of "
                    f"{len(level)} cells of {level.name!r} are finer than those of "
                    f"{finest.name!r}, such as {cell}"
                )
        return cls(tuple(levels), np.stack(columns, axis=1), finest)

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
        """Write <name>.parquet for each level and for leaves of their own, then hierarchy.json.

        ValueError, and nothing written, for a name that cannot be a file's.
        """
        index = {"levels": self.level_names}
        partitions = list(self.levels)
        if self.leaves is not self.levels[-1]:
            index["leaves"] = self.leaves.name
            partitions.append(self.leaves)
        for partition in partitions:
            checked_file_name(partition.name)
        for partition in partitions:
            partition.save(Path(folder) / f"{partition.name}.parquet")
        with replacing(Path(folder) / _INDEX) as temporary:
            temporary.write_text(json.dumps(index, indent=2) + "\n")

    @classmethod
    def load(cls, folder: str | Path) -> "Hierarchy":
        """Read what `save` wrote; parents are worked out anew, so a level may be replaced.

        ValueError, with the file's name, for an index or a level that `save` did not write.
        """
        path = Path(folder) / _INDEX
        if not path.is_file():
            raise ValueError(f"folder: no {_INDEX} in {folder}; notebook 02 makes it")
        *names, leaves = _read_index(path)
        try:
            levels = [Partition.load(path.parent / f"{name}.parquet") for name in names]
            last = None if leaves is None else Partition.load(path.parent / f"{leaves}.parquet")
        except FileNotFoundError as error:
            raise ValueError(f"folder: {path} lists a level without its file ({error})") from None
        return cls.of(levels, last)


def _read_index(path: Path) -> list[str | None]:
    """Names of the levels that hierarchy.json lists, then of leaves of their own or None."""
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"folder: {path} is no JSON ({error})") from error
    names = index.get("levels") if isinstance(index, dict) else None
    if not isinstance(names, list) or not names:
        raise ValueError(f'folder: {path} is no list of levels; expected {{"levels": [names]}}')
    leaves = index.get("leaves")
    for name in names if leaves is None else [*names, leaves]:
        try:
            checked_file_name(name)
        except ValueError as error:
            raise ValueError(f"folder: {path} is no list of levels ({error})") from error
    return [*names, leaves]
