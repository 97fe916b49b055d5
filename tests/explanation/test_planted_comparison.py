import numpy as np
import pytest

from geoutils.explanation import n_shared, near_minus_far, planted_by_interval, planted_test

NAN = np.nan


def test_planted_test_compares_on_the_same_photos():
    rng = np.random.default_rng(2)
    easy = rng.random(200)  # what makes a photo easy helps both, and cancels in the difference
    good, null = easy + 0.1 + 0.01 * rng.normal(size=200), easy.copy()
    null[:5] = NAN
    authors = np.array([f"author {photo // 2}" for photo in range(200)])
    table = planted_test({"good": good, "null": null}, authors, against="null", n_resamples=300)
    assert (table["n_photos"] == 195).all()
    assert table.loc["good", "mean"] == pytest.approx(good[5:].mean())
    assert table.loc["null", ["difference", "difference_low", "difference_high"]].eq(0).all()
    own = table.loc["good", "high"] - table.loc["good", "low"]
    paired = table.loc["good", "difference_high"] - table.loc["good", "difference_low"]
    assert table.loc["good", "difference_low"] > 0 and paired < own / 10


def test_planted_test_refuses_empty_comparisons():
    with pytest.raises(ValueError, match="against: 'edges', expected one of"):
        planted_test({"good": np.ones(3)}, np.array(["a", "b", "c"]), against="edges")
    with pytest.raises(ValueError, match="per_photo: no photo"):
        planted_test({"good": np.full(3, NAN)}, np.array(["a", "b", "c"]), against="good")


def test_intervals_share_out_the_photos_that_all_candidates_have():
    hits = {"map": np.array([1.0, 0, 1, 1, NAN, 1]), "edges": np.array([0.0, 0, 0, 1, 1, NAN])}
    errors = np.array([0.0, 24.9, 25.0, 2500.0, 3.0, 30.0])
    authors = np.array(list("abcdef"))
    table = planted_by_interval(hits, errors, authors, "edges", n_resamples=50)
    parts = list(table.index.get_level_values("interval").unique())
    assert parts == ["[0, 25) km", "[25, 750) km", "≥ 2500 km"]  # nothing from 750 to 2500 km
    near = table.loc[("[0, 25) km", "map")]
    assert near["n_photos"] == 2 and near["mean"] == 0.5 and near["difference"] == 0.5
    assert table.loc[("≥ 2500 km", "map"), "difference"] == 0


def test_the_lead_near_and_far_is_compared_whatever_is_easy():
    rng = np.random.default_rng(3)
    n = 600
    errors = np.where(np.arange(n) % 2, 1.0, 9000.0)
    # Near photos are easier for both; only the map leads by 0.3 there, and by nothing far off.
    base = np.where(errors < 25, 0.5, 0.2) + 0.05 * rng.normal(size=n)
    leads = np.where(errors < 25, 0.3, 0.0) + 0.05 * rng.normal(size=n)
    results = {"map": base + leads, "flat": base + 0.1, "edges": base}
    authors = rng.integers(100, size=n).astype(str)
    table = near_minus_far(results, errors, authors, "edges", n_resamples=300)
    expected = leads[errors < 25].mean() - leads[errors > 25].mean()
    assert table.loc["map", "estimate"] == pytest.approx(expected)
    assert 0.27 < table.loc["map", "low"] < expected < table.loc["map", "high"] < 0.33
    np.testing.assert_allclose(table.loc[["flat", "edges"]], 0, atol=1e-12)


def test_without_far_photos_there_is_nothing_to_compare():
    table = near_minus_far({"map": np.ones(3)}, np.ones(3), np.array(list("abc")), "map")
    assert table.isna().all(axis=None)


def test_one_author_says_nothing_of_others():
    results = {"map": np.array([1.0, 0.0, NAN]), "edges": np.array([0.5, 0.5, 0.5])}
    assert n_shared(results) == 2
    ann, errors = np.full(3, "ann"), np.array([1.0, 3000.0, 1.0])
    table = near_minus_far(results, errors, ann, "edges", n_resamples=20)
    assert table.loc["map", "estimate"] == 1 and table[["low", "high"]].isna().all(axis=None)
    table = planted_test(results, ann, "edges", n_resamples=20)
    assert table["mean"].tolist() == [0.5, 0.5] and table[["low", "high"]].isna().all(axis=None)
