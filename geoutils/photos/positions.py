"""Where the rendered photos are taken, by whom: popular spots, trips, authors, splits."""

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int
from numpy import ndarray
from scipy.spatial import cKDTree

from geoutils import atlas
from geoutils.photos import visibility
from geoutils.photos.scenes.compose import compose
from geoutils.photos.scenes.kinds import GROUPS, KINDS
from geoutils.photos.scenes.spots import popular_spots
from geoutils.photos.scenes.truth import scene_truth
from geoutils.sphere import destination, unit_vectors

NATIVE_SIZE = 256  # pixels along a side of a rendered photo as the manifest counts it


def rendered_manifest(
    n_train: int, n_val: int, n_test: int, n_seen: int, seed: int, test_seed: int
) -> pd.DataFrame:
    """Manifest of rendered photos: real positions, authors on trips, splits without shared authors.

    Training, validation and "seen" photos come from `seed`; "seen" are held-out photos of training
    authors, from the same trips. Test photos come from `test_seed` and have authors of their own.
    """
    counts = {"n_train": n_train, "n_val": n_val, "n_test": n_test, "n_seen": n_seen}
    for name, count in counts.items():
        if count < 0:
            raise ValueError(f"{name}: {count} photos; expected 0 or more")
    if n_seen and not n_train:
        raise ValueError("n_seen: photos of training authors need n_train > 0")
    known = _taken_photos(n_train + n_seen, seed, stream=0, label=f"k{seed}")
    known["split"] = _hold_out(known["author"], n_seen, seed)
    val = _taken_photos(n_val, seed, stream=1, label=f"v{seed}").assign(split="val")
    test = _taken_photos(n_test, test_seed, stream=2, label=f"t{test_seed}").assign(split="test")
    order = {"train": 0, "val": 1, "test": 2, "seen": 3}
    manifest = pd.concat([known, val, test], ignore_index=True)
    manifest = manifest.sort_values("split", key=lambda s: s.map(order), kind="stable")
    manifest = manifest.reset_index(drop=True)
    scenes = compose(manifest)
    manifest.insert(4, "scene", GROUPS[scenes.kind])
    manifest["width"] = manifest["height"] = NATIVE_SIZE
    manifest["kind"] = np.array(KINDS)[scenes.kind]
    return pd.concat([manifest, scene_truth(scenes)], axis=1)


def _taken_photos(n: int, seed: int, stream: int, label: str) -> pd.DataFrame:
    """`n` photos by authors of 10-20 photos and some very keen ones, each on one to four trips."""
    rng = np.random.default_rng([seed, stream])
    sizes = np.maximum(rng.negative_binomial(3, 0.25, n + 1) + rng.pareto(1.6, n + 1) * 3, 1)
    sizes = np.minimum(np.round(sizes), 60).astype(np.int64)
    author = np.repeat(np.arange(n + 1), sizes)[:n]
    latlon_deg = _trips(author, rng)
    return pd.DataFrame(
        {
            "photo": [f"rendered/{label}_{i:06d}" for i in range(n)],
            "latitude": latlon_deg[:, 0],
            "longitude": latlon_deg[:, 1],
            "author": [f"{label}_author_{a:05d}" for a in author],
            "split": "train",
            "seed": rng.integers(0, 2**62, n),
        }
    )


def _trips(author: Int[ndarray, " n"], rng: np.random.Generator) -> Float64[ndarray, "n 2"]:
    """Positions: an author's photo of one trip is near the others of that trip."""
    density, spots = np.asarray(atlas.photo_density(), np.float64), popular_spots()
    n, n_authors = len(author), int(author.max(initial=-1)) + 1
    n_trips = rng.integers(1, 5, n_authors)
    trip = author * 4 + rng.integers(0, 4, n) % np.maximum(n_trips[author], 1)
    to_metro = rng.random(n_authors * 4) < visibility.POPULAR
    home = rng.integers(0, len(density), n_authors * 4)
    metro = rng.integers(0, len(spots), n_authors * 4)
    order = _neighbours(density, density[home], 40)
    scattered = density[order[trip, rng.integers(0, order.shape[1], n)]]
    near_spots = _neighbours(spots, spots[metro], min(visibility.SPOTS_PER_METRO, len(spots)))
    popular = spots[near_spots[trip, rng.integers(0, near_spots.shape[1], n)]]
    at_spot = to_metro[trip]
    scale = np.where(at_spot, visibility.SPOT_JITTER_KM, visibility.SCATTER_KM)
    distance_km = scale * np.minimum(rng.rayleigh(1.0, n), 3.0)
    moved = destination(
        np.where(at_spot[:, None], popular, scattered), rng.random(n) * 360, distance_km
    )
    at_sea = ~at_spot & ~np.asarray(atlas.is_land(moved))
    return np.where(at_sea[:, None], scattered, moved)


def _neighbours(points: ndarray, of: ndarray, k: int) -> Int[ndarray, "n k"]:
    k = min(k, len(points))
    _, index = cKDTree(unit_vectors(points)).query(unit_vectors(of), k=k)
    return index.reshape(len(of), k)


def _hold_out(author: pd.Series, n_seen: int, seed: int) -> ndarray:
    """Label `n_seen` photos "seen", leaving every author at least one to train on."""
    rng = np.random.default_rng([seed, 3])
    shuffled = rng.permutation(len(author))
    rank = pd.Series(0, index=author.index)
    rank.iloc[shuffled] = author.iloc[shuffled].groupby(author.iloc[shuffled]).cumcount()
    eligible = shuffled[rank.to_numpy()[shuffled] > 0]
    if len(eligible) < n_seen:
        raise ValueError(f"n_seen: {n_seen} photos, but only {len(eligible)} can be held out")
    split = np.full(len(author), "train", dtype=object)
    split[eligible[:n_seen]] = "seen"
    return split
