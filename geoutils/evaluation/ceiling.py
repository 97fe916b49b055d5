"""How far the visible cues could carry anyone: what a perfect reader of them would reach.

The reader has no photo but the training photos' places, and knows how each place looks. Of a test
photo it reads the cues in view, without error; it keeps the training places that look the same, and
names, for each radius, the point with the most probability within that radius.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.photos.scenes import compose, readings
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, unit_vectors


@dataclass(frozen=True)
class Sights:
    """What can be read off each photo; -1 for what is out of view."""

    cues: Int[ndarray, "photos cues"]  # from the finest to the coarsest
    soil: Real[ndarray, "photos channels"]  # a colour that is known up to a blur
    situation: Int[ndarray, " photos"]  # the kind of scene: plain to see, likelier at some places


@dataclass(frozen=True)
class Lore:
    """What the reader knows of each training place."""

    latlon_deg: Real[ndarray, "places 2"]
    cues: Int[ndarray, "places cues"]  # what a photo taken there would show
    soil: Real[ndarray, "places channels"]
    chances: Real[ndarray, "situations places"]
    soil_blur: float = readings.SOIL_BLUR  # standard deviation of each channel


def ceiling_distances(
    photos: pd.DataFrame,
    train: pd.DataFrame,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
    n_candidates: int = 1000,
    seed: int = 0,
) -> Float[ndarray, "photos radii"]:
    """Distance in km from each rendered photo to the perfect reader's point for each radius.

    `photos` and `train` are rows of a rendered study's manifest. Column r is only meant for a_r:
    another radius has another best point. ValueError where photos are not rendered.
    """
    for name, table in (("photos", photos), ("train", train)):
        if "seed" not in table:
            raise ValueError(f"{name}: no column 'seed'; only rendered photos tell what they show")
    points = perfect_reader(sights_of(photos), lore_of(train), radii_km, n_candidates, seed)
    truth_deg = photos[["latitude", "longitude"]].to_numpy(dtype=float)
    columns = [great_circle_km(truth_deg, points[:, k]) for k in range(points.shape[1])]
    return np.stack(columns, axis=1)


def sights_of(photos: pd.DataFrame) -> Sights:
    """What the renderer drew into each photo that tells its place."""
    scenes = compose(photos)
    return Sights(
        np.where(readings.in_view(scenes), readings.readings(scenes), -1),
        np.where(readings.soil_in_view(scenes)[:, None], scenes.ground, -1),
        readings.situation_of(scenes),
    )


def lore_of(train: pd.DataFrame) -> Lore:
    """How every training photo's place looks to the renderer."""
    scenes, latlon_deg = compose(train), train[["latitude", "longitude"]].to_numpy(dtype=float)
    chances = readings.situation_chances(latlon_deg)
    return Lore(latlon_deg, readings.readings(scenes), scenes.ground, chances)


def perfect_reader(
    sights: Sights,
    lore: Lore,
    radii_km: Real[ndarray, " radii"] = RADII_KM,
    n_candidates: int = 1000,
    seed: int = 0,
) -> Float[ndarray, "photos radii 2"]:
    """Best point of each photo for each radius, by the posterior over the training places.

    A place has posterior 0 where a cue in view differs; elsewhere it is proportional to the chance
    of the photo's situation there, times a Gaussian of the difference of soils where soil is in
    view. What no place left over has, never met in training, tells a reader nothing and is passed
    over. The best point is the place with most posterior strictly within the radius, of equals the
    first; where more than `n_candidates` are left, so many of them, drawn at random, are tried. A
    photo that shows nothing gets the best constant guess for its situation.
    """
    _check(sights, lore)
    rng = np.random.default_rng(seed)
    vectors, radii = unit_vectors(lore.latlon_deg), np.asarray(radii_km, dtype=float)
    rows = np.column_stack([sights.cues, sights.situation]).astype(np.int64)
    keys = np.column_stack([rows, sights.soil.astype(np.float64).view(np.int64)])
    _, asked, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    points = np.empty((len(asked), len(radii), 2))
    for k, photo in enumerate(asked):
        left = consistent_places(sights.cues[photo], lore.cues)
        weights = _posterior(sights.situation[photo], sights.soil[photo], lore, left)
        left, weights = left[weights > 0], weights[weights > 0]
        tried = np.arange(len(left))
        if len(left) > n_candidates:
            tried = rng.choice(len(left), n_candidates, replace=False)
        best = _fullest(vectors[left], weights, tried, radii)
        points[k] = lore.latlon_deg[left[best]]
    return points[which.reshape(-1)]


def consistent_places(
    seen: Int[ndarray, " cues"], known: Int[ndarray, "places cues"]
) -> Int[ndarray, " left"]:
    """Places that show what is seen (-1: out of view), cue after cue, never none.

    >>> known = np.array([[5, 1], [6, 1], [7, 2]])
    >>> consistent_places(np.array([-1, 1]), known)
    array([0, 1])
    >>> consistent_places(np.array([8, 2]), known)  # nobody has seen value 8
    array([2])
    """
    left = np.arange(len(known))
    for cue in np.flatnonzero(seen >= 0):
        same = left[known[left, cue] == seen[cue]]
        left = same if len(same) else left
    return left


def _posterior(
    situation: int | np.integer,
    soil: Real[ndarray, " channels"],
    lore: Lore,
    left: Int[ndarray, " left"],
) -> Float[ndarray, " left"]:
    """Weights of the consistent places, largest about 1; negligible ones are exactly 0."""
    weights = lore.chances[situation, left]
    weights = weights / weights.max() if weights.any() else np.ones(len(left))
    if (soil >= 0).all():
        off = ((lore.soil[left].astype(float) - soil) ** 2).sum(axis=1) / lore.soil_blur**2
        off = np.where(weights > 0, off, np.inf)
        weights = weights * np.exp((off.min() - off) / 2)
    return np.where(weights > 1e-9 * weights.max(), weights, 0)


def _fullest(
    vectors: Float[ndarray, "places 3"],
    weights: Real[ndarray, " places"],
    tried: Int[ndarray, " candidates"],
    radii_km: Float[ndarray, " radii"],
) -> Int[ndarray, " radii"]:
    """The candidate with most weight strictly within each radius, by chords of the unit sphere."""
    half_angle = np.minimum(radii_km / (2 * EARTH_RADIUS_KM), np.pi / 2)
    # Distance < r exactly where the dot product exceeds cos(r / R) = 1 - 2 sin^2(r / 2R).
    least_dot = 1 - 2 * np.sin(half_angle) ** 2
    dots = vectors[tried] @ vectors.T
    reached = [np.where(dots > least, weights, 0).sum(axis=1).argmax() for least in least_dot]
    return tried[np.array(reached)]


def _check(sights: Sights, lore: Lore) -> None:
    if len(lore.latlon_deg) == 0:
        raise ValueError("lore: no training places; expected at least one")
    if sights.cues.shape[1] != lore.cues.shape[1]:
        raise ValueError(
            f"sights: {sights.cues.shape[1]} cues, but lore has {lore.cues.shape[1]}; expected "
            "the same cues in the same order"
        )
    least, most = sights.situation.min(initial=0), sights.situation.max(initial=0)
    if least < 0 or most >= len(lore.chances):
        raise ValueError(
            f"sights: situations {least} to {most}, but lore has 0 to {len(lore.chances) - 1}"
        )
