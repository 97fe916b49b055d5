"""Which few photos to show so that a reader sees all that there is."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def varied(manifest: pd.DataFrame, n: int, by: Sequence[str], seed: int) -> pd.DataFrame:
    """`n` photos, every value of the first column in turn, and within it of the next, and so on.

    A random draw would show what is common (streets, Europe); this shows what is rare as well.
    Returns all rows, in that order, if there are no more than `n`.

    >>> streets = pd.DataFrame({"kind": ["street"] * 8 + ["beach"] * 2})
    >>> sorted(varied(streets, 4, ["kind"], seed=0)["kind"])
    ['beach', 'beach', 'street', 'street']
    """
    drawn = manifest.iloc[np.random.default_rng([seed, 4]).permutation(len(manifest))]
    for depth in range(len(by), 0, -1):
        turn = drawn.groupby(list(by[:depth]), sort=False).cumcount()
        drawn = drawn.iloc[np.argsort(turn.to_numpy(), kind="stable")]
    return drawn.iloc[:n]
