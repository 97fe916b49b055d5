"""The study's metrics beside the packages and loops that one would use instead.

Run `python benchmarks/metrics.py` (about half a minute on one core). All compute the same numbers,
which is checked: distances and accuracies on the sphere, calibration error, Brier score,
likelihood, accuracy among the ten likeliest cells. A loop over geopy's or Python's functions, as
public evaluation scripts have it, does a part of the photos and is scaled up; the other peers work
on whole arrays as ours does. Ours is meant to be as fast as any of them at least, but for
haversine_vector: near the antipode its formula keeps half of the digits, and ours, which keeps
them all, computes twice as many terms.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from comparison import PYTHON, Comparison, compared, in_turn, installed, report
from scipy.special import log_softmax

from geoutils.evaluation import RADII_KM, accuracy_at, expected_calibration_error
from geoutils.evaluation.probability_scores import brier_scores, negative_log_likelihoods
from geoutils.prediction import top_k_hits
from geoutils.sphere import EARTH_RADIUS_KM, great_circle_km

N_PAIRS, N_LOOPED, N_PHOTOS, N_CELLS, ROUNDS = 1_000_000, 20_000, 3_000, 2_000, 5
N_BINS, TOP_K = 20, 10


@dataclass(frozen=True)
class Peer:
    """Another way to the same numbers, the package it needs, and the part of the photos it does."""

    name: str
    package: str
    find: Callable[[], object]
    part: float = 1.0
    aim: float | None = 1.0


def haversine_loop(here: np.ndarray, there: np.ndarray) -> list[float]:
    """Photo by photo, with the functions of Python's math module."""
    found = []
    for start, end in zip(here.tolist(), there.tolist(), strict=True):
        lat_a, lon_a, lat_b, lon_b = map(math.radians, (*start, *end))
        h = math.sin((lat_b - lat_a) / 2) ** 2
        h += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
        found.append(2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h))))
    return found


def geopy_loop(here: np.ndarray, there: np.ndarray) -> list[float]:
    from geopy.distance import great_circle

    pairs = zip(here.tolist(), there.tolist(), strict=True)
    return [great_circle(start, end, radius=EARTH_RADIUS_KM).km for start, end in pairs]


def haversine_package(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    from haversine import haversine_vector  # its mean radius is ours

    return haversine_vector(here, there)


def accuracy_loop(here: np.ndarray, there: np.ndarray) -> list[float]:
    """Count the photos within each radius, one after the other."""
    counts, radii = [0] * len(RADII_KM), RADII_KM.tolist()
    for away_km in geopy_loop(here, there):
        for i, radius_km in enumerate(radii):
            counts[i] += away_km < radius_km
    return [count / len(here) for count in counts]


def measured(
    task: str, ours: Callable, peers: list[Peer], rounds: int, agree: Callable | None = None
) -> list[Comparison]:
    """Rows of a task; `agree(peer)` is what ours gives on the part that the peer does."""
    present = {peer.name: peer for peer in peers if not peer.package or installed(peer.package)}
    rows = []
    for peer in peers:
        if peer.name not in present:
            rows.append(Comparison(task, peer.name, aim=peer.aim, missing="not installed"))
            continue
        expected = ours() if agree is None else agree(peer)
        np.testing.assert_allclose(np.asarray(peer.find()), expected, rtol=1e-5, atol=1e-9)
    tasks = {"ours": ours} | {name: peer.find for name, peer in present.items()}
    seconds = {name: np.array(taken) for name, taken in in_turn(tasks, rounds).items()}
    for name, peer in present.items():
        version = installed(peer.package) if peer.package else PYTHON
        theirs = seconds[name] / peer.part
        rows.append(compared(task, seconds["ours"], theirs, name, version, aim=peer.aim))
    return rows


def on_the_sphere(n_pairs: int, n_looped: int, rounds: int) -> list[Comparison]:
    """Distances of pairs, and accuracies from them."""
    rng = np.random.default_rng(0)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, (2, n_pairs))))
    here, there = np.stack([latitude, rng.uniform(-180, 180, (2, n_pairs))], axis=-1)
    there[::3] = here[::3] + rng.normal(0, 0.2, (len(here[::3]), 2))  # some are near
    there = there.clip([-90, -180], [90, 180])
    package = Peer(
        "haversine_vector", "haversine", lambda: haversine_package(here, there), aim=None
    )
    few, part = (here[:n_looped], there[:n_looped]), n_looped / n_pairs
    rows = measured(
        "great-circle distances",
        lambda: great_circle_km(here, there),
        [
            package,
            Peer("loop over geopy", "geopy", lambda: geopy_loop(*few), part),
            Peer("loop over photos", "", lambda: haversine_loop(*few), part),
        ],
        rounds,
        lambda peer: great_circle_km(here, there)[: round(peer.part * n_pairs)],
    )
    return rows + measured(
        "accuracy at five radii",
        lambda: accuracy_at(great_circle_km(here, there)),
        [Peer("loop over geopy", "geopy", lambda: accuracy_loop(*few), part)],
        rounds,
        lambda _: accuracy_at(great_circle_km(*few)),
    )


