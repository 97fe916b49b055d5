"""Scene groups from the labels that photo lists carry (Places365, its three level-1 groups)."""

import numpy as np
import pandas as pd

from geoutils.photos.manifest import SCENES, text_of

# Places365's 16 level-2 groups, in order, belong to indoor (0-5), nature (6-9) and urban (10-15).
SCENE_OF_S16 = np.repeat(SCENES, (6, 4, 6))


def scenes_of(table: pd.DataFrame) -> pd.Series:
    """Scene ("indoor", "nature", "urban"; "" unknown) of each row, from the best label it has.

    Looks, in this order, at `scene` (a name), `s3` (0 indoor, 1 natural, 2 urban), `s16` (0 to 15)
    and the probabilities `prob_indoor`, `prob_natural`, `prob_urban`, of which the largest wins.
    """
    scene = pd.Series("", index=table.index, dtype="str")
    for candidate in (
        _named(table),
        _coded(table, "s3", SCENES),
        _coded(table, "s16", SCENE_OF_S16),
    ):
        scene = scene.where(scene != "", candidate)
    return scene.where(scene != "", _likeliest(table))


def _named(table: pd.DataFrame) -> pd.Series:
    if "scene" not in table:
        return pd.Series("", index=table.index, dtype="str")
    names = text_of(table["scene"]).str.lower()
    names = names.replace("natural", "nature")
    return names.where(names.isin(SCENES), "")


def _coded(table: pd.DataFrame, column: str, names: tuple[str, ...] | np.ndarray) -> pd.Series:
    """Names looked up by the integer code in a column; "" where there is no such code."""
    if column not in table:
        return pd.Series("", index=table.index, dtype="str")
    codes = pd.to_numeric(table[column], errors="coerce")
    return codes.map(dict(enumerate(names))).astype("str").fillna("")


def _likeliest(table: pd.DataFrame) -> pd.Series:
    columns = ["prob_indoor", "prob_natural", "prob_urban"]
    if not set(columns) <= set(table):
        return pd.Series("", index=table.index, dtype="str")
    shares = table[columns].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    known = np.isfinite(shares).all(axis=1)
    likeliest = np.where(known, np.nan_to_num(shares).argmax(axis=1), -1)
    return (
        pd.Series(likeliest, index=table.index)
        .map(dict(enumerate(SCENES)))
        .astype("str")
        .fillna("")
    )
