"""A partition: cells on the Earth, and what the training photos say about each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.files import replacing
from geoutils.parquet import read_parquet
from geoutils.partitions.cells import Cells, require_columns
from geoutils.sphere import checked_latlon

_COLUMNS = ["photos", "name", "latitude", "longitude"]  # besides those that make the cells


@dataclass(frozen=True, repr=False, eq=False)
class Partition:
    """Disjoint cells; class `i` of a model is cell `i`.

    `centers_deg` is the point that stands for a cell (the spherical mean of its training
    photos), `counts` how many of them it holds, `names` what to call it. Where nobody counted
    the photos, all counts are 0 (`is_counted`).
    """

    name: str
    cells: Cells
    centers_deg: Float[ndarray, "cells 2"]
    counts: Int[ndarray, " cells"]
    names: Sequence[str]

    def __post_init__(self):
        sizes = {"centers_deg": len(self.centers_deg), "counts": len(self.counts)}
        for argument, size in (sizes | {"names": len(self.names)}).items():
            if size != len(self.cells):
                raise ValueError(f"{argument}: {size} for {len(self.cells)} cells of {self.name!r}")
        checked_latlon(self.centers_deg, "centers_deg")
        if (self.counts < 0).any():
            raise ValueError(f"counts: found {self.counts.min()}, expected 0 or more")

    def __len__(self) -> int:
        return len(self.cells)

    def __repr__(self) -> str:
        photos = f"{self.counts.sum():,} photos" if self.is_counted else "photos not counted"
        return f"<Partition {self.name}: {len(self):,} {self.cells.kind} cells, {photos}>"

    @property
    def is_counted(self) -> bool:
        """Whether `counts` say anything: zeros throughout stand for photos that nobody counted."""
        return bool(self.counts.any())

    def assign(self, latlon_deg: Real[ndarray, "photos 2"]) -> Int[ndarray, " photos"]:
        """Class of each photo by its location, -1 outside every cell (such as dropped ones)."""
        return self.cells.assign(latlon_deg)

    def boundaries(self) -> list[Float[ndarray, "_ 2"]]:
        """Outline of each cell as closed rings of locations, NaN rows between rings."""
        return self.cells.boundaries()

    def areas_km2(self) -> Float[ndarray, " cells"]:
        """Area of each cell in km²."""
        return self.cells.areas_km2()

    def with_names(self, names: Sequence[str]) -> "Partition":
        """Return the same partition with other names of its cells."""
        return replace(self, names=list(names))

    def table(self) -> pd.DataFrame:
        """One row per cell: class, what makes its kind (for S2 the token), photos, point, name."""
        return pd.DataFrame(
            {"cell": np.arange(len(self))}
            | self.cells.columns()
            | {"photos": self.counts, "name": list(self.names)}
            | {"latitude": self.centers_deg[:, 0], "longitude": self.centers_deg[:, 1]}
        )

    def save(self, path: str | Path) -> None:
        """Write the table as Parquet; the partition's name and kind go into its metadata.

        ValueError for a name that cannot be a file's, as `Hierarchy.save` makes it one.
        """
        checked_file_name(self.name)
        table = self.table()
        table.attrs = {"partition": self.name, "kind": self.cells.kind}
        table.attrs["cells"] = self.cells.attributes()
        with replacing(path) as temporary:
            table.to_parquet(temporary, index=False)

    @classmethod
    def load(cls, path: str | Path) -> "Partition":
        """Read what `save` wrote; ValueError, with the path, for a file that is no partition."""
        try:
            table = read_parquet(path)
        except FileNotFoundError:
            raise
        except ValueError as error:
            raise ValueError(f"path: {path} is no Parquet file ({_one_line(error)})") from error
        kind = table.attrs.get("kind")
        if kind not in Cells.kinds:
            known = sorted(Cells.kinds)
            raise ValueError(f"path: {path} holds no partition (kind {kind!r}, known: {known})")
        try:
            require_columns(table, _COLUMNS)
            return cls(
                name=str(table.attrs.get("partition", Path(path).stem)),
                cells=Cells.kinds[kind].from_columns(table),
                centers_deg=table[["latitude", "longitude"]].to_numpy(np.float64),
                counts=table["photos"].to_numpy(np.int64),
                names=table["name"].tolist(),
            )
        except (ValueError, TypeError) as error:
            raise ValueError(f"path: {path} holds no partition ({error})") from error

    @classmethod
    def read_csv(cls, path: str | Path, name: str = "") -> "Partition":
        """Read S2 cells in the published format; see `published.read_cells_csv`."""
        return _published().read_cells_csv(path, name)

    def write_csv(self, path: str | Path, preamble: bool = False) -> None:
        """Write S2 cells in the published format; see `published.write_cells_csv`."""
        _published().write_cells_csv(self, path, preamble)


def checked_file_name(name: object) -> str:
    """Return a partition's name; ValueError where no file in a folder can have it."""
    if not isinstance(name, str) or not name or set(name) & set("/\\\0"):
        raise ValueError(
            f"name: {name!r} cannot name a file; expected a text without slashes of either kind"
        )
    return name


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _published():
    from geoutils.partitions import published  # which itself needs this file

    return published
