"""Bootstrap intervals of accuracies: 10,000 resamples of 25,600 photos at five thresholds.

Run `python benchmarks/bootstrap.py` (about half a minute on one core). Beside ours a loop
that draws the photos of each resample, and scipy.stats.bootstrap; both make fewer resamples and
are scaled up, since each of theirs costs the same. All alternate. Intervals must agree to 0.3
percentage points. What has no counterpart is only timed: authors drawn whole, errors that differ
from photo to photo, and all pairs of methods.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys

import numpy as np
import scipy
from comparison import compared, report, timed
from scipy import stats

from geoutils.evaluation import RADII_KM, bootstrap_accuracy, bootstrap_means, paired_matrix

N_PHOTOS, N_AUTHORS, N_RESAMPLES, FEWER, ROUNDS = 25_600, 13_000, 10_000, 500, 3
N_METHODS = 12
AIM_SECONDS = 5


def loop(distances_km: np.ndarray) -> np.ndarray:
    """Draw photos, score them, again and again."""
    rng = np.random.default_rng(1)
    hits = (distances_km[:, None] < RADII_KM).astype(float)
    means = [hits[rng.integers(N_PHOTOS, size=N_PHOTOS)].mean(axis=0) for _ in range(FEWER)]
    return np.quantile(means, [0.025, 0.975], axis=0)


def scipy_bootstrap(distances_km: np.ndarray) -> np.ndarray:
    """The same by scipy, in parts that fit into memory."""
    hits = (distances_km < RADII_KM[:, None]).astype(float)
    found = stats.bootstrap(
        (hits,),
        np.mean,
        n_resamples=FEWER,
        batch=50,
        axis=1,
        method="percentile",
        rng=np.random.default_rng(2),
    )
    return np.array([found.confidence_interval.low, found.confidence_interval.high])


def main() -> int:
    rng = np.random.default_rng(0)
    distances_km = 10 ** rng.uniform(-1, 4.3, N_PHOTOS)
    times = []
    for _ in range(ROUNDS):
        own, interval = timed(lambda: bootstrap_accuracy(distances_km, None, N_RESAMPLES))
        row = [own]
        for other in (loop, scipy_bootstrap):
            passed, bounds = timed(lambda other=other: other(distances_km))
            np.testing.assert_allclose(bounds, [interval.low, interval.high], atol=0.003)
            row.append(passed * N_RESAMPLES / FEWER)
        times.append(row)
    times = np.array(times)
    print(f"{N_RESAMPLES:,} resamples of {N_PHOTOS:,} photos, {len(RADII_KM)} thresholds")
    authors = rng.integers(0, N_AUTHORS, N_PHOTOS).astype(str)
    names = [f"method {k}" for k in range(N_METHODS)]
    methods = {name: distances_km * np.exp(rng.normal(0, 1, N_PHOTOS)) for name in names}
    for what, work in {
        f"{N_AUTHORS:,} authors drawn whole": lambda: bootstrap_accuracy(distances_km, authors),
        "mean error in km": lambda: bootstrap_means(distances_km[:, None]),
        f"all {N_METHODS * (N_METHODS - 1) // 2} pairs of {N_METHODS} methods, photos": lambda: (
            paired_matrix(methods)
        ),
    }.items():
        print(f"{what}: {timed(work)[0]:.2f} s")
    peers = {
        "loop over resamples": f"numpy {np.__version__}",
        "scipy.stats.bootstrap": f"scipy {scipy.__version__}",
    }
    return report(
        [
            compared(
                f"{N_RESAMPLES:,} resamples of {N_PHOTOS:,} photos",
                times[:, 0],
                column,
                peer,
                version,
                limit=AIM_SECONDS,
            )
            for (peer, version), column in zip(peers.items(), times.T[1:], strict=True)
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
