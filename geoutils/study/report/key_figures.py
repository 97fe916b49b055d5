"""The few numbers at the top of the report, taken from what the notebooks recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Notebook, name of the number it recorded, how to write it, what it is.
_CHOICE = (
    ("01", "photos", "{:,.0f}", "photos"),
    ("01", "countries", "{:,.0f}", "countries they were taken in"),
    ("02", "cells_fine", "{:,.0f}", "cells at the finest level"),
    ("04", "a_25", "{:.1%}", "of the test photos placed within 25\u202fkm"),
    ("04", "a_2500", "{:.1%}", "placed within 2500\u202fkm"),
    ("06", "ece_product", "{:.1%}", "calibration error of the product f*"),
    ("09", "gini_city", "{:.2f}", "Gini coefficient of photos over cities"),
)


@dataclass(frozen=True)
class KeyFigure:
    """A number as text, and what it counts."""

    value: str
    label: str


def key_figures(numbers: Mapping[str, Mapping[str, Any]]) -> list[KeyFigure]:
    """The chosen numbers among those recorded by each notebook; what is not there is left out.

    >>> key_figures({"01_photos": {"photos": 26000}})
    [KeyFigure(value='26,000', label='photos')]
    """
    found = []
    for chapter, name, form, label in _CHOICE:
        for notebook, recorded in numbers.items():
            value = recorded.get(name) if notebook.startswith(chapter) else None
            if isinstance(value, int | float):
                found.append(KeyFigure(form.format(value), label))
    return found
