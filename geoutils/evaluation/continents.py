"""Photos and cells of every continent and of every group of scenes, beside people and land."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Int, Real
from numpy import ndarray

from geoutils import atlas

SCENES = ("indoor", "nature", "urban", "not known")


def continent_table(
    photos: Mapping[str, pd.Series], centers_deg: Real[ndarray, "cells 2"] | None = None
) -> pd.DataFrame:
    """Photos, cells, people and km² of land of the seven continents; columns in that order.

    `photos` names the continents of the photos of each list ("" at sea, in no row). A cell counts
    for the continent of its center; without `centers_deg` there is no column cells.
    """
    world = atlas.countries()
    totals = world.groupby("continent")[["population", "area_km2"]].sum()
    columns = {name: where.value_counts() for name, where in photos.items()}
    if centers_deg is not None:
        held = atlas.continent_of(atlas.country_of(centers_deg))
        columns["cells"] = pd.Series(held).value_counts()
    counted = pd.DataFrame(columns, index=totals.index).fillna(0).astype(int)
    return counted.assign(people=totals["population"], land_km2=totals["area_km2"])


def shares_of_the_whole(table: pd.DataFrame) -> pd.DataFrame:
    """Each column divided by its sum; 0 in columns without anything."""
    total = table.sum()
    return table / total.where(total > 0, 1)


def scene_table(
    scenes: pd.Series,
    continents: pd.Series,
    cells: Int[ndarray, " photos"] | None = None,
    training: ndarray | None = None,
) -> pd.DataFrame:
    """Number of photos of each group of scenes: one row per continent, "at sea", and all photos.

    With `cells` (-1: none) one more row, "cells, main scene": how many cells show mostly that group
    in their photos, of those where `training` is true. Of groups that are equally frequent in a
    cell the first in order of `SCENES` counts.
    """
    scene = scenes.where(scenes != "", SCENES[-1]).reset_index(drop=True)
    unknown = sorted(set(scene) - set(SCENES))
    if unknown:
        raise ValueError(f"scenes: found {unknown[0]!r}, expected {', '.join(SCENES[:-1])} or ''")
    place = continents.where(continents != "", "at sea").reset_index(drop=True)
    table = pd.crosstab(place, scene).reindex(columns=list(SCENES), fill_value=0)
    table.loc["all photos"] = table.sum()
    if cells is not None:
        kept = cells >= 0 if training is None else (cells >= 0) & training
        if kept.any():
            held = pd.crosstab(cells[kept], scene.to_numpy()[kept])
            held = held.reindex(columns=list(SCENES), fill_value=0).to_numpy()
            main = np.bincount(held.argmax(axis=1), minlength=len(SCENES))
            table.loc["cells, main scene"] = main
    return table.rename_axis(index="continent", columns=None)
