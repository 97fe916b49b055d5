"""Texts that a spreadsheet would run as a formula, made harmless in CSV files and read back.

Names of photos come from strangers, and programs that open a CSV run what begins like a formula
(OWASP, "CSV Injection"). An apostrophe in front makes it a text there.
"""

import pandas as pd

STARTS = ("=", "+", "-", "@", "\t", "\r")


def guarded(texts: pd.Series) -> pd.Series:
    """Texts with an apostrophe in front of those that begin as a formula, or as one so guarded.

    >>> guarded(pd.Series(["a.jpg", "=1+1", "'=1+1", "it's"])).tolist()
    ['a.jpg', "'=1+1", "''=1+1", "it's"]
    """
    texts = texts.astype("str")
    bare = texts.str.lstrip("'")
    return texts.where(~bare.str.startswith(STARTS), "'" + texts)


def unguarded(texts: pd.Series) -> pd.Series:
    """What the texts were before `guarded`."""
    bare = texts.str.lstrip("'")
    is_guarded = bare.str.startswith(STARTS) & texts.str.startswith("'")
    return texts.where(~is_guarded, texts.str[1:])
