import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoutils.evaluation.inequality import gini, lorenz_curve, units_holding

COUNTS = arrays(np.int64, st.integers(1, 60), elements=st.integers(0, 10**6)).filter(np.any)


def double_sum(counts, weights=None):
    """The definition, term by term."""
    x = np.asarray(counts, dtype=float)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    total = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            total += w[i] * w[j] * abs(x[i] / w[i] - x[j] / w[j])
    return total / (2 * w.sum() * x.sum())


@given(COUNTS)
def test_gini_equals_the_double_sum(counts):
    assert gini(counts) == pytest.approx(double_sum(counts), abs=1e-12)


@given(COUNTS, st.integers(0, 2**32 - 1))
def test_weighted_gini_equals_its_double_sum(counts, seed):
    weights = np.random.default_rng(seed).uniform(0.1, 1000, len(counts))
    assert gini(counts, weights) == pytest.approx(double_sum(counts, weights), abs=1e-9)


def test_gini_of_real_numbers_on_a_known_example():
    # Five people with 1 to 5: mean difference 1.6, mean 3, so G = 1.6 / (2 * 3) = 4/15.
    assert gini(np.array([3.0, 1, 5, 2, 4])) == pytest.approx(4 / 15, abs=1e-15)


def test_equality_is_exactly_zero():
    for n in (1, 2, 3, 7, 1000):
        assert gini(np.full(n, 7)) == 0.0


@pytest.mark.parametrize("n", [1, 2, 10, 1000])
def test_one_unit_with_everything(n):
    assert gini(np.eye(1, n)[0]) == pytest.approx(1 - 1 / n, abs=1e-12)


def test_units_with_nothing_count_as_units():
    counts = np.array([4, 2, 1])
    assert gini(np.append(counts, 0)) > gini(counts)


def test_integer_weights_stand_for_equal_members():
    counts, weights = np.array([6, 10, 3]), np.array([3, 2, 1])
    members = np.repeat(counts / weights, weights)
    assert gini(counts, weights) == pytest.approx(gini(members), abs=1e-12)
    assert gini(weights, weights) == 0.0


@given(COUNTS)
def test_lorenz_curve_is_convex_below_the_diagonal_from_0_to_1(counts):
    x, y = lorenz_curve(counts)
    assert x[0] == y[0] == 0 and x[-1] == y[-1] == 1 and len(x) == len(counts) + 1
    assert (y <= x + 1e-12).all()
    assert (np.diff(np.diff(y)) >= -1e-9).all()


def test_order_and_scale_change_nothing():
    counts = np.random.default_rng(0).pareto(1.2, 500)
    shuffled = np.random.default_rng(1).permutation(counts)
    assert gini(shuffled) == pytest.approx(gini(counts), abs=1e-12)
    assert gini(counts * 1e9) == pytest.approx(gini(counts), abs=1e-12)


def test_units_holding_matches_adding_up_from_the_top():
    counts = np.random.default_rng(0).integers(1, 100, 50)
    for share in (0.1, 0.5, 0.9, 1.0):
        total, n = 0, 0
        for count in sorted(counts, reverse=True):
            if total >= share * counts.sum():
                break
            total, n = total + count, n + 1
        assert units_holding(counts, share) == n


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([], "counts: none"),
        ([0, 0], "counts: all are 0"),
        ([1, -2], "counts: found -2"),
        ([1, np.nan], "counts: found nan"),
        ([1, np.inf], "counts: found inf"),
    ],
)
def test_what_has_no_gini_is_refused(counts, message):
    for function in (gini, lorenz_curve, lambda c: units_holding(c, 0.5)):
        with pytest.raises(ValueError, match=message):
            function(np.array(counts, dtype=float))


def test_bad_weights_and_shares_are_refused():
    with pytest.raises(ValueError, match="weights: 1 are 0"):
        gini(np.array([1, 2]), np.array([1, 0]))
    with pytest.raises(ValueError, match="share: 0"):
        units_holding(np.array([1, 2]), 0.0)


def test_forty_three_thousand_cities_are_one_sorted_sum():
    # As many as YFCC's photos could fill; the double sum over distinct values, each many times.
    counts = np.random.default_rng(0).zipf(1.8, 43_000).clip(max=3000)
    values, times = np.unique(counts, return_counts=True)
    pairs = np.abs(values[:, None] - values) * np.outer(times, times).astype(float)
    expected = pairs.sum() / (2 * len(counts) * counts.sum())
    assert gini(counts) == pytest.approx(expected, abs=1e-12)
