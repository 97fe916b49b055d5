"""Parquet files from anywhere, of which a damaged one is no more than a bad value."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd


def read_parquet(path: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The table in a file, or some of its columns; nothing in such a file is ever run.

    Raises ValueError, with the reason alone, where the file cannot be read as one, and
    FileNotFoundError where there is none.
    """
    try:
        return pd.read_parquet(Path(path), columns=None if columns is None else list(columns))
    except FileNotFoundError:
        raise
    except Exception as error:  # readers raise whatever damaged metadata leads them to
        reason = " ".join(str(error).split()) or "no reason given"
        raise ValueError(f"{type(error).__name__}: {reason}") from None
