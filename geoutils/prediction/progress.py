"""How the ground of highest score shrinks as sets of geoclasses are added one by one (CPlaNet)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from geoutils.partitions.geoclass import GeoclassCells
from geoutils.prediction.combinatorial import checked_sets, set_share, set_weights
from geoutils.sphere import latlon_of


@dataclass(frozen=True, eq=False)
class Region:
    """The ground of highest score by the first sets: its tuples, S2 cells and point.

    `n_cells` counts S2 cells of the base level, empty ones too, so it is not whole; the point is
    the spherical mean of all training images there.
    """

    sets: tuple[str, ...]
    tuples: Int[ndarray, " region"]
    n_cells: float
    point_deg: Float[ndarray, " 2"]


def progressive_regions(
    set_log_probs: Sequence[Float[ndarray, " _"]],
    cells: GeoclassCells,
    normalise: str = "cells",
) -> list[Region]:
    """Regions of one photo by its first set, its first two, … and all; a step of Figure 4 each.

    Scores as in `combined_scores`. Tuples that the sets so far cannot tell apart have the same
    score and form one region. Seo et al., 2018, section 5.4 and Figure 4.
    """
    rows = [np.asarray(log_probs, dtype=np.float64)[None] for log_probs in set_log_probs]
    checked_sets(rows, cells)
    weights = set_weights(cells, normalise)
    score = np.zeros(len(cells))
    regions = []
    for column, share in enumerate(map(set_share, rows, weights)):
        covered = cells.tuples[:, column] >= 0
        score[covered] += share[0, cells.tuples[covered, column]]
        best = score == score.max()
        images = cells.base.vector_sums[best[cells.class_of_base]].sum(axis=0)
        regions.append(
            Region(
                sets=cells.set_names[: column + 1],
                tuples=np.flatnonzero(best),
                n_cells=float(cells.n_cells[best].sum()),
                point_deg=latlon_of(images[None])[0],
            )
        )
    return regions
