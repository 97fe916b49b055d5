"""Which cells of a file moved, and whether that is more than chance does."""

from collections.abc import Mapping
from math import isclose, isnan

from scipy.stats import norm

from geoutils.study.reproduction.move import Move
from geoutils.study.reproduction.reading import Reading
from geoutils.study.reproduction.standing import RELATIVE

CHANCE = 0.05  # of calling anything moved, over all that is compared in one way


def is_same(before: Reading, after: Reading) -> bool:
    """Whether two cells hold the same text or, but for rounding in the last digits, number."""
    if before.text == after.text:
        return True
    if before.value is None or after.value is None:
        return False
    return isclose(before.value, after.value, rel_tol=RELATIVE, abs_tol=1e-12)


def equal_moves(
    file: str, before: Mapping[str, Reading], after: Mapping[str, Reading]
) -> list[Move]:
    """Cells of a file that must be the same and are not; rows or columns that came or went."""
    return [
        Move(file, where, _text(before.get(where)), _text(after.get(where)), beyond=True)
        for where in dict.fromkeys([*before, *after])
        if where not in before or where not in after or not is_same(before[where], after[where])
    ]


def within_moves(
    file: str, before: Mapping[str, Reading], after: Mapping[str, Reading], widening: float
) -> list[Move]:
    """Cells of a trained file that differ; beyond chance if neither interval holds the other.

    Intervals are `widening` times as wide as they stand there. Cells without one, and rows that
    came or went with what was learned, are told, not judged.
    """
    moves = []
    for where in dict.fromkeys([*before, *after]):
        old, new = before.get(where), after.get(where)
        if old and new and is_same(old, new):
            continue
        judged = bool(old and new) and (has_interval(old) or has_interval(new))
        beyond = judged and not (_holds(old, new, widening) or _holds(new, old, widening))
        moves.append(Move(file, where, _text(old), _text(new), beyond))
    return moves


def has_interval(cell: Reading) -> bool:
    """Whether a cell can judge another: a number between finite bounds."""
    bounds = (cell.value, cell.low, cell.high)
    return all(number is not None and not isnan(number) for number in bounds)


def widening_for(n_compared: int) -> float:
    """How much wider 95 % intervals have to be to hold all of so many together (Bonferroni).

    >>> widening_for(1), round(widening_for(100), 2)
    (1.0, 1.78)
    """
    return float(norm.isf(CHANCE / 2 / max(1, n_compared)) / norm.isf(CHANCE / 2))


def _holds(interval: Reading, cell: Reading, widening: float) -> bool:
    if not has_interval(interval) or cell.value is None:
        return False
    low = interval.value - widening * (interval.value - interval.low)
    high = interval.value + widening * (interval.high - interval.value)
    return low <= cell.value <= high


def _text(cell: Reading | None) -> str:
    if cell is None:
        return "nothing"
    if cell.low is None or "[" in cell.text:
        return cell.text
    return f"{cell.value:.4g} [{cell.low:.4g}, {cell.high:.4g}]"
