import numpy as np
import pytest
from scipy.stats import spearmanr

from geoutils.explanation import (
    agreement_over_photos,
    correlations_within_photos,
    costliest_concepts,
    rank_agreement,
)
from geoutils.explanation.bootstrap_median import resample_counts

NAN = np.nan


def test_rank_agreement_finds_order_and_its_absence():
    rng = np.random.default_rng(0)
    a = rng.random(120)
    authors = rng.integers(40, size=120).astype(str)
    np.testing.assert_allclose(rank_agreement(a, a**3, authors, n_resamples=50), 1)
    estimate, low, high = rank_agreement(a, rng.random(120), authors, n_resamples=300)
    assert low < 0 < high and low < estimate < high
    assert np.isnan(rank_agreement(a, np.ones(120), authors)).all()
    assert np.isnan(rank_agreement(a[:2], a[:2], authors[:2])).all()


def test_its_interval_is_that_of_scipys_correlation_of_resamples():
    rng = np.random.default_rng(1)
    a, b = rng.integers(5, size=(2, 20)).astype(float)  # with ties
    authors = rng.integers(9, size=20).astype(str)
    samples = []
    for counts in resample_counts(authors, 40, seed=3):
        drawn = np.repeat(np.arange(20), counts)
        samples.append(spearmanr(a[drawn], b[drawn]).statistic)
    expected = [spearmanr(a, b).statistic, *np.quantile(samples, [0.025, 0.975])]
    np.testing.assert_allclose(rank_agreement(a, b, authors, 40, seed=3), expected)


def test_one_author_says_nothing_of_others():
    a = np.arange(6.0)
    estimate, low, high = rank_agreement(a, a**2, np.full(6, "ann"), n_resamples=20)
    assert estimate == 1 and np.isnan([low, high]).all()
    unknown = rank_agreement(a, a**2, np.full(6, ""), n_resamples=20)  # each its own
    np.testing.assert_allclose(unknown, 1)
    scores = {"map": np.stack([np.full(6, NAN), a], axis=1)}
    rows, ones = np.arange(6), np.ones(6, dtype=int)
    table = agreement_over_photos(scores, rows, ones, a, np.full(6, "ann"), 20)
    assert table.loc["map", "mean"] == 1 and table[["low", "high"]].isna().all(axis=None)


def test_over_photos_takes_the_pairs_that_have_both():
    scores = np.array([[NAN, 1.0], [NAN, 2.0], [NAN, 3.0], [NAN, NAN], [NAN, 0.0]])
    rows, concepts = np.array([0, 1, 2, 3, 4]), np.ones(5, dtype=int)
    losses = np.array([0.1, 0.2, 0.3, 0.4, np.inf])
    table = agreement_over_photos(
        {"map": scores, "edge": -scores}, rows, concepts, losses, np.arange(5).astype(str), 50
    )
    assert table["n_photos"].tolist() == [3, 3]
    np.testing.assert_allclose(table["mean"], [1, -1])


def test_within_photos_orders_concepts_of_each():
    scores = np.array(
        [
            [NAN, 3.0, 2.0, 1.0],
            [NAN, 1.0, 2.0, 3.0],
            [NAN, 1.0, 1.0, 1.0],  # says the same of all
            [NAN, 1.0, 2.0, NAN],  # only two scored
            [NAN, 1.0, 2.0, 3.0],  # all cost alike
        ]
    )
    losses = np.array([[NAN, 9.0, 5.0, 1.0]] * 4 + [[NAN, 1.0, 1.0, 1.0]])
    found = correlations_within_photos({"map": scores}, losses)["map"]
    np.testing.assert_allclose(found, [1, -1, 0, NAN, NAN])


def test_the_costliest_concept_costs_something():
    losses = np.array([[NAN, 0.1, 0.7], [NAN, -0.2, -0.1], [NAN, NAN, NAN], [NAN, np.inf, 0.2]])
    assert costliest_concepts(losses).tolist() == [2, 0, 0, 2]


@pytest.mark.parametrize("constant", [0.0, 1.0])
def test_a_constant_score_over_photos_has_no_correlation(constant):
    scores = np.full((4, 2), constant)
    table = agreement_over_photos(
        {"map": scores}, np.arange(4), np.ones(4, dtype=int), np.arange(4.0), np.array(list("abcd"))
    )
    assert table[["mean", "low", "high"]].isna().all(axis=None)
