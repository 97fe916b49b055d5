"""ADE20K's 150 object classes: their numbers, names, and other names for the same."""

import csv
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("ade20k.csv")  # says where it comes from, and its licence


def _rows() -> list[dict[str, str]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


ADE20K_NAMES = ("none", *(row["name"] for row in _rows()))  # concept c is ADE20K_NAMES[c]


def ade20k_index(label: str) -> int:
    """Number (1 … 150) of the class that a label names, 0 if none does.

    Any case; a class's first name goes before other classes' second ones.

    >>> ade20k_index("Television receiver "), ade20k_index("screen"), ade20k_index("zebra")
    (90, 131, 0)
    """
    return _numbers().get(label.strip().lower(), 0)


@cache
def _numbers() -> dict[str, int]:
    numbers = {row["name"]: int(row["index"]) for row in _rows()}
    for row in _rows():
        for other in row["other_names"].split(";"):
            if other:
                numbers.setdefault(other, int(row["index"]))
    return numbers
