"""What the notebooks recorded for the report: answers with their numbers, the main table."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_INTERVAL = re.compile(r"(\S+)\s*(\[.+\])")


@dataclass(frozen=True)
class Cell:
    """One cell of the main table: a value, its interval if it has one, whether it is the best."""

    value: str
    interval: str = ""
    best: bool = False


@dataclass(frozen=True)
class MainTable:
    """Accuracies by method; `columns` are the radii."""

    columns: list[str]
    rows: dict[str, list[Cell]]


def read_answers(results: Path) -> dict[str, dict[str, Any]]:
    """The recorded answer of each notebook: {"answer": Markdown, "numbers": {name: value}}."""
    answers = {}
    for path in sorted((results / "answers").glob("*.json")):
        try:
            answers[path.stem] = json.loads(path.read_text())
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}: not JSON ({error}); run its notebook again") from None
    return answers


def read_main_table(path: Path) -> MainTable | None:
    """The table of accuracies, "12.3 [11.0, 13.6]" in each cell; None where there is no file."""
    if not path.exists():
        return None
    with open(path, newline="") as file:
        header, *lines = list(csv.reader(file)) or [[]]
    if not lines or any(len(line) != len(header) for line in lines):
        raise ValueError(f"{path}: expected a header and rows of as many cells, found otherwise")
    best = [max(_value(line[k]) for line in lines) for k in range(1, len(header))]
    rows = {}
    for line in lines:
        cells = []
        for text, top in zip(line[1:], best, strict=True):
            match = _INTERVAL.fullmatch(text.strip())
            value, interval = match.groups() if match else (text.strip(), "")
            cells.append(Cell(value, interval, best=_value(text) == top > 0))
        rows[line[0]] = cells
    return MainTable(header[1:], rows)


def _value(text: str) -> float:
    match = re.match(r"\s*(-?\d+(?:\.\d+)?)", text)
    return float(match[1]) if match else float("-inf")
