"""Combinatorial scoring: the ground where several sets of geoclasses agree (CPlaNet).

Each S2 cell gets from every set the score of its class there. Cells of one tuple of classes get
the same, so it is computed once per tuple of the combined partition: a gather-and-add.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.partitions import Partition
from geoutils.partitions.geoclass import GeoclassCells
from geoutils.prediction.locate import locate
from geoutils.sphere import spherical_mean

NORMALISATIONS = ("cells", "nonempty", "none")
TABLE_CHUNK = 512  # photos whose scores are held in memory at once
BLOCK = 256  # tuples whose highest score is found at once
CHUNK = 32  # photos at once: their scores of a set's classes lie side by side in the cache


def combined_scores(
    set_log_probs: Sequence[Float[ndarray, "_ _"]],
    cells: GeoclassCells,
    normalise: str = "cells",
) -> Float[ndarray, "photos cells"]:
    """Score of each tuple: the sum over sets of s(its class) / Σ s(class of the cell), float32.

    s is the softmax score of a set's class, and the inner sum goes over all S2 cells ("cells":
    each class counts as many times as it has S2 cells), over "nonempty" ones, or is left out
    ("none", the SimpleSum of Table 5), which favours sets of large classes. A set that leaves a
    tuple's ground out adds nothing there. `set_log_probs` are in the order of `cells.set_names`.
    Seo et al., 2018, equation 3. Raises ValueError for scores that do not fit the sets.
    """
    parts = [scores.numpy().T for scores in _chunks(set_log_probs, cells, normalise)]
    return np.concatenate(parts) if parts else np.empty((0, len(cells)), dtype=np.float32)


def best_tuples(
    set_log_probs: Sequence[Float[ndarray, "_ _"]],
    cells: GeoclassCells,
    normalise: str = "cells",
) -> Int[ndarray, " photos"]:
    """Tuple of highest score for each photo, of equal ones the first; else as `combined_scores`.

    The point of the prediction is the combined partition's `centers_deg`: the spherical mean of
    all training images in the tuple. Never holds the scores of more than a few photos.
    """
    best = [_best_rows(scores).numpy() for scores in _chunks(set_log_probs, cells, normalise)]
    return np.concatenate(best) if best else np.empty(0, dtype=np.int64)


def locate_combined(
    set_log_probs: Sequence[Float[ndarray, "_ _"]],
    partition: Partition,
    photo: Sequence[str],
    truth_deg: Real[ndarray, "truths 2"] | None = None,
    normalise: str = "cells",
    top_k: int = 10,
) -> pd.DataFrame:
    """Place each photo at the point of its best tuple; columns and errors as `locate`.

    A tuple's "probability" is its score over the sum of all tuples' scores.
    """
    checked_sets(set_log_probs, partition.cells)
    if len(photo) != len(set_log_probs[0]):
        raise ValueError(f"photo: {len(photo)} names for {len(set_log_probs[0])} photos")
    n_photos = len(photo)
    tables = []
    for start in range(0, max(1, n_photos), TABLE_CHUNK):
        some = slice(start, start + TABLE_CHUNK)
        part = [log_probs[some] for log_probs in set_log_probs]
        truth = None if truth_deg is None else truth_deg[some]
        scores = combined_scores(part, partition.cells, normalise)
        with np.errstate(divide="ignore"):  # a score of 0 is a tuple ruled out
            tables.append(locate(np.log(scores), partition, photo[some], truth, top_k))
    return pd.concat(tables, ignore_index=True)


def average_points(points_deg: Sequence[Float[ndarray, "_ 2"]]) -> Float[ndarray, "photos 2"]:
    """Spherical mean of the points that several methods give a photo: Average[1-2], Average[1-5].

    A photo that a method does not place (NaN) is placed by the others; NaN where none places it or
    where points cancel out. Raises ValueError for methods with unlike numbers of photos.
    """
    lengths = [len(points) for points in points_deg]
    if not lengths or len(set(lengths)) > 1:
        raise ValueError(f"points_deg: {lengths} photos; expected as many from each method")
    points = np.concatenate(points_deg)
    photo = np.tile(np.arange(lengths[0]), len(lengths))
    placed = np.isfinite(points).all(axis=1)
    return spherical_mean(points[placed], photo[placed], lengths[0])


def set_weights(cells: GeoclassCells, normalise: str) -> list[Float[ndarray, " _"]] | list[None]:
    """How often each class of each set counts in its inner sum; None where there is no sum."""
    if normalise not in NORMALISATIONS:
        raise ValueError(f"normalise: {normalise!r}; expected one of {', '.join(NORMALISATIONS)}")
    if normalise == "none":
        return [None] * len(cells.set_sizes)
    weights = cells.n_cells if normalise == "cells" else cells.n_nonempty
    return [cells.weights_of_set(column, weights) for column in range(len(cells.set_sizes))]


def set_share(
    log_probs: Float[ndarray, "photos classes"], weights: Float[ndarray, " classes"] | None
) -> Float[ndarray, "photos classes"]:
    """What a set gives an S2 cell of each of its classes: s / Σ s, or s itself; 0 where Σ s is."""
    probs = np.exp(log_probs)
    if weights is None:
        return probs
    total = probs @ weights.astype(probs.dtype)
    # Classes without ground can hold all the probability: then the set says nothing.
    return probs / np.where(total > 0, total, np.inf)[:, None]


def _chunks(
    set_log_probs: Sequence[Float[ndarray, "_ _"]], cells: GeoclassCells, normalise: str
) -> Iterator[Float[torch.Tensor, "cells chunk"]]:
    """Scores of a few photos after the other, one row per tuple."""
    checked_sets(set_log_probs, cells)
    weights = set_weights(cells, normalise)
    # All sets' classes one below the other; a last row of zeros for ground that a set leaves out.
    first = np.cumsum([0, *cells.set_sizes])
    rows = np.where(cells.tuples >= 0, cells.tuples + first[:-1], first[-1])
    rows = torch.from_numpy(np.ascontiguousarray(rows))
    for start in range(0, len(set_log_probs[0]), CHUNK):
        some = [log_probs[start : start + CHUNK] for log_probs in set_log_probs]
        table = np.zeros((first[-1] + 1, len(some[0])), dtype=np.float32)
        for k, log_probs in enumerate(some):
            table[first[k] : first[k + 1]] = set_share(log_probs, weights[k]).T
        with torch.inference_mode():
            yield torch.nn.functional.embedding_bag(rows, torch.from_numpy(table), mode="sum")


def _best_rows(scores: Float[torch.Tensor, "cells chunk"]) -> Int[torch.Tensor, " chunk"]:
    """Row of the highest score in each column, of equal ones the first.

    The highest score of each block first, many columns at once, then the row in one block only:
    torch's argmax down the columns takes as long as making the scores.
    """
    n_whole = len(scores) // BLOCK
    peaks = scores[: n_whole * BLOCK].unflatten(0, (n_whole, BLOCK)).amax(dim=1)
    if n_whole * BLOCK < len(scores):
        peaks = torch.cat([peaks, scores[n_whole * BLOCK :].amax(dim=0, keepdim=True)])
    first = peaks.argmax(dim=0) * BLOCK
    blocks = [scores[row : row + BLOCK, column] for column, row in enumerate(first.tolist())]
    return first + torch.stack([block.argmax() for block in blocks])


def checked_sets(set_scores: Sequence[Float[ndarray, "_ _"]], cells: GeoclassCells) -> None:
    """Raise ValueError unless there are scores of all sets, for as many photos, without NaN."""
    found = [scores.shape for scores in set_scores]
    if not found or [shape[1] for shape in found] != list(cells.set_sizes):
        raise ValueError(
            f"set_log_probs: arrays of shape {found}; expected one for each of the sets "
            f"{', '.join(cells.set_names)} with {', '.join(map(str, cells.set_sizes))} classes"
        )
    if len({shape[0] for shape in found}) > 1:
        raise ValueError(
            f"set_log_probs: {[shape[0] for shape in found]} photos; expected the same"
        )
    if any(np.isnan(scores).any() for scores in set_scores):
        raise ValueError("set_log_probs: NaN among the scores; expected log-probabilities")
