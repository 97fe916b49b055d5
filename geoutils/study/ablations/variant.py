"""One thing to train and to score."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True, eq=False)
class Variant:
    """One thing to train and to score with one seed.

    `place(folder)` works below that folder and returns, for each test photo, photo, distance_km
    and if there are several answers `answer`; other columns are measures (see `sweep_table`). All
    distances of a variant that cannot be run in this study are NaN, and its label says why.
    `name` becomes a file's name. `shown_in` says which questions of the sweep the variant belongs
    to and what it is called there; by default one without a name. In each question the others are
    compared with `is_reference`, else with the first. `settings` are what the result depends on
    beside code and base study; by default all of the sweep's.
    """

    sweep: str
    name: str
    seed: int
    place: Callable[[Path], pd.DataFrame]
    shown_in: Mapping[str, str] = field(default_factory=dict)
    is_reference: bool = False
    settings: Mapping[str, Any] | None = None

    @property
    def file(self) -> str:
        """Stem of what is written about it."""
        return f"{self.name}_{self.seed}"
