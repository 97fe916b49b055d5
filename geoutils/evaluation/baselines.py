"""What a guesser reaches who never looks at the photo: the floor that every method must beat."""

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from geoutils.evaluation.accuracy import RADII_KM
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km, unit_vectors

CHUNK = 8_000_000  # dot products held in memory at once


def densest_points(
    photos_deg: Real[ndarray, "photos 2"],
    candidates_deg: Real[ndarray, "candidates 2"],
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> Float[ndarray, "radii 2"]:
    """For each radius the candidate with most photos strictly within it: the best single guess.

    Chosen on training photos, it is the fairest constant answer: no other candidate, given for
    every photo, has a higher a_r there. Of equal candidates the first is taken.
    """
    counts = photos_within(photos_deg, candidates_deg, radii_km)
    return np.asarray(candidates_deg, dtype=float)[counts.argmax(axis=0)]


def photos_within(
    photos_deg: Real[ndarray, "photos 2"],
    centers_deg: Real[ndarray, "centers 2"],
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> Int[ndarray, "centers radii"]:
    """Number of photos strictly within each radius of each centre, by chords of the unit sphere."""
    for name, points in (("photos_deg", photos_deg), ("centers_deg", centers_deg)):
        if len(points) == 0:
            raise ValueError(f"{name}: no points; expected at least one (lat, lon)")
    photos, centers = unit_vectors(photos_deg), unit_vectors(centers_deg)
    half_angle = np.minimum(np.asarray(radii_km) / (2 * EARTH_RADIUS_KM), np.pi / 2)
    # Distance < r exactly where the dot product exceeds cos(r / R) = 1 - 2 sin^2(r / 2R).
    least_dot = 1 - 2 * np.sin(half_angle) ** 2
    counts = np.empty((len(centers), len(least_dot)), dtype=np.int64)
    step = max(1, CHUNK // len(photos))
    for start in range(0, len(centers), step):
        dots = centers[start : start + step] @ photos.T
        for column, least in enumerate(least_dot):
            counts[start : start + step, column] = np.count_nonzero(dots > least, axis=1)
    return counts


def densest_point_distances(
    train_deg: Real[ndarray, "train 2"],
    truth_deg: Real[ndarray, "photos 2"],
    candidates_deg: Real[ndarray, "candidates 2"],
    radii_km: Real[ndarray, " radii"] = RADII_KM,
) -> Float[ndarray, "photos radii"]:
    """Distance in km of each photo to the densest point of each radius, chosen on training photos.

    Column r is only meant for a_r: another radius has another best point.
    """
    points = densest_points(train_deg, candidates_deg, radii_km)
    return np.stack([constant_guess(truth_deg, point) for point in points], axis=1)


def constant_guess(
    truth_deg: Real[ndarray, "photos 2"], point_deg: Real[ndarray, " 2"]
) -> Float[ndarray, " photos"]:
    """Distance in km of each photo to one and the same guess."""
    return great_circle_km(truth_deg, np.broadcast_to(point_deg, (len(truth_deg), 2)))


def random_photo_guess(
    truth_deg: Real[ndarray, "photos 2"], train_deg: Real[ndarray, "train 2"], seed: int
) -> Float[ndarray, " photos"]:
    """Distance in km of each photo to a training photo drawn at random for it."""
    drawn = np.random.default_rng(seed).integers(len(train_deg), size=len(truth_deg))
    return great_circle_km(truth_deg, train_deg[drawn])


def guesser_accuracies(
    train_cells: Int[ndarray, " train"], cells: Int[ndarray, " photos"], n_cells: int
) -> dict[str, float]:
    """Expected share of right cells of three guessers that do not see the photo.

    `uniform` draws any cell (1/C, the thesis), `majority` always takes the fullest training cell,
    `proportional` draws cells as often as training photos have them (sum of p_c^2 where both sets
    are alike). Photos outside the partition (-1) are left out of training, and wrong when asked.
    """
    train_share = np.bincount(train_cells[train_cells >= 0], minlength=n_cells)
    train_share = train_share / train_share.sum()
    share = np.bincount(cells[cells >= 0], minlength=n_cells) / len(cells)
    return {
        "uniform": float(share.sum() / n_cells),
        "majority": float(share[train_share.argmax()]),
        "proportional": float(train_share @ share),
    }


def improvement_over_random(accuracy: float | int, guesser_accuracy: float | int) -> float:
    """IoR, the accuracy as a multiple of a guesser's; NaN where the guesser is never right.

    >>> round(improvement_over_random(0.023, 1 / 72), 2)  # thesis, Table 6.8, MC
    1.66
    """
    return accuracy / guesser_accuracy if guesser_accuracy > 0 else float("nan")
