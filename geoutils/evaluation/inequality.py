"""How unevenly photos are spread over cities, regions or countries: Lorenz curve and Gini."""

import numpy as np
from jaxtyping import Float, Real
from numpy import ndarray

# GeoDecoder (Clark et al. 2023), supplementary section 8.2.2: photos per city, over cities that
# have any; each photo counts for its nearest city of a gazetteer that the paper does not name.
PUBLISHED_GINI = {"Im2GPS3k": 0.60, "YFCC26k": 0.73, "GWS15k": 0.51}
# The same lists over all places of simplemaps' free list of world cities (a test recomputes them
# where the lists are at hand). Only its 3,000 largest places would give what the paper prints.
SIMPLEMAPS_PLACES = 44_691
SIMPLEMAPS_GINI = {"Im2GPS3k": 0.538, "YFCC26k": 0.590}
MEETING_PLACES = 3_000


def lorenz_curve(
    counts: Real[ndarray, " units"], weights: Real[ndarray, " units"] | None = None
) -> tuple[Float[ndarray, " points"], Float[ndarray, " points"]]:
    """Share of the units (x) and share of what they have together (y), the poorest units first.

    Both run from 0 to 1 with one point more than there are units; y = x is equality. With `weights`
    (people, square kilometres) x is the share of weight, and the units come in order of count per
    weight. A unit with count 0 is a unit that has nothing: leave out those that should not count.
    Raises ValueError if there is no unit, a count is negative or not finite, all are 0, or a
    weight is not positive. Lorenz, Methods of measuring the concentration of wealth (1905).

    >>> lorenz_curve(np.array([3, 1]))
    (array([0. , 0.5, 1. ]), array([0.  , 0.25, 1.  ]))
    """
    counts = _checked("counts", counts)
    weights = np.ones(len(counts)) if weights is None else _checked("weights", weights)
    if len(weights) != len(counts):
        raise ValueError(f"weights: {len(weights)} of them, expected one per count ({len(counts)})")
    if (weights == 0).any():
        raise ValueError(f"weights: {(weights == 0).sum()} are 0, expected positive weights")
    order = np.argsort(counts / weights, kind="stable")
    shares = [np.cumsum(np.append(0.0, part[order])) for part in (weights, counts)]
    return shares[0] / shares[0][-1], shares[1] / shares[1][-1]


def gini(counts: Real[ndarray, " units"], weights: Real[ndarray, " units"] | None = None) -> float:
    """Gini coefficient: 0 if all units have the same, towards 1 if one has everything.

    G = sum_i sum_j |x_i - x_j| / (2 n^2 mean(x)) (GeoDecoder, supplement, equation 7), computed as
    twice the area between the Lorenz curve and the diagonal, in O(n log n). One unit alone has
    G = 0, n units of which one has everything 1 - 1/n. With `weights` w, units stand for w equal
    members each: G = sum_i sum_j w_i w_j |x_i/w_i - x_j/w_j| / (2 sum(w) sum(x)). The published
    values count only cities with at least one photo. Raises ValueError like `lorenz_curve`.

    >>> gini(np.array([1, 1, 1, 1])), gini(np.array([0, 0, 0, 8]))
    (0.0, 0.75)
    """
    if weights is None:  # as below, without the order that only weights need: five times as fast
        x = np.sort(_checked("counts", counts))
        n = len(x)
        return float(max(0.0, np.sum(np.arange(1.0 - n, n, 2.0) * x) / (n * x.sum())))
    shares, held = lorenz_curve(counts, weights)
    area = np.sum(np.diff(shares) * (held[1:] + held[:-1])) / 2
    return float(max(0.0, 1 - 2 * area))  # rounding may carry equality below 0


def units_holding(counts: Real[ndarray, " units"], share: float) -> int:
    """Smallest number of units that together hold at least this share (0 to 1) of the total.

    Raises ValueError for a share of 0 or below, or above 1.

    >>> units_holding(np.array([5, 1, 3, 1]), 0.5)
    1
    """
    counts = _checked("counts", counts)
    if not 0 < share <= 1:
        raise ValueError(f"share: {share}, expected a number above 0, up to 1")
    held = np.cumsum(np.sort(counts)[::-1])
    # The last sum is the total exactly, so that a share of 1 is always reached.
    return int(np.searchsorted(held, share * held[-1] * (1 - 1e-12)) + 1)


def _checked(name: str, numbers: Real[ndarray, " units"]) -> Float[ndarray, " units"]:
    """The numbers as floats; ValueError unless there are some, none negative, not all 0."""
    numbers = np.asarray(numbers, dtype=np.float64)
    if numbers.size == 0:
        raise ValueError(f"{name}: none, expected at least one unit")
    bad = ~(np.isfinite(numbers) & (numbers >= 0))
    if bad.any():
        raise ValueError(f"{name}: found {numbers[bad][0]}, expected finite numbers from 0 on")
    if not numbers.any():
        raise ValueError(f"{name}: all are 0, so there is nothing to share")
    return numbers
