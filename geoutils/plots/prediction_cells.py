"""The likeliest cells of one prediction, with all that a map of them shows."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils import s2
from geoutils.partitions import Partition
from geoutils.partitions.cells import Cells
from geoutils.partitions.naming import cell_names
from geoutils.partitions.s2_cells import S2Cells
from geoutils.partitions.semantic.semantic_cells import SemanticCells
from geoutils.prediction.best_columns import best_columns

N_CELLS = 25  # Theiner et al. 2022, Figure 3
_KINDS = {"place": "place", "admin2": "district", "admin1": "region", "country": "country"}


@dataclass(frozen=True, eq=False)
class PredictionCells:
    """Cells of one prediction, likeliest first; `title` says whose prediction it is.

    `rings` are each cell's closed rings of locations (inside is what an odd number of them
    encloses), none where its ground is not known: then its point stands for it. `photos` counts
    training photos, None where nobody counted. `levels` say how large a place a cell is, "" where
    that has no name. `point_deg` is the answer in coordinates.
    """

    title: str
    cells: Int[ndarray, " cells"]
    probabilities: Float[ndarray, " cells"]
    names: list[str]
    levels: list[str]
    photos: Int[ndarray, " cells"] | None
    areas_km2: Float[ndarray, " cells"]
    centers_deg: Float[ndarray, "cells 2"]
    rings: list[list[Float[ndarray, "_ 2"]]]
    point_deg: Float[ndarray, " 2"]

    def __len__(self) -> int:
        return len(self.cells)


def prediction_cells(
    partition: Partition,
    probabilities: Real[ndarray, " cells"],
    title: str = "",
    n: int = N_CELLS,
    point_deg: Real[ndarray, " 2"] | None = None,
) -> PredictionCells:
    """Choose the `n` likeliest cells of a partition, with names, levels, counts and outlines.

    Cells of probability 0 are left out; of equals the lower number comes first. The answer's point
    is the likeliest cell's unless given. ValueError for probabilities that do not fit the
    partition, are negative or NaN, or are all 0.
    """
    if probabilities.shape != (len(partition),):
        raise ValueError(
            f"probabilities: {len(probabilities)}, but partition {partition.name!r} has "
            f"{len(partition)} cells"
        )
    if not (probabilities >= 0).all() or not probabilities.any():
        raise ValueError(
            f"probabilities: {np.nanmin(probabilities)} … {np.nanmax(probabilities)}, "
            f"{np.isnan(probabilities).sum()} NaN; expected none below 0 and one above"
        )
    if n < 1:
        raise ValueError(f"n: {n}; expected 1 or more")
    top = best_columns(probabilities[None].astype(np.float64), min(n, len(partition)))[0]
    top = top[probabilities[top] > 0]
    outlines, areas_km2 = _outlines(partition)
    centers_deg = partition.centers_deg[top]
    return PredictionCells(
        title=title or partition.name.replace("_", " "),
        cells=top,
        probabilities=probabilities[top].astype(np.float64),
        names=cell_names(partition, top),
        levels=_levels(partition.cells, top),
        photos=partition.counts[top] if partition.is_counted else None,
        areas_km2=areas_km2[top],
        centers_deg=centers_deg,
        rings=[_rings(outlines[cell]) for cell in top],
        point_deg=(centers_deg[0] if point_deg is None else point_deg).astype(np.float64),
    )


def ring_turns(rings: list[Float[ndarray, "_ 2"]]) -> list[int]:
    """1 for each ring around a piece of ground, -1 for each around a hole in it.

    A ring inside an odd number of the others encloses what is left out.
    """
    if not rings:
        return []
    areas = np.array([shapely.Polygon(ring[:, ::-1]) for ring in rings])
    # The middle of an edge: rings may meet at corners, but do not cross.
    places = shapely.points([(ring[0] + ring[1])[::-1] / 2 for ring in rings])
    inside, around = shapely.STRtree(areas).query(places, predicate="within")
    others = inside[inside != around]  # rounding may push a place into its own ring
    return (1 - 2 * (np.bincount(others, minlength=len(rings)) % 2)).tolist()


def _levels(cells: Cells, top: Int[ndarray, " top"]) -> list[str]:
    if isinstance(cells, S2Cells):
        return [f"S2 level {level}" for level in s2.levels(cells.ids[top])]
    if isinstance(cells, SemanticCells):
        return [_KINDS.get(cells.keys[cell].partition(":")[0], "") for cell in top]
    return [""] * len(top)


@lru_cache(maxsize=16)
def _outlines(
    partition: Partition,
) -> tuple[list[Float[ndarray, "_ 2"]], Float[ndarray, " cells"]]:
    """Outlines and areas of all cells: half a second for many polygons, so they are kept."""
    return partition.boundaries(), partition.areas_km2()


def _rings(outline: Float[ndarray, "_ 2"]) -> list[Float[ndarray, "_ 2"]]:
    """Rings of an outline that has NaN rows between them; pieces that share an edge are joined."""
    gaps = np.flatnonzero(np.isnan(outline[:, 0]))
    pieces = [piece[~np.isnan(piece[:, 0])] for piece in np.split(outline, gaps)]
    rings = [piece for piece in pieces if len(piece) > 3]
    if len(rings) < 2 or -1 in ring_turns(rings):
        return rings
    # A polygon with a hole comes cut in two: the cut is no border, and must not be drawn as one.
    areas = shapely.make_valid([shapely.Polygon(ring[:, ::-1]) for ring in rings])
    parts = shapely.get_parts(shapely.union_all(areas))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return [shapely.get_coordinates(ring)[:, ::-1] for ring in shapely.get_rings(parts)]
