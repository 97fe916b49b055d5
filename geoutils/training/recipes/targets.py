"""What a head is asked about each photo: its cell in one or more partitions of a study."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int, Real
from numpy import ndarray

from geoutils.atlas import country_of
from geoutils.known_names import known_name
from geoutils.partitions import Hierarchy, Partition
from geoutils.photos.live_pixels import Pixels
from geoutils.sphere import spherical_mean
from geoutils.training.examples import Examples
from geoutils.training.features import lost_rows

FOLDERS = {"s2": "", "seven": "seven", "tree": "tree", "semantic": "semantic"}  # of hierarchies
PARTITIONS = ("countries", *FOLDERS, "fullest", "cplanet")


@dataclass(frozen=True, eq=False)
class Targets:
    """Classes of every photo of a study at every level of a partition, -1 outside.

    `centers_deg` holds the points of each level's cells. `parents` is the tree above the cells of
    the last level, as `hmc_scores` takes it; None where levels do not nest.
    """

    name: str
    level_names: list[str]
    n_cells: list[int]
    cells: Int[ndarray, "photos levels"]
    centers_deg: list[Float[ndarray, "_ 2"]]
    parents: Int[ndarray, "leaves tree_levels"] | None = None

    def __post_init__(self):
        sizes = {
            "n_cells": len(self.n_cells),
            "cells": self.cells.shape[1],
            "centers_deg": len(self.centers_deg),
        }
        for argument, size in sizes.items():
            if size != len(self.level_names):
                raise ValueError(f"{argument}: {size} for {len(self.level_names)} levels")

    def __repr__(self) -> str:
        levels = zip(self.level_names, self.n_cells, strict=True)
        return f"<Targets {self.name}: {', '.join(f'{name} {n:,}' for name, n in levels)} cells>"

    @property
    def finest(self) -> "Targets":
        """The last level alone, with the tree above it."""
        return replace(
            self,
            level_names=self.level_names[-1:],
            n_cells=self.n_cells[-1:],
            cells=self.cells[:, -1:],
            centers_deg=self.centers_deg[-1:],
        )

    def examples(
        self,
        inputs: Pixels,
        latlon_deg: Real[ndarray, "photos 2"],
        rows: Int[ndarray, " chosen"],
        scenes: Int[ndarray, " photos"] | None = None,
    ) -> Examples:
        """Some photos of the study with their answers; positions and scenes are of all photos.

        Cached features of a photo that could not be read are learned from by nobody.
        """
        cells, chosen = self.cells[rows], None if scenes is None else scenes[rows]
        is_lost = np.isin(rows, lost_rows(inputs))
        if is_lost.any():
            cells[is_lost] = -1
            chosen = None if chosen is None else np.where(is_lost, -1, chosen)
        return Examples.of(inputs, cells, latlon_deg[rows], chosen, rows)


def read_targets(
    name: str,
    folder: str | Path,
    latlon_deg: Real[ndarray, "photos 2"],
    is_train: Bool[ndarray, " photos"],
) -> Targets:
    """Cells of all photos in a study's partition, or in several joined by "+", side by side.

    `name`: countries (those with training photos), s2, seven, tree (its leaves), semantic,
    fullest, cplanet (geoclass sets as levels). `folder` is what notebook 02 wrote. A photo without
    a position lies outside every cell. Levels of joined partitions carry the partition's name.
    Raises ValueError for an unknown name and where the folder lacks a partition.
    """
    parts = [check_partition(part) for part in name.split("+")]
    latlon = np.asarray(latlon_deg, float)
    return joined_targets([_read(part, Path(folder), latlon, is_train) for part in parts])


def joined_targets(parts: Sequence[Targets]) -> Targets:
    """Targets of several partitions side by side, their levels with the partition's name.

    Together they are no tree. One partition stays as it is.
    """
    if len(parts) == 1:
        return parts[0]
    return Targets(
        name="+".join(part.name for part in parts),
        level_names=[_joint_name(part, level) for part in parts for level in part.level_names],
        n_cells=[n for part in parts for n in part.n_cells],
        cells=np.concatenate([part.cells for part in parts], axis=1),
        centers_deg=[centers for part in parts for centers in part.centers_deg],
    )


def targets_of(name: str, hierarchy: Hierarchy, latlon_deg: Float[ndarray, "photos 2"]) -> Targets:
    """Classes of all photos at every level of a hierarchy, or at its leaves where they end apart.

    A photo without a position lies outside every cell. `name` is what recipes call the partition.
    """
    ends_at_last = hierarchy.leaves is hierarchy.levels[-1]
    asked = list(hierarchy.levels) if ends_at_last else [hierarchy.leaves]
    return _of_levels(name, asked, hierarchy.parents, latlon_deg)


def check_partition(name: str) -> str:
    """Return the name of a partition; ValueError, with near matches, if there is none such."""
    return known_name("partition", name, PARTITIONS)


def _read(
    name: str, folder: Path, latlon_deg: Float[ndarray, "photos 2"], is_train: ndarray
) -> Targets:
    if name == "countries":
        return _countries(latlon_deg, is_train)
    if name == "cplanet":
        files = sorted((folder / "cplanet").glob("set_?.parquet"))
        if not files:
            raise ValueError(f"folder: no geoclass sets in {folder / 'cplanet'}; see notebook 02")
        return _of_levels(name, [Partition.load(file) for file in files], None, latlon_deg)
    if name == "fullest":
        file = folder / "fullest" / "fullest.parquet"
        if not file.is_file():
            raise ValueError(f"folder: no {file}; notebook 02 makes it")
        return _of_levels(name, [Partition.load(file)], None, latlon_deg)
    return targets_of(name, Hierarchy.load(folder / FOLDERS[name]), latlon_deg)


def _of_levels(
    name: str,
    levels: list[Partition],
    parents: Int[ndarray, "leaves tree_levels"] | None,
    latlon_deg: Float[ndarray, "photos 2"],
) -> Targets:
    known = np.isfinite(latlon_deg).all(axis=1)
    cells = np.full((len(latlon_deg), len(levels)), -1)
    for number, level in enumerate(levels):
        cells[known, number] = level.assign(latlon_deg[known])
    return Targets(
        name=name,
        level_names=[level.name for level in levels],
        n_cells=[len(level) for level in levels],
        cells=cells,
        centers_deg=[level.centers_deg for level in levels],
        parents=parents,
    )


def _countries(
    latlon_deg: Float[ndarray, "photos 2"], is_train: Bool[ndarray, " photos"]
) -> Targets:
    """Countries in the order of their codes; a photo at sea, or in one never seen, is outside."""
    known = np.isfinite(latlon_deg).all(axis=1)
    codes = np.full(len(latlon_deg), "", dtype="<U2")
    codes[known] = country_of(latlon_deg[known])
    seen, cells = np.unique(codes[is_train & (codes != "")]), np.full(len(codes), -1)
    for number, code in enumerate(seen):
        cells[codes == code] = number
    learned = is_train & (cells >= 0)
    return Targets(
        name="countries",
        level_names=["countries"],
        n_cells=[len(seen)],
        cells=cells[:, None],
        centers_deg=[spherical_mean(latlon_deg[learned], cells[learned], len(seen))],
    )


def _joint_name(part: Targets, level: str) -> str:
    return level if level == part.name else f"{part.name}_{level}"
