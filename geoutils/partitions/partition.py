"""A partition: cells on the Earth, and what the training photos say about each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.files import replacing
from geoutils.partitions.cells import Cells
from geoutils.sphere import checked_latlon


@dataclass(frozen=True, repr=False, eq=False)
class Partition:
    """Disjoint cells; class `i` of a model is cell `i`.

    `centers_deg` is the point that stands for a cell (the spherical mean of its training
    photos), `counts` how many of them it holds, `names` what to call it.
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
        photos = f"{self.counts.sum():,} photos"
        return f"<Partition {self.name}: {len(self):,} {self.cells.kind} cells, {photos}>"

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
        """Write the table as Parquet; the partition's name and kind go into its metadata."""
        table = self.table()
        table.attrs = {"partition": self.name, "kind": self.cells.kind}
        table.attrs["cells"] = self.cells.attributes()
        with replacing(path) as temporary:
            table.to_parquet(temporary, index=False)

    @classmethod
    def load(cls, path: str | Path) -> "Partition":
        """Read what `save` wrote; ValueError for a Parquet file that is no partition."""
        table = pd.read_parquet(path)
        kind = table.attrs.get("kind")
        if kind not in Cells.kinds:
            known = sorted(Cells.kinds)
            raise ValueError(f"path: {path} holds no partition (kind {kind!r}, known: {known})")
        return cls(
            name=table.attrs["partition"],
            cells=Cells.kinds[kind].from_columns(table),
            centers_deg=table[["latitude", "longitude"]].to_numpy(np.float64),
            counts=table["photos"].to_numpy(np.int64),
            names=table["name"].tolist(),
        )

    @classmethod
    def read_csv(cls, path: str | Path, name: str = "") -> "Partition":
        """Read S2 cells in the published format; see `published.read_cells_csv`."""
        return _published().read_cells_csv(path, name)

    def write_csv(self, path: str | Path) -> None:
        """Write S2 cells in the published format; see `published.write_cells_csv`."""
        _published().write_cells_csv(self, path)


def _published():
    from geoutils.partitions import published  # which itself needs this file

    return published
