"""The sharpest instrument: draw the same scene without one thing, and see what the model loses."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int, UInt8
from numpy import ndarray
from tqdm import tqdm

from geoutils.evaluation.bootstrap import bootstrap_sums
from geoutils.explanation.reader import FAR_KM, Reader
from geoutils.photos.scenes import compose, render

CLIMATE_CUES = {"sea": "sea", "tree": "vegetation"}  # what else tells a climate lies on the ground


def planted_cues(manifest: pd.DataFrame) -> ndarray:
    """Which cue to leave out of each scene so that its planted concept tells no place; "" if none.

    By the columns carrier and carrier_scale: see `scene_truth`.
    """
    carrier, scale = (manifest[name].to_numpy(str) for name in ("carrier", "carrier_scale"))
    climate = np.array([CLIMATE_CUES.get(name, "ground") for name in carrier], dtype=str)
    cues = np.where(scale == "climate", climate, scale)  # "city" and "country" are named alike
    cues = np.where(scale == "street", "landmark", cues)
    return np.where((carrier == "mountain") & (scale == "city"), "relief", cues)


def redrawn(
    reader: Reader,
    manifest: pd.DataFrame,
    pixels: UInt8[ndarray, "photos h h 3"],
    cells: Int[ndarray, " photos"],
    cues: Sequence[str],
) -> pd.DataFrame:
    """What is lost when each cue that a photo shows is left out of its scene.

    `pixels` are the rendered photos of `manifest`. One row per photo and cue: columns row (place in
    `manifest`), author, left_out, and those of `Reader.change`. Everything else in the scene is
    drawn from the same random numbers, so nothing else moves. Raises ValueError if no photo shows
    any cue.
    """
    pairs = [np.flatnonzero(manifest[f"shows_{cue}"]) for cue in cues]
    rows = np.concatenate(pairs)
    if not len(rows):
        raise ValueError(f"cues: none of {list(cues)} is seen in these {len(manifest)} photos")
    pictures = [
        render(compose(manifest.iloc[shown]), pixels.shape[1], hide=(cue,))[0]
        for cue, shown in zip(
            tqdm(cues, "Redrawing", unit=" cues", mininterval=1), pairs, strict=True
        )
        if len(shown)
    ]
    told = {
        "row": rows,
        "author": manifest["author"].to_numpy()[rows],
        "left_out": np.repeat(cues, [len(shown) for shown in pairs]),
    }
    change = reader.change(pixels[rows], np.concatenate(pictures), cells[rows])
    return pd.concat([pd.DataFrame(told), change], axis=1)


def kept_confidence(
    changed: pd.DataFrame, by: str = "left_out", n_resamples: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Share of all confidence that is left, and of the predictions that move by 25 km or more.

    `changed` has the columns author, before, after, moved_km. Index: `by`; columns n_photos, mean
    (mean after / mean before), low, high, moved, moved_low, moved_high (95 % bootstrap intervals
    over authors) and median_km (of all photos), what costs most first.
    """
    rows = {}
    for name, part in changed.groupby(by, sort=False):
        sums = part[["after", "before"]].assign(far=part["moved_km"] >= FAR_KM, one=1).astype(float)
        after, before, far, n = sums.sum()
        draws = bootstrap_sums(sums.to_numpy(), part["author"].to_numpy(), n_resamples, seed)
        ratios = np.stack([draws[:, 0] / draws[:, 1], draws[:, 2] / draws[:, 3]])
        (low, moved_low), (high, moved_high) = np.quantile(ratios, [0.025, 0.975], axis=1)
        kept, moved = (after / before, low, high), (far / n, moved_low, moved_high)
        rows[name] = (len(part), *kept, *moved, part["moved_km"].median())
    columns = ["n_photos", "mean", "low", "high", "moved", "moved_low", "moved_high", "median_km"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis(by).sort_values("mean")
