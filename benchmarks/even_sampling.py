"""Draw 15,000 points by the protocol of Google-World-Streets-15k, beside a loop of pandas samples.

Run `python benchmarks/even_sampling.py` (about ten seconds on one core). The aim is under two
seconds with the atlas still on disk. The loop draws a country, then one of its rows, then a point
in a square around it until one lies within 5 km; it draws fewer points and is scaled up. Both must
spread alike: shares of countries to two percentage points, Gini coefficients to 0.03.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys

import numpy as np
import pandas as pd
from comparison import compared, report, timed

from geoutils.evaluation.even_sampling import (
    AROUND_KM,
    N_CITIES,
    POINTS,
    country_chances,
    even_sample,
)
from geoutils.evaluation.gazetteer import largest_cities, photos_per_city
from geoutils.evaluation.inequality import gini
from geoutils.sphere import great_circle_km

FEWER, ROUNDS, AIM_SECONDS = 3000, 5, 2
KM_PER_DEG = 111.2


def loop(cities: pd.DataFrame, n: int) -> pd.DataFrame:
    """One point after the other."""
    rng = np.random.default_rng(1)
    chances = country_chances(cities)["chance"]
    by_country = dict(tuple(cities.groupby("country")))
    points = []
    for _ in range(n):
        code = rng.choice(chances.index, p=chances)
        city = by_country[code].sample(1, random_state=rng).iloc[0]
        middle = np.array([[city["latitude"], city["longitude"]]])
        reach = AROUND_KM / KM_PER_DEG * np.array([1, 1 / np.cos(np.radians(middle[0, 0]))])
        point = middle + rng.uniform(-1, 1, 2) * reach
        while great_circle_km(middle, point)[0] > AROUND_KM:
            point = middle + rng.uniform(-1, 1, 2) * reach
        points.append((*point[0], code))
    return pd.DataFrame(points, columns=["latitude", "longitude", "country"])


def city_gini(sample: pd.DataFrame, cities: pd.DataFrame) -> float:
    return gini(photos_per_city(sample[["latitude", "longitude"]].to_numpy(), cities))


def main() -> int:
    first, sample = timed(even_sample)
    print(f"{POINTS:,} points, the atlas read from disk: {first:.3f} s")
    cities = largest_cities(N_CITIES)
    times = []
    for _ in range(ROUNDS):
        own, sample = timed(lambda: even_sample(POINTS, cities))
        other, looped = timed(lambda: loop(cities, FEWER))
        times.append((own, other * POINTS / FEWER))
    shares = [table["country"].value_counts(normalize=True) for table in (sample, looped)]
    apart = shares[0].subtract(shares[1], fill_value=0).abs().max()
    even, other = city_gini(sample.head(FEWER), cities), city_gini(looped, cities)
    assert apart < 0.02 and abs(even - other) < 0.03, (apart, even, other)
    own, other = np.array(times).T
    pandas = f"pandas {pd.__version__}"
    return report(
        [
            compared("15,000 points", own, other, "loop of samples", pandas),
            compared(
                "15,000 points, the atlas read first",
                [first],
                [np.median(other)],
                "loop of samples",
                pandas,
                limit=AIM_SECONDS,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
