"""What is taken for what: the confusion matrix of cells, neighbours side by side.

The thesis draws such a matrix (section 6.6, Figure 6.10) with cells in the order in which they were
made, and wishes for one that puts neighbours side by side (section 8.2). S2 numbers its cells along
a Hilbert curve, which does so, but wanders in and out of continents. So here each continent is a
block, and its cells are in the order of the curve.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Real, Shaped
from numpy import ndarray

from geoutils import s2
from geoutils.atlas import continent_of, country_of, nearest_place, places
from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.resamples import Resamples
from geoutils.sphere import great_circle_km

READABLE = 120  # cells that still are lines of a figure, not its grain


@dataclass(frozen=True, eq=False)
class Confusion:
    """Photos of each true cell (row) that were taken for each cell (column).

    `cells` are the numbers of the rows in their partition, in order of continents and in each
    along the curve. `photos` counts all photos of a row, `counts` those whose predicted cell is
    among the rows too: it sums to less where some went to other cells.
    """

    cells: Int[ndarray, " cells"]
    counts: Int[ndarray, "cells cells"]
    photos: Int[ndarray, " cells"]
    names: list[str]
    continents: Shaped[ndarray, " cells"]
    centers_deg: Float[ndarray, "cells 2"]

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def shares(self) -> Float[ndarray, "cells cells"]:
        """Share of a row's photos in each column."""
        return self.counts / self.photos[:, None]

    @property
    def blocks(self) -> dict[str, tuple[int, int]]:
        """First and last row of each continent, in order."""
        names = list(dict.fromkeys(self.continents.tolist()))
        rows = {name: np.flatnonzero(self.continents == name) for name in names}
        return {name: (int(found[0]), int(found[-1])) for name, found in rows.items()}


def confusion(
    true_cells: Int[ndarray, " photos"],
    predicted_cells: Int[ndarray, " predictions"],
    centers_deg: Real[ndarray, "cells 2"],
    names: Sequence[str],
    most: int = READABLE,
) -> Confusion:
    """Count what is taken for what, for the `most` cells that hold most of these photos.

    Centers and names are of all cells of the level; a cell without any of the photos is left out.
    Photos outside every cell (-1) are no row's; a prediction of -1 (no cell of this level) is no
    column's. Cells of equal names get their numbers added. ValueError for arrays of unlike
    lengths, for cells that have no center and where no photo lies in a cell.
    """
    n_cells = len(centers_deg)
    if len(predicted_cells) != len(true_cells) or len(names) != n_cells:
        raise ValueError(
            f"predicted_cells, names: {len(predicted_cells)} predictions for {len(true_cells)} "
            f"photos, {len(names)} names for {n_cells} cells"
        )
    for argument, given in {"true_cells": true_cells, "predicted_cells": predicted_cells}.items():
        if given.max(initial=-1) >= n_cells or given.min(initial=-1) < -1:
            raise ValueError(
                f"{argument}: {given.min()} … {given.max()}; expected -1 … {n_cells - 1}"
            )
    photos = np.bincount(true_cells[true_cells >= 0], minlength=n_cells)
    fullest = np.argsort(-photos, kind="stable")[:most]
    kept = np.sort(fullest[photos[fullest] > 0])
    if not len(kept):
        raise ValueError(f"true_cells: none of {len(true_cells)} photos lies in a cell")
    continents = continents_of_points(centers_deg[kept])
    order = curve_order(centers_deg[kept], continents)
    kept, continents = kept[order], continents[order]
    row_of = np.full(n_cells + 1, -1)  # the last one stands for -1
    row_of[kept] = np.arange(len(kept))
    rows, columns = row_of[true_cells], row_of[predicted_cells]
    both = (rows >= 0) & (columns >= 0)
    counts = np.zeros((len(kept), len(kept)), dtype=np.int64)
    np.add.at(counts, (rows[both], columns[both]), 1)
    return Confusion(
        cells=kept,
        counts=counts,
        photos=photos[kept],
        names=_told_apart([names[cell] for cell in kept], kept),
        continents=continents,
        centers_deg=np.asarray(centers_deg, dtype=float)[kept],
    )


def readable_level(n_cells: Sequence[int], most: int = READABLE) -> int:
    """Index of the finest level with at most that many cells; of the coarsest where none has.

    >>> readable_level([96, 285, 700]), readable_level([3298, 7202])
    (0, 0)
    """
    fitting = [level for level, cells in enumerate(n_cells) if cells <= most]
    return max(fitting, key=lambda level: n_cells[level], default=int(np.argmin(n_cells)))


