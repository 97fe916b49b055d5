"""The partitions whose cells a trained head scores."""

from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Int
from numpy import ndarray

from geoutils.models import Head
from geoutils.partitions import Hierarchy, Partition
from geoutils.training.recipes.recipe import Recipe
from geoutils.training.recipes.targets import FOLDERS


@dataclass(frozen=True, eq=False)
class CellLevels:
    """Partitions whose cells a head scores, coarse → fine (or sets, side by side).

    `parents` leads from the last level's cells to all levels; None where levels do not nest or
    there is one alone.
    """

    levels: tuple[Partition, ...]
    parents: Int[ndarray, "cells levels"] | None

    @property
    def names(self) -> list[str]:
        """Names of the levels."""
        return [level.name for level in self.levels]

    @property
    def n_cells(self) -> list[int]:
        """Number of cells of each level."""
        return [len(level) for level in self.levels]

    @property
    def finest(self) -> Partition:
        """The last level."""
        return self.levels[-1]


def cell_levels(partitions: str | Path, recipe: Recipe) -> CellLevels:
    """Partitions that a recipe's head scores, from the folder that notebook 02 wrote.

    Raises ValueError for countries and joined partitions, whose cells are no way to answer with.
    """
    name, folder = recipe.partition, Path(partitions)
    parents = None
    if name in FOLDERS:
        hierarchy = Hierarchy.load(folder / FOLDERS[name])
        ends_at_last = hierarchy.leaves is hierarchy.levels[-1]
        levels = hierarchy.levels if ends_at_last else (hierarchy.leaves,)
        parents = hierarchy.parents
    elif name == "cplanet":
        levels = tuple(map(Partition.load, sorted((folder / name).glob("set_?.parquet"))))
    elif name == "fullest":
        levels = (Partition.load(folder / name / f"{name}.parquet"),)
    else:
        raise ValueError(
            f"recipe: {recipe.name} is over {name!r}; expected one partition of small cells"
        )
    levels = levels[-1:] if Head.kinds[recipe.head].asks_finest else levels
    return CellLevels(tuple(levels), parents if len(levels) > 1 else None)
