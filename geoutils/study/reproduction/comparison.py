"""A study made again beside its committed results."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geoutils.study.reproduction.figure_data import figure_moves
from geoutils.study.reproduction.move import Move
from geoutils.study.reproduction.moves import (
    equal_moves,
    has_interval,
    widening_for,
    within_moves,
)
from geoutils.study.reproduction.reading import Reading, readings
from geoutils.study.reproduction.rings import FILE as RINGS
from geoutils.study.reproduction.rings import paired_moves, rings_of_study
from geoutils.study.reproduction.sources import FILE as SOURCES
from geoutils.study.reproduction.sources import source_moves, source_sums
from geoutils.study.reproduction.standing import EQUAL, PAIRED, WITHIN, figures_are_equal, standing

FOLDERS = ("answers", "tables", "ablations")


@dataclass(frozen=True)
class Comparison:
    """What moved, in what was compared: one line for each kind of comparison."""

    lines: list[str]
    moves: list[Move]

    @property
    def beyond(self) -> list[Move]:
        """What moved by more than chance."""
        return [move for move in self.moves if move.beyond]


def compare_results(before: Path, after: Path) -> Comparison:
    """Compare the small results of two runs of one study, each file as `standing` says.

    `before` holds the committed files (tables, answers, figure_data, check), `after` a finished
    study. ValueError where `after` is not finished: an answer that was committed is missing.
    """
    missing = [name for name in _names(before, "answers") if not (after / name).exists()]
    if missing:
        raise ValueError(f"{after}: not finished; no {', '.join(missing)}")
    own_sweeps = _sweeps_moved(before, after)
    files = _compared_files(before, after)
    parts = [
        _sources(before, after),
        _equal_files(before, after, [f for f in files if standing(f, own_sweeps) == EQUAL]),
        _distances(before, after),
        _trained_files(before, after, files, own_sweeps),
        _figures(before, after, own_sweeps),
    ]
    return Comparison([part.lines[0] for part in parts], [m for part in parts for m in part.moves])


def _sources(before: Path, after: Path) -> Comparison:
    if not (before / SOURCES).exists():
        return Comparison([f"photos and cells: not compared, {SOURCES} is not committed"], [])
    old = json.loads((before / SOURCES).read_text())
    moves = source_moves(old, source_sums(after))
    return Comparison([f"photos and cells: {len(old)} files, equal{_but(moves)}"], moves)


def _equal_files(before: Path, after: Path, files: list[str]) -> Comparison:
    moves, n_cells = [], 0
    for file in files:
        old, new = _read(before / file, True), _read(after / file, True)
        moves += equal_moves(file, old, new)
        n_cells += len(old)
    line = f"drawn and counted: {n_cells:,} cells of {len(files)} files, equal{_but(moves)}"
    return Comparison([line], moves)


def _distances(before: Path, after: Path) -> Comparison:
    if not (before / RINGS).exists():
        return Comparison([f"errors of all photos: not compared, {RINGS} is not committed"], [])
    old = pd.read_parquet(before / RINGS)
    moves, limit = paired_moves(old, rings_of_study(after))
    n = len(old.columns) - 2
    line = f"errors of {len(old):,} photos by {n} methods at five radii: "
    line += "equal" if not moves else f"{len(moves)} accuracies moved, {_beyond(moves)} beyond "
    line += "" if not moves else f"chance (paired difference over {limit:.1f} standard errors)"
    return Comparison([line], moves)


def _trained_files(before: Path, after: Path, files: list[str], own_sweeps: bool) -> Comparison:
    files = [file for file in files if standing(file, own_sweeps) in (WITHIN, PAIRED)]
    judged, told = [], []
    for file in files:
        pair = _read(before / file, False), _read(after / file, False)
        (judged if standing(file, own_sweeps) == WITHIN else told).append((file, *pair))
    n_judged = sum(has_interval(cell) for _, old, _ in judged for cell in old.values())
    widening = widening_for(n_judged)
    moves = [move for part in judged for move in within_moves(*part, widening)]
    moves += [
        Move(move.file, move.where, move.before, move.after, beyond=False)
        for part in told
        for move in within_moves(*part, widening)
    ]
    n_cells = sum(len(old) for _, old, _ in [*judged, *told])
    line = f"trained: {n_cells:,} cells of {len(files)} files, {len(moves):,} moved"
    line += f", {_beyond(moves)} beyond chance ({n_judged:,} estimates against intervals"
    return Comparison([f"{line} {widening:.2f} times as wide)"], moves)


def _figures(before: Path, after: Path, own_sweeps: bool) -> Comparison:
    names = _names(before, "figure_data")
    if not names:
        return Comparison(["figures: not compared, no figure_data is committed"], [])
    moves, n_figures = [], 0
    for name in names:
        old = json.loads((before / name).read_text())
        new = json.loads((after / name).read_text()) if (after / name).exists() else {}
        moves += figure_moves(name, old, new, figures_are_equal(Path(name).stem, own_sweeps))
        n_figures += len(old)
    moved = {(move.file, move.where.split(":")[0]) for move in moves}
    line = f"figures: {n_figures} by the data behind them, {len(moved)} moved"
    return Comparison([f"{line}, {_beyond(moves)} times where they should not"], moves)


def _compared_files(before: Path, after: Path) -> list[str]:
    """Files of either side; sweeps only where they were run again."""
    names = {n for folder in FOLDERS for n in _names(before, folder) + _names(after, folder)}
    return sorted(n for n in names if not n.startswith("ablations/") or (after / n).exists())


def _sweeps_moved(before: Path, after: Path) -> bool:
    """Whether `make ablations` made other tables than those committed."""
    names = [name for name in _names(after, "ablations") if (before / name).exists()]
    return any((before / name).read_bytes() != (after / name).read_bytes() for name in names)


def _names(results: Path, folder: str) -> list[str]:
    files = [*(results / folder).glob("*.csv"), *(results / folder).glob("*.json")]
    return sorted(file.relative_to(results).as_posix() for file in files)


def _read(path: Path, by_position: bool) -> dict[str, Reading]:
    return readings(path, by_position) if path.exists() else {}


def _but(moves: list[Move]) -> str:
    return f" but for {len(moves)}" if moves else ""


def _beyond(moves: list[Move]) -> int:
    return sum(move.beyond for move in moves)
