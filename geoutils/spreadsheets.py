"""Texts that a spreadsheet would run as a formula, made harmless in CSV files and read back.

Names of photos come from strangers, and programs that open a CSV run what begins like a formula
(OWASP, "CSV Injection"). An apostrophe in front makes it a text there.
"""

import re
from typing import Any

import pandas as pd

TEXT_KINDS = (pd.CategoricalDtype, pd.StringDtype)
STARTS = ("=", "+", "-", "@", "\t", "\r")
# A number, maybe with its interval, and what it is of: "-1.7 [-3.0, -0.6]", "+0.5 %".
NUMBER = re.compile(r"[-+][\d.,]+( ?%)?( \[[-+\d., ]*\])?( ?%)?")


def guarded(texts: pd.Series) -> pd.Series:
    """Texts with an apostrophe in front of those that begin as a formula, or as one so guarded.

    >>> guarded(pd.Series(["a.jpg", "=1+1", "'=1+1", "it's"])).tolist()
    ['a.jpg', "'=1+1", "''=1+1", "it's"]
    """
    texts = texts.astype("str")
    bare = texts.str.lstrip("'")
    return texts.where(~bare.str.startswith(STARTS), "'" + texts)


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """A table without formulas in its texts, its labels of rows and its names of columns.

    Numbers stay, also those written as texts with a sign in front, which no program runs.

    >>> guarded_table(pd.DataFrame({"=1": ["-2+3.jpg", "-1.7 [-3.0, -0.6]"]}))["'=1"].tolist()
    ["'-2+3.jpg", '-1.7 [-3.0, -0.6]']
    """
    found = table.rename(columns=_guarded, index=_guarded)
    for place, kind in enumerate(table.dtypes):
        if pd.api.types.is_object_dtype(kind) or isinstance(kind, TEXT_KINDS):
            entries = [_guarded(entry) for entry in table.iloc[:, place]]
            found.isetitem(place, pd.Series(entries, index=found.index, dtype=object))
    return found.rename_axis(index=[_guarded(name) for name in table.index.names])


def _guarded(value: Any) -> Any:
    """A label or entry, guarded where it is a text that begins as a formula, or as one guarded."""
    if not isinstance(value, str) or NUMBER.fullmatch(value):
        return value
    return f"'{value}" if value.lstrip("'").startswith(STARTS) else value


def unguarded(texts: pd.Series) -> pd.Series:
    """What the texts were before `guarded`."""
    bare = texts.str.lstrip("'")
    is_guarded = bare.str.startswith(STARTS) & texts.str.startswith("'")
    return texts.where(~is_guarded, texts.str[1:])
