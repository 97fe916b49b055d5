"""One row per comparison of ours with what one would use instead, the same in every benchmark.

A script times both sides in turn, makes rows of what it found and ends with
`sys.exit(report(rows))`: that prints them, and hands them to run_all.py where it has started the
script. Ratios say how many times as fast ours is (or as small, or as accurate): above one is
better, always. What is timed in turn gives a ratio for every turn, so that a busy machine slows
both sides alike; of the ratios the median and the middle 80 % are kept.
"""

import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np

Found = TypeVar("Found")
HANDED_OVER = "GEO_COMPARISONS"  # variable that names the file for run_all.py
PYTHON = f"Python {platform.python_version()}"
COLUMNS = ("task", "ours", "peer", "theirs", "ratio (> 1: ours better)", "aim", "met")


@dataclass(frozen=True)
class Comparison:
    """What was found for one task.

    `ours` and `theirs` are medians in `unit`; where that ends in "/s", more is better. `version` is
    the peer's package with its version, or what its loop is written in. `aim` is the least ratio
    that was aimed at, `limit` the most that ours may take (the least, for rates). `missing` says
    why there is no number: a peer that is not installed, a script that broke.
    """

    task: str
    peer: str = ""
    version: str = ""
    ours: float | None = None
    theirs: float | None = None
    unit: str = "s"
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    aim: float | None = None
    limit: float | None = None
    missing: str = ""

    @property
    def met(self) -> str:
        """Whether aim and limit are met: "yes", "no", or nothing where none was set."""
        if self.missing:
            return "no"
        judged = []
        if self.aim is not None:
            judged.append(self.ratio >= self.aim)
        if self.limit is not None:
            rate = _more_is_better(self.unit)
            judged.append(self.ours >= self.limit if rate else self.ours <= self.limit)
        return ("yes" if all(judged) else "no") if judged else ""

    @property
    def instead_of(self) -> str:
        """The peer with its version."""
        return f"{self.peer} ({self.version})" if self.version else self.peer

    @property
    def times(self) -> str:
        """The ratio in three digits."""
        return _digits(self.ratio)

    @property
    def told(self) -> str:
        """A line about the task, the peer and the ratio."""
        found = self.missing or f"{self.times} ×, aim {_aim(self)}"
        return ", ".join(filter(None, (self.task, self.peer))) + f": {found}"

    def cells(self) -> tuple[str, ...]:
        """Its row of the printed table, under COLUMNS."""
        if self.missing:
            return self.task, "", self.instead_of, "", self.missing, _aim(self), self.met
        by = f"{self.times} ×"
        if (self.low, self.high) != (self.ratio, self.ratio):
            by += f" ({_digits(self.low)} … {_digits(self.high)})"
        ours, theirs = (with_unit(value, self.unit) for value in (self.ours, self.theirs))
        return self.task, ours, self.instead_of, theirs, by, _aim(self), self.met


def compared(
    task: str,
    ours: Iterable[float],
    theirs: Iterable[float],
    peer: str,
    version: str,
    unit: str = "s",
    aim: float | None = None,
    limit: float | None = None,
) -> Comparison:
    """Row of a task from what both sides took in each turn (the peer may have had but one).

    A peer that did a part of the work is scaled up by the caller before.
    """
    own, other = np.asarray(list(ours), float), np.asarray(list(theirs), float)
    ratios = own / other if _more_is_better(unit) else other / own
    low, ratio, high = np.quantile(ratios, [0.1, 0.5, 0.9]).tolist()
    found = {"ours": float(np.median(own)), "theirs": float(np.median(other))}
    found |= {"ratio": ratio, "low": low, "high": high}
    return Comparison(task, peer, version, unit=unit, aim=aim, limit=limit, **found)


def in_turn(
    tasks: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Seconds of each task in each round; the tasks alternate."""
    seconds = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = clock()
            task()
            seconds[name].append(clock() - start)
    return seconds


def timed(task: Callable[[], Found]) -> tuple[float, Found]:
    """Seconds that a task takes, and what it finds."""
    start = time.perf_counter()
    found = task()
    return time.perf_counter() - start, found


def installed(package: str) -> str:
    """Name and version of a package, "" where it is not installed."""
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def report(rows: Sequence[Comparison]) -> int:
    """Print rows, hand them over; exit status of the script: 1 where one misses its aim."""
    print("\n" + as_text(COLUMNS, [row.cells() for row in rows]), flush=True)
    if HANDED_OVER in os.environ:
        with Path(os.environ[HANDED_OVER]).open("a") as file:
            file.writelines(json.dumps(asdict(row)) + "\n" for row in rows)
    return int(any(row.met == "no" for row in rows))


def handed_over(path: Path) -> list[Comparison]:
    """Rows that a script has reported."""
    lines = path.read_text().splitlines() if path.is_file() else []
    return [Comparison(**json.loads(line)) for line in lines]


def as_text(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in columns as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    lines = [columns, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def with_unit(value: float, unit: str) -> str:
    """Three digits and a unit that suits them: 0.00125 s is 1.25 ms."""
    if unit == "s" and value < 1:
        small, name = (1e3, "ms") if value >= 1e-3 else (1e6, "µs")
        return f"{_digits(value * small)} {name}"
    return f"{_digits(value)} {unit}"


def field_names() -> list[str]:
    """Columns of a table of comparisons."""
    return [field.name for field in fields(Comparison)]


def _aim(row: Comparison) -> str:
    told = [] if row.aim is None else [f"≥ {_digits(row.aim)} ×"]
    if row.limit is not None:
        sign = "≥" if _more_is_better(row.unit) else "≤"
        told.append(f"{sign} {with_unit(row.limit, row.unit)}")
    return ", ".join(told)


def _more_is_better(unit: str) -> bool:
    return unit.endswith("/s")


def _digits(value: float) -> str:
    """Three digits, without an exponent: 12,300, 12.3, 0.0123."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:.3g}"
