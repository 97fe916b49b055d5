"""The background collection: training photos to compare with, kept sorted by cell.

The photos of a cell lie together, so a search within a cell reads its own rows and no others,
whether the embeddings are in memory or in a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Real
from numpy import ndarray

from geoutils.array_files import create_array, write_rows
from geoutils.files import replacing
from geoutils.sphere import checked_latlon

CHUNK = 64_000_000  # numbers of embeddings held in memory at once
_EMBEDDINGS, _PHOTOS = "embeddings.npy", "photos.parquet"


def placeable(
    predicted: Int[ndarray, " photos"], truth: Int[ndarray, " photos"]
) -> Bool[ndarray, " photos"]:
    """Whether the classifier puts each training photo in its own cell; never outside the cells.

    Kordopatis-Zilos et al., section 3.3.3.

    >>> placeable(np.array([3, 2, -1]), np.array([3, 1, -1]))
    array([ True, False, False])
    """
    return (predicted == truth) & (truth >= 0)


@dataclass(frozen=True, eq=False)
class Background:
    """Photos of known position, sorted by cell: those of cell c are `starts[c]` … `starts[c + 1]`.

    `embeddings` are unit vectors (zeros for a photo without features), `rows` says which row of
    the collection it was made from each photo is. Within a cell photos keep the order of `rows`.
    """

    embeddings: Float[ndarray, "photos features"]
    latlon_deg: Float[ndarray, "photos 2"]
    rows: Int[ndarray, " photos"]
    starts: Int[ndarray, " bounds"]

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        gigabytes = self.embeddings.nbytes / 1e9
        return f"<Background: {len(self):,} photos in {self.n_cells:,} cells, {gigabytes:.2f} GB>"

    @property
    def n_cells(self) -> int:
        """Number of cells, those without photos included."""
        return len(self.starts) - 1

    @property
    def counts(self) -> Int[ndarray, " cells"]:
        """Number of photos of each cell."""
        return np.diff(self.starts)

    def span(self, cell: int) -> slice:
        """The photos of one cell."""
        return slice(int(self.starts[cell]), int(self.starts[cell + 1]))

    @classmethod
    def of(
        cls,
        embeddings: Real[ndarray, "photos features"],
        latlon_deg: Real[ndarray, "positions 2"],
        cells: Int[ndarray, " labels"],
        n_cells: int,
        chosen: Bool[ndarray, " choices"] | None = None,
    ) -> "Background":
        """Take the chosen photos (such as `placeable` ones; all if None) that lie in a cell.

        Features of any length will do: they are brought to unit length. Raises ValueError for
        arrays that do not fit each other, a cell out of range and features that are not finite.
        """
        rows, starts = _sorted_rows(embeddings, latlon_deg, cells, n_cells, chosen)
        units = np.empty((len(rows), embeddings.shape[1]), dtype=np.float32)
        for start, part in _unit_parts(embeddings, rows):
            units[start : start + len(part)] = part
        return cls(units, np.asarray(latlon_deg, dtype=np.float64)[rows], rows, starts)

    def save(self, folder: str | Path) -> None:
        """Write the embeddings as .npy, and positions, rows and cells as Parquet."""
        write_background(
            folder,
            self.embeddings,
            self.latlon_deg,
            np.repeat(np.arange(self.n_cells), self.counts),
            self.n_cells,
            rows=self.rows,
        )

    @classmethod
    def load(cls, folder: str | Path, in_memory: bool = False) -> "Background":
        """Read what was saved; unless `in_memory`, embeddings stay in the file until needed.

        Raises ValueError where the folder holds no complete background.
        """
        embeddings_path, photos_path = Path(folder) / _EMBEDDINGS, Path(folder) / _PHOTOS
        if not (embeddings_path.is_file() and photos_path.is_file()):
            raise ValueError(f"folder: {folder} holds no background; expected {_PHOTOS} in it")
        photos = pd.read_parquet(photos_path)
        embeddings = np.load(embeddings_path, mmap_mode=None if in_memory else "r")
        if len(embeddings) != len(photos):
            raise ValueError(
                f"folder: {folder} has {len(embeddings)} embeddings for {len(photos)} photos"
            )
        return cls(
            embeddings,
            photos[["latitude", "longitude"]].to_numpy(np.float64),
            photos["row"].to_numpy(np.int64),
            _starts(photos["cell"].to_numpy(np.int64), int(photos.attrs["n_cells"])),
        )


def write_background(
    folder: str | Path,
    embeddings: Real[ndarray, "photos features"],
    latlon_deg: Real[ndarray, "positions 2"],
    cells: Int[ndarray, " labels"],
    n_cells: int,
    chosen: Bool[ndarray, " choices"] | None = None,
    rows: Int[ndarray, " photos"] | None = None,
) -> None:
    """Sort a collection by cell into files for `Background.load`; larger than memory is fine.

    Arguments and errors as `Background.of`; `rows` names the photos where they are not counted
    from 0. `embeddings` may be a memory map.
    """
    order, starts = _sorted_rows(embeddings, latlon_deg, cells, n_cells, chosen)
    photos = pd.DataFrame(
        {
            "row": order if rows is None else np.asarray(rows)[order],
            "cell": np.repeat(np.arange(n_cells), np.diff(starts)),
            "latitude": np.asarray(latlon_deg, dtype=np.float64)[order, 0],
            "longitude": np.asarray(latlon_deg, dtype=np.float64)[order, 1],
        }
    )
    photos.attrs["n_cells"] = n_cells
    photos_path = Path(folder) / _PHOTOS
    with replacing(photos_path) as new_photos, replacing(Path(folder) / _EMBEDDINGS) as new:
        create_array(new, np.float32, (len(order), embeddings.shape[1]))
        for start, part in _unit_parts(embeddings, order):
            write_rows(new, start, part)
        photos.to_parquet(new_photos, index=False)
        photos_path.unlink(missing_ok=True)  # the old table must not be met with new embeddings


def _sorted_rows(
    embeddings, latlon_deg, cells, n_cells, chosen
) -> tuple[Int[ndarray, " kept"], Int[ndarray, " bounds"]]:
    """Rows of the photos that are kept, sorted by cell, and where each cell starts."""
    lengths = {"latlon_deg": latlon_deg, "cells": cells}
    if chosen is not None:
        lengths["chosen"] = chosen
    for argument, values in lengths.items():
        if len(values) != len(embeddings):
            raise ValueError(f"{argument}: {len(values)} for {len(embeddings)} embeddings")
    checked_latlon(latlon_deg)
    if len(cells) and (cells.min() < -1 or cells.max() >= n_cells):
        worst = cells.min() if cells.min() < -1 else cells.max()
        raise ValueError(f"cells: found {worst}, expected −1 … {n_cells - 1}")
    kept = cells >= 0 if chosen is None else chosen & (cells >= 0)
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(cells[rows], kind="stable")]
    return rows, _starts(cells[rows], n_cells)


def _starts(sorted_cells: Int[ndarray, " labels"], n_cells: int) -> Int[ndarray, " bounds"]:
    return np.searchsorted(sorted_cells, np.arange(n_cells + 1))


def _unit_parts(
    embeddings: Real[ndarray, "photos features"], rows: Int[ndarray, " kept"]
) -> Iterator[tuple[int, Float[ndarray, "some features"]]]:
    """The embeddings of some rows, at unit length, some at a time, and where each part starts."""
    step = max(1, CHUNK // max(1, embeddings.shape[1]))
    for start in range(0, len(rows), step):
        part = np.asarray(embeddings[rows[start : start + step]], dtype=np.float32)
        length = np.sqrt(np.einsum("ij,ij->i", part, part, dtype=np.float64))
        if not np.isfinite(length).all():
            row = rows[start + int((~np.isfinite(length)).argmax())]
            raise ValueError(f"embeddings: row {row} has numbers that are not finite")
        part /= np.where(length > 0, length, 1)[:, None].astype(np.float32)
        yield start, part
