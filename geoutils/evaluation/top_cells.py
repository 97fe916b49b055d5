"""Is the right cell among the first few? Top-k accuracy with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int
from numpy import ndarray

from geoutils.evaluation.bootstrap import bootstrap_means
from geoutils.evaluation.tables import percent_cells

TOP_K = (1, 5, 10)


def listed_hits(
    top_cells: Sequence, true_cells: Int[ndarray, " photos"], ks: Sequence[int] = TOP_K
) -> Bool[ndarray, "photos ks"]:
    """Whether the true cell is among the first k of each photo's list, for each k.

    `top_cells` is that column of a prediction file: cells best first, as many as it kept; a photo
    outside the partition (-1) is never hit. ValueError where lists are too short to tell.

    >>> listed_hits([[4, 7], [7, 4], [7, 4]], np.array([4, 4, -1]), ks=[1, 2])
    array([[ True,  True],
           [False,  True],
           [False, False]])
    """
    if len(top_cells) != len(true_cells):
        raise ValueError(f"top_cells: {len(top_cells)} lists for {len(true_cells)} true cells")
    longest = max((len(cells) for cells in top_cells), default=0)
    if longest < max(ks):
        raise ValueError(f"ks: {max(ks)}, but the longest of top_cells holds {longest} cells")
    rank = np.full(len(true_cells), np.inf)
    for photo, (cells, true_cell) in enumerate(zip(top_cells, true_cells, strict=True)):
        found = np.flatnonzero(np.asarray(cells) == true_cell)
        if true_cell >= 0 and len(found):
            rank[photo] = found[0]
    return rank[:, None] < np.asarray(ks)


def top_cell_table(
    hits: dict[str, Bool[ndarray, "photos ks"]],
    groups: ndarray | None = None,
    n_resamples: int = 10_000,
    seed: int = 0,
    ks: Sequence[int] = TOP_K,
) -> pd.DataFrame:
    """One row per method or level, one column per k: "12.3 [11.0, 13.6]", in percent.

    `hits` come from `listed_hits`, or from `top_k_hits` for each k; intervals as in
    `bootstrap_accuracy`.
    """
    rows = [
        percent_cells(bootstrap_means(hit.astype(float), groups, n_resamples, seed))
        for hit in hits.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(hits, name="cells"), columns=[f"top {k}" for k in ks])