def curve_order(
    centers_deg: Real[ndarray, "cells 2"], continents: Shaped[ndarray, " cells"]
) -> Int[ndarray, " cells"]:
    """Order of cells: continents by where the curve is halfway through them, then along it.

    The curve is S2's Hilbert curve at its finest level.
    """
    place = np.argsort(np.argsort(s2.cell_ids(centers_deg), kind="stable"), kind="stable")
    names, block = np.unique(continents, return_inverse=True)
    middle = np.array([np.median(place[block == k]) for k in range(len(names))])
    return np.lexsort((place, block, middle[block]))


def continents_of_points(latlon_deg: Real[ndarray, "n 2"]) -> Shaped[ndarray, " n"]:
    """Continent of each location; at sea, that of the nearest place.

    The mean of a cell's photos may lie at sea, as that of two coasts does.

    >>> continents_of_points(np.array([[48.9, 2.4], [36.0, -30.0]]))
    array(['Europe', 'Europe'], dtype='<U13')
    """
    codes = country_of(latlon_deg)
    at_sea = np.flatnonzero(codes == "")
    if len(at_sea):
        row, _ = nearest_place(latlon_deg[at_sea])
        codes[at_sea] = places()["country"].to_numpy(dtype=str)[row]
    return continent_of(codes)


def most_confused(matrix: Confusion, n: int = 10) -> pd.DataFrame:
    """The pairs of cells between which most photos went astray, either way, most first.

    Columns: place and other (names), photos (both ways), taken_for_other and taken_for_place (each
    way), share (of the photos of both cells), distance_km (of their points). Pairs without a
    photo are left out.
    """
    both = np.triu(matrix.counts + matrix.counts.T, k=1)
    first, second = np.unravel_index(np.argsort(-both, axis=None, kind="stable")[:n], both.shape)
    some = both[first, second] > 0
    first, second = first[some], second[some]
    # The cell whose photos went astray more often is named first.
    swapped = matrix.counts[second, first] > matrix.counts[first, second]
    place, other = np.where(swapped, second, first), np.where(swapped, first, second)
    photos = both[first, second]
    return pd.DataFrame(
        {
            "place": [matrix.names[k] for k in place],
            "other": [matrix.names[k] for k in other],
            "photos": photos,
            "taken_for_other": matrix.counts[place, other],
            "taken_for_place": matrix.counts[other, place],
            "share": photos / (matrix.photos[place] + matrix.photos[other]),
            "distance_km": great_circle_km(matrix.centers_deg[place], matrix.centers_deg[other]),
        }
    )


def where_errors_go(
    true_cells: Int[ndarray, " photos"],
    predicted_cells: Int[ndarray, " predictions"],
    centers_deg: Real[ndarray, "cells 2"],
    resamples: Resamples,
) -> dict[str, Interval]:
    """Share of the photos in the right cell, in another of the right continent, in another one.

    With 95 % intervals. A photo outside every cell, or without a predicted one, counts as wrong
    and is in no continent: the three need not sum to 1.
    """
    continents = np.append(continents_of_points(centers_deg), "")
    known = (true_cells >= 0) & (predicted_cells >= 0)
    right = known & (true_cells == predicted_cells)
    same: Bool[ndarray, " photos"] = continents[true_cells] == continents[predicted_cells]
    columns = {
        "right cell": right,
        "other cell, right continent": known & ~right & same,
        "other continent": known & ~same,
    }
    found = resamples.interval(np.column_stack(list(columns.values())).astype(float))
    return {
        name: Interval(found.estimate[[k]], found.low[[k]], found.high[[k]])
        for k, name in enumerate(columns)
    }


def by_continent(matrix: Confusion) -> pd.DataFrame:
    """Share of each continent's photos (row) that were taken for each continent (column).

    With the number of the row's photos as column "photos", first.
    """
    blocks = list(matrix.blocks.values())
    starts = [first for first, _ in blocks]
    counts = np.add.reduceat(np.add.reduceat(matrix.counts, starts, axis=0), starts, axis=1)
    photos = np.add.reduceat(matrix.photos, starts)
    names = pd.Index(matrix.blocks, name="continent")
    table = pd.DataFrame(counts / photos[:, None], index=names, columns=list(names))
    table.insert(0, "photos", photos)
    return table


def _told_apart(names: list[str], numbers: Int[ndarray, " cells"]) -> list[str]:
    times = pd.Series(names).map(pd.Series(names).value_counts())
    return [
        f"{name} ({number})" if many > 1 else name
        for name, number, many in zip(names, numbers, times, strict=True)
    ]
