"""Lists of photos set beside each other: Gini over cities, ours and as published."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geoutils import atlas
from geoutils.evaluation.inequality import PUBLISHED_GINI
from geoutils.evaluation.resampled_inequality import (
    Spread,
    bootstrap_spread,
    gini_of_shorter_lists,
)
from geoutils.evaluation.resamples import Resamples

FEW_PHOTOS = 1_000  # shorter lists say little of any, and are not what others are cut down to


def city_spreads(
    lists: Mapping[str, pd.DataFrame], cities: pd.DataFrame, n_resamples: int = 1000, seed: int = 0
) -> dict[str, Spread]:
    """Spread of each list's photos over their nearest cities, resampling authors.

    Lists are tables with columns latitude, longitude and author ("" where unknown: such photos are
    resampled one by one).
    """
    spreads = {}
    for name, photos in lists.items():
        nearest, _ = atlas.nearest_place(photos[["latitude", "longitude"]].to_numpy(), cities)
        drawn = Resamples.draw(len(photos), photos["author"].to_numpy(), n_resamples, seed)
        spreads[name] = bootstrap_spread(nearest, drawn)
    return spreads


def gini_table(spreads: Mapping[str, Spread], seed: int = 0) -> pd.DataFrame:
    """One row per list, and per published value without a list: paper, ours, low, high, difference.

    Further columns: photos; cities (with photos); at_length, the mean coefficient when every list
    is cut, by chance, to the length of the shortest one of at least 1,000 photos (`length`).
    """
    rows = {
        name: {
            "ours": spread.gini,
            "low": spread.gini_low,
            "high": spread.gini_high,
            "photos": spread.counts.sum(),
            "cities": len(spread.counts),
        }
        for name, spread in spreads.items()
    }
    names = list(dict.fromkeys([*rows, *PUBLISHED_GINI]))
    columns = ["ours", "low", "high", "photos", "cities"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).reindex(names)
    paper = pd.Series(PUBLISHED_GINI, dtype=float).reindex(names)
    table.insert(0, "paper", paper)
    table.insert(4, "difference", table["ours"] - paper)
    long = table["photos"][table["photos"] >= FEW_PHOTOS]
    if len(long):
        length = int(long.min())
        cut = {
            name: gini_of_shorter_lists(spreads[name].counts, length, seed=seed)
            for name in long.index
        }
        table["at_length"] = pd.Series(cut, dtype=float).reindex(names)
        table["length"] = np.where(table["at_length"].notna(), length, np.nan)
    else:
        table[["at_length", "length"]] = np.nan
    return table.rename_axis("photos of")
