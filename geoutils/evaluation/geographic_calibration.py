"""Geographic calibration: how much ground must be named to be right half of the time?

Cells are named from the likeliest on until they hold a share of the probability (50, 80 or 95 %).
A calibrated model's set contains the truth as often as it says, and the set's area in km² is the
price. A model that spreads itself wide is easily right; so coverage and area belong together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from geoutils.brief import brief
from geoutils.evaluation.bootstrap import Interval
from geoutils.evaluation.resamples import Resamples
from geoutils.evaluation.tables import percent_cells

LEVELS = (0.5, 0.8, 0.95)
CURVE_LEVELS = (*(round(0.05 * k, 2) for k in range(1, 20)), 0.99)

_CHUNK = 512  # photos whose cells are sorted at once
_ROUNDING = 1e-6  # of float32 probabilities: a cell of 0.8 holds 80 %, written 0.79999995 or not
_UNNORMALISED = 1e-3  # sums of thousands of float32 probabilities come closer to 1 than this


@dataclass(frozen=True, eq=False)
class CredibleSets:
    """The smallest set of cells of each photo that holds each level's share of the probability.

    `inside` says whether a photo lies in any cell at all. `held` is the probability in the set, at
    least the level: cells come whole, so a model that is 99 % sure of one cell holds 99 % at every
    level. `covered` says whether the true cell is in it, `n_cells` and `area_km2` how large it is;
    the area is NaN with a cell of unknown area.
    """

    levels: Float[ndarray, " levels"]
    inside: Bool[ndarray, " photos"]
    covered: Bool[ndarray, "photos levels"]
    held: Float[ndarray, "photos levels"]
    n_cells: Int[ndarray, "photos levels"]
    area_km2: Float[ndarray, "photos levels"]

    @classmethod
    def joined(cls, parts: Sequence["CredibleSets"]) -> "CredibleSets":
        """Sets of some photos after sets of others; ValueError for none or for unlike levels."""
        if not parts or any(not np.array_equal(p.levels, parts[0].levels) for p in parts):
            raise ValueError(
                f"parts: levels {[p.levels.tolist() for p in parts]}; expected the same of each"
            )
        names = ("inside", "covered", "held", "n_cells", "area_km2")
        columns = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
        return cls(parts[0].levels, *columns)

    def __len__(self) -> int:
        return len(self.covered)


def credible_sets(
    log_probs: Float[ndarray, "photos cells"],
    cells: Int[ndarray, " truths"],
    areas_km2: Float[ndarray, " areas"],
    levels: Sequence[float] = LEVELS,
) -> CredibleSets:
    """Name cells from the likeliest on, of equals the first, until they hold each level's share.

    `log_probs` are normalised over the cells. A photo outside every cell (`cells` -1) is never
    covered. ValueError for levels outside 0 … 1, probabilities that do not sum to 1 and arrays of
    unlike lengths.

    >>> sets = credible_sets(
    ...     np.log([[0.6, 0.3, 0.1]]), np.array([1]), np.array([10.0, 20.0, 400.0])
    ... )
    >>> sets.covered, sets.area_km2
    (array([[False,  True,  True]]), array([[ 10.,  30., 430.]]))
    """
    n_photos, n_cells = log_probs.shape
    if len(cells) != n_photos or len(areas_km2) != n_cells:
        raise ValueError(
            f"cells, areas_km2: {len(cells)} and {len(areas_km2)}; expected one true cell for each "
            f"of {n_photos} photos and one area for each of {n_cells} cells"
        )
    if n_photos == 0 or cells.max() >= n_cells:
        raise ValueError(
            f"cells: {n_photos} photos, greatest {cells.max(initial=-1)}; expected one photo or "
            f"more, in cells below {n_cells}"
        )
    shares = _checked_levels(levels)
    parts = [
        _sets_of(log_probs[some], cells[some], areas_km2, shares)
        for some in (slice(start, start + _CHUNK) for start in range(0, n_photos, _CHUNK))
    ]
    return CredibleSets(shares, *(np.concatenate(part) for part in zip(*parts, strict=True)))


def credible_levels(
    log_probs: Float[ndarray, " cells"], levels: Sequence[float] = LEVELS
) -> Int[ndarray, " cells"]:
    """Smallest set of one photo that each cell is in: 0 for that of the first level, and so on.

    `levels` rise; a cell in none of the sets gets their number. Errors as in `credible_sets`.

    >>> credible_levels(np.log([0.1, 0.6, 0.3]), [0.5, 0.8])
    array([2, 0, 1])
    """
    shares = _checked_levels(levels)
    if (np.diff(shares) <= 0).any():
        raise ValueError(f"levels: {list(levels)}; expected to rise")
    ordered, held = _cells_and_held(log_probs[None])
    found = np.empty(len(log_probs), dtype=np.int64)
    rank = np.arange(len(log_probs))
    found[ordered[0]] = np.searchsorted(_last_cells(held, shares)[0], rank)
    return found


def geographic_calibration(sets: CredibleSets, resamples: Resamples) -> pd.DataFrame:
    """One row per level: coverage and median area of the sets with 95 % intervals, in fractions.

    Columns: level; possible (share of photos inside any cell, which no coverage can pass); held
    (mean probability in the set); coverage, low, high; gap (coverage minus
    held) with gap_low, gap_high: wholly below 0 is too sure, wholly above 0 too modest; cells
    (median number of them); area_km2 (median) with area_low, area_high. A set of unknown area
    counts as larger than all others, so a median may be infinite.
    """
    coverage = resamples.interval(sets.covered.astype(float))
    gap = resamples.interval(sets.covered - sets.held)
    area = resamples.median(_known_or_infinite(sets.area_km2))
    columns = {"level": sets.levels, "possible": sets.inside.mean()}
    columns |= {"held": sets.held.mean(axis=0)}
    for names, interval in (
        (("coverage", "low", "high"), coverage),
        (("gap", "gap_low", "gap_high"), gap),
        (("area_km2", "area_low", "area_high"), area),
    ):
        ends = (interval.estimate, interval.low, interval.high)
        columns |= dict(zip(names, ends, strict=True))
    return pd.DataFrame(columns | {"cells": np.median(sets.n_cells, axis=0)})


def readable_geographic_calibration(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per method: what its sets of each level hold, how often they cover, median km².

    Percent with 95 % intervals, first how many photos lie in any cell; areas to two digits, k for
    thousand and M for million. `tables` are from `geographic_calibration`, of the same levels.
    """
    rows = {}
    for method, table in tables.items():
        rows[method] = {"in a cell": f"{100 * table['possible'].iloc[0]:.1f}"}
        for row in table.itertuples():
            share = Interval(*np.array([[row.coverage], [row.low], [row.high]]))
            level = f"{100 * row.level:g} %"
            rows[method] |= {
                f"{level}: held": f"{100 * row.held:.1f}",
                f"{level}: covers": percent_cells(share)[0],
                f"{level}: km²": _area_text(row.area_km2, row.area_low, row.area_high),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")


def _sets_of(
    log_probs: Float[ndarray, "photos cells"],
    cells: Int[ndarray, " photos"],
    areas_km2: Float[ndarray, " cells"],
    levels: Float[ndarray, " levels"],
) -> tuple[ndarray, ...]:
    """Inside, covered, held, number of cells and area of some photos' sets."""
    ordered, held = _cells_and_held(log_probs)
    last = _last_cells(held, levels)
    areas = np.cumsum(areas_km2[ordered[:, : last.max() + 1]], axis=1)
    found = ordered == cells[:, None]
    place = np.where(found.any(axis=1), found.argmax(axis=1), held.shape[1])
    covered = place[:, None] <= last
    return (
        cells >= 0,
        covered,
        np.take_along_axis(held, last, axis=1),
        last + 1,
        np.take_along_axis(areas, last, axis=1),
    )


def _checked_levels(levels: Sequence[float]) -> Float[ndarray, " levels"]:
    shares = np.asarray(levels, dtype=float)
    if len(shares) == 0 or not ((shares > 0) & (shares < 1)).all():
        raise ValueError(f"levels: {list(levels)}; expected shares between 0 and 1")
    return shares


def _last_cells(
    held: Float[ndarray, "photos cells"], levels: Float[ndarray, " levels"]
) -> Int[ndarray, "photos levels"]:
    """Rank of the cell with which each photo's set is complete."""
    last = np.stack([np.searchsorted(row, levels - _ROUNDING) for row in held])
    return np.minimum(last, held.shape[1] - 1)


def _cells_and_held(
    log_probs: Float[ndarray, "photos cells"],
) -> tuple[Int[ndarray, "photos cells"], Float[ndarray, "photos cells"]]:
    """Each photo's cells, likeliest first, and the probability that they hold up to each."""
    ordered, probabilities = _likeliest_first(log_probs)
    held = np.cumsum(probabilities, axis=1, dtype=float)
    off = np.abs(held[:, -1] - 1)
    if not (off < _UNNORMALISED).all():
        raise ValueError(
            f"log_probs: probabilities of a photo sum to {held[off.argmax(), -1]:.4g}; expected 1 "
            "(products of levels are normalised by `tempered`)"
        )
    return ordered, held / held[:, -1:]


def _likeliest_first(
    log_probs: Float[ndarray, "photos cells"],
) -> tuple[Int[ndarray, "photos cells"], Float[ndarray, "photos cells"]]:
    """Each photo's cells by falling probability, of equals the first, and those probabilities.

    Positive floats are in the order of their bits: with a cell's number below them they sort as
    whole numbers, several times faster than an argsort, and the same on every machine.
    """
    probabilities = np.exp(log_probs.astype(np.float32))
    if not (probabilities >= 0).all():
        raise ValueError("log_probs: NaN among them; expected log-probabilities")
    low = np.uint64(0xFFFFFFFF)
    keys = (low - probabilities.view(np.uint32)) << np.uint64(32)
    keys |= np.arange(log_probs.shape[1], dtype=np.uint64)
    keys.sort(axis=1)
    falling = (low - (keys >> np.uint64(32))).astype(np.uint32).view(np.float32)
    return (keys & low).astype(np.int64), falling


def _known_or_infinite(areas_km2: Float[ndarray, "photos levels"]) -> Float[ndarray, "photos _"]:
    return np.where(np.isnan(areas_km2), np.inf, areas_km2)


def _area_text(estimate: float, low: float, high: float) -> str:
    """An area to two digits with its interval; without bounds, the estimate alone."""
    bounds = "" if np.isnan(low) else f" [{_two_digits(low)}, {_two_digits(high)}]"
    return _two_digits(estimate) + bounds


def _two_digits(area_km2: float) -> str:
    return "unknown" if np.isinf(area_km2) else brief(float(area_km2))
