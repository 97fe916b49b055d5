"""Without a renderer: paint a thing over, and the same shape somewhere else."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Integer, UInt8
from numpy import ndarray
from scipy import ndimage

from geoutils.explanation.reader import Reader

FILL_SHARE = 0.1  # reach of the colours that fill a gap, as a share of the photo's side
N_PLACES = 24  # tried for the same shape elsewhere


def erased(
    pixels: UInt8[ndarray, "photos h w 3"], masks: Bool[ndarray, "photos h w"]
) -> UInt8[ndarray, "photos h w 3"]:
    """Photos with each mask painted over in the colours around it, weighted by their nearness.

    Deep inside, where nothing else is near, it is the mean colour of the rest. Outside the mask no
    pixel changes; a mask of the whole photo leaves mid-grey.
    """
    sigma = FILL_SHARE * min(pixels.shape[1:3])
    blur = {"sigma": (0, sigma, sigma), "mode": "nearest"}
    open_ = (~masks).astype(np.float32)
    around = ndimage.gaussian_filter(open_, **blur)
    trust = np.clip(around / 0.02, 0, 1)[..., None]
    colors = pixels.astype(np.float32) * open_[..., None]
    near = ndimage.gaussian_filter(colors, sigma=(0, sigma, sigma, 0), mode="nearest")
    near = near / np.maximum(around, 1e-6)[..., None]
    n_open = open_.sum(axis=(1, 2))[:, None]
    rest = np.where(n_open > 0, colors.sum(axis=(1, 2)) / np.maximum(n_open, 1), 127.5)
    filled = trust * near + (1 - trust) * rest[:, None, None]
    filled = np.clip(np.rint(filled), 0, 255).astype(np.uint8)
    return np.where(masks[..., None], filled, pixels)


def elsewhere(masks: Bool[ndarray, "photos h w"], seed: int = 0) -> Bool[ndarray, "photos h w"]:
    """The same shapes where they overlap least with themselves, of some random places.

    A shape is moved down and across; what leaves the picture enters on the other side, so its
    area stays. A mask of the whole photo can go nowhere.
    """
    rng = np.random.default_rng(seed)
    moved = masks.copy()
    least = np.full(len(masks), np.inf)
    for shift in rng.integers(1, masks.shape[1:], size=(N_PLACES, 2)):
        other = np.roll(masks, tuple(shift), axis=(1, 2))
        overlap = (other & masks).sum(axis=(1, 2))
        better = overlap < least
        moved[better], least[better] = other[better], overlap[better]
    return moved


def erased_concepts(
    reader: Reader,
    pixels: UInt8[ndarray, "photos h w 3"],
    cells: Int[ndarray, " photos"],
    segmentation_maps: Integer[ndarray, "photos h w"],
    scored: Bool[ndarray, "photos concepts"],
    authors: ndarray,
    seed: int = 0,
) -> pd.DataFrame:
    """What is lost when each scored concept is painted over, and when its shape is elsewhere.

    One row per photo and concept: columns row, author, concept (its number), those of
    `Reader.change` for the concept itself, and elsewhere and elsewhere_km (after and moved_km for
    the same shape elsewhere).
    """
    rows, concepts = np.nonzero(scored)
    masks = segmentation_maps[rows] == concepts[:, None, None]
    shown, chosen = pixels[rows], cells[rows]
    change = reader.change(shown, erased(shown, masks), chosen)
    control = reader.change(shown, erased(shown, elsewhere(masks, seed)), chosen)
    told = {"row": rows, "author": authors[rows], "concept": concepts}
    other = {"elsewhere": control["after"], "elsewhere_km": control["moved_km"]}
    return pd.concat([pd.DataFrame(told), change, pd.DataFrame(other)], axis=1)


def excess_losses(
    changed: pd.DataFrame, shape: tuple[int, int]
) -> Float[ndarray, "photos concepts"]:
    """Fall of the log-confidence beyond that of the same shape elsewhere, by `erased_concepts`.

    NaN for concepts that were not painted over; `shape` is (photos, concepts).
    """
    losses = np.full(shape, np.nan)
    fall = np.log(changed["elsewhere"].to_numpy() / changed["after"].to_numpy())
    losses[changed["row"], changed["concept"]] = fall
    return losses
