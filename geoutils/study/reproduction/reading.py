"""Tables and numbers as a study writes them, read as estimates with their intervals."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geoutils.study.reproduction.standing import MACHINE

_NUMBER = r"[-+−]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?"
_WITH_INTERVAL = re.compile(rf"\(?({_NUMBER}) ?\[({_NUMBER}), ({_NUMBER})\] ?%?\)?")
# Words that say how a comparison went: they may change with its numbers.
_OUTCOMES = {"verdict", "excludes_zero", "agrees"}
_KEYS = {"radius_km"}  # a number that says which row it is


@dataclass(frozen=True)
class Reading:
    """One cell: its text, and where it is a number that, with its interval where it has one."""

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


def readings(path: Path, by_position: bool) -> dict[str, Reading]:
    """Every cell of a CSV or JSON file by row and column; what depends on the machine is left out.

    Rows are known by their number (`by_position`), or else by their words, since a table may be
    sorted by what it measures.
    """
    if path.suffix == ".json":
        return _of_json(json.loads(path.read_text()))
    return _of_table(pd.read_csv(path, dtype=str, keep_default_na=False), by_position)


def read_cell(text: str) -> Reading:
    """A cell by itself.

    >>> read_cell("(35.1 [32.0, 38.3])")
    Reading(text='(35.1 [32.0, 38.3])', value=35.1, low=32.0, high=38.3)
    >>> read_cell("1,474").value, read_cell("France").value
    (1474.0, None)
    """
    found = _WITH_INTERVAL.fullmatch(text)
    if found:
        return Reading(text, *(_number(part) for part in found.groups()))
    return Reading(text, _number(text))


def _of_table(table: pd.DataFrame, by_position: bool) -> dict[str, Reading]:
    cells = {column: [read_cell(text) for text in table[column]] for column in table}
    names = _row_names(table, cells, by_position)
    found = {}
    for column in table:
        if column in MACHINE or _is_bound(column, table.columns):
            continue
        low, high = _bounds(column, list(table.columns))
        for row, (name, cell) in enumerate(zip(names, cells[column], strict=True)):
            if cell.value is not None and low:
                bounds = cells[low][row].value, cells[high][row].value
                cell = Reading(cell.text, cell.value, *bounds)
            found[f"{name} | {column}"] = cell
    return found


def _row_names(
    table: pd.DataFrame, cells: dict[str, list[Reading]], by_position: bool
) -> list[str]:
    keys = [column for column in table if column in _KEYS or _is_words(column, cells[column])]
    if by_position:
        return [f"row {number}" for number in range(1, len(table) + 1)]
    names, seen = [], Counter()
    for words in table[keys].itertuples(index=False):
        name = ", ".join(word for word in words if word)
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return names


def _is_words(column: str, cells: list[Reading]) -> bool:
    texts = [cell.text for cell in cells if cell.value is None]
    return (
        column not in _OUTCOMES
        and len(texts) == len(cells)
        and not set(texts) <= {"True", "False", ""}
    )


def _bounds(column: str, columns: list[str]) -> tuple[str, str]:
    """Columns with the interval of one: x_low, x_high of x; low, high of the one before low."""
    if f"{column}_low" in columns:
        return f"{column}_low", f"{column}_high"
    if "low" in columns and columns.index("low") == columns.index(column) + 1:
        return "low", "high"
    return "", ""


def _is_bound(column: str, columns: Any) -> bool:
    stem, _, end = column.rpartition("_")
    return end in ("low", "high") and (not stem or stem in columns)


def _of_json(contents: Any) -> dict[str, Reading]:
    """Numbers of a JSON file; a notebook's answer in words is made of them."""
    flat = {path: read_cell(str(value)) for path, value in _leaves(contents, "")}
    found = {}
    for path, cell in flat.items():
        name = path.rpartition(".")[2]
        if name in MACHINE or path == "answer" or _is_bound(path, flat):
            continue
        if f"{path}_low" in flat:
            bounds = flat[f"{path}_low"].value, flat[f"{path}_high"].value
            cell = Reading(cell.text, cell.value, *bounds)
        found[path] = cell
    return found


def _leaves(contents: Any, path: str):
    if isinstance(contents, dict | list):
        items = contents.items() if isinstance(contents, dict) else enumerate(contents)
        for name, value in items:
            yield from _leaves(value, f"{path}.{name}".lstrip("."))
    else:
        yield path, contents


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return None