def of_probabilities(n_photos: int, n_cells: int, rounds: int) -> list[Comparison]:
    """Scores of distributions over cells."""
    rng = np.random.default_rng(1)
    log_probs = log_softmax(rng.normal(0, 2, (n_photos, n_cells)), axis=1)
    cells = rng.integers(n_cells, size=n_photos)
    probabilities, numbers = np.exp(log_probs), np.arange(n_cells)
    confidences = rng.random(40 * n_photos)
    correct = rng.random(40 * n_photos) < confidences**2
    one_hot = np.eye(n_cells)[cells]

    def torchmetrics_error() -> float:
        from torchmetrics.functional.classification import binary_calibration_error

        tensors = torch.from_numpy(confidences), torch.from_numpy(correct.astype(int))
        return binary_calibration_error(*tensors, n_bins=N_BINS).item()

    def sklearn_loss() -> float:
        from sklearn.metrics import log_loss

        return log_loss(cells, probabilities, labels=numbers)

    def sklearn_top() -> float:
        from sklearn.metrics import top_k_accuracy_score

        return top_k_accuracy_score(cells, probabilities, k=TOP_K, labels=numbers)

    def difference() -> float:
        return np.square(probabilities - one_hot).sum(axis=1).mean()

    return [
        *measured(
            "calibration error",
            lambda: expected_calibration_error(confidences, correct, N_BINS),
            [Peer("binary_calibration_error", "torchmetrics", torchmetrics_error)],
            rounds,
        ),
        *measured(
            "likelihood",
            lambda: negative_log_likelihoods(log_probs, cells).mean(),
            [Peer("log_loss", "scikit-learn", sklearn_loss)],
            rounds,
        ),
        *measured(
            "Brier score",
            lambda: brier_scores(probabilities, cells).mean(),
            [Peer("one-hot difference", "numpy", difference)],
            rounds,
        ),
        *measured(
            f"top-{TOP_K} accuracy",
            lambda: top_k_hits(log_probs, cells, TOP_K).mean(),
            [Peer("top_k_accuracy_score", "scikit-learn", sklearn_top)],
            rounds,
        ),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=N_PAIRS, help="of locations")
    parser.add_argument("--photos", type=int, default=N_PHOTOS, help="with probabilities")
    options = parser.parse_args()
    looped = min(N_LOOPED, options.pairs)
    print(f"{options.pairs:,} pairs (loops: {looped:,}, scaled up); {options.photos:,} photos")
    return report(
        on_the_sphere(options.pairs, looped, ROUNDS)
        + of_probabilities(options.photos, N_CELLS, ROUNDS)
    )


if __name__ == "__main__":
    sys.exit(main())
