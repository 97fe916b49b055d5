import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation.accuracy import accuracy_at
from geoutils.evaluation.bootstrap import bootstrap_accuracy
from geoutils.evaluation.resamples import Resamples
from geoutils.evaluation.reweighting import (
    PLAIN,
    Reweighting,
    effective_size,
    intervals_of,
    reweighted_accuracies,
    reweighting_table,
    reweighting_text,
)

RADII = np.array([25, 200])


def photos(n=300, seed=0):
    """Distances of two methods, the country of each photo, and its author."""
    rng = np.random.default_rng(seed)
    country = rng.choice(["FR", "JP", "MW", "", "US"], n, p=[0.3, 0.05, 0.03, 0.02, 0.6])
    author = np.where(rng.random(n) < 0.1, "", rng.integers(0, 40, n).astype(str))
    errors = {name: 10 ** rng.uniform(0, 4, n) for name in ("near", "far")}
    return errors, country, author


SIZES = pd.Series({"FR": 2.0, "JP": 4.0, "MW": 1.0, "US": 1.0, "BR": 8.0})


def by_hand(errors_km, country, radius):
    """Mean of each country's accuracy, weighted by its size, over countries with photos."""
    found = {c: (errors_km[country == c] < radius).mean() for c in SIZES.index if c in country}
    weight = np.array([SIZES[c] for c in found])
    return weight @ np.array(list(found.values())) / weight.sum()


def test_accuracy_is_the_weighted_mean_of_the_strata():
    errors, country, author = photos()
    worlds = {"sizes": Reweighting.of(country, SIZES)}
    resamples = Resamples.draw(len(author), author, 50)
    table = reweighted_accuracies(errors, worlds, resamples, RADII)
    assert len(table) == 2 * 2 * 2
    table = table.set_index(["method", "weights", "radius_km"])
    for name, km in errors.items():
        for k, radius in enumerate(RADII):
            plain, weighted = (table.loc[(name, w, radius)] for w in (PLAIN, "sizes"))
            assert plain["estimate"] == pytest.approx(accuracy_at(km, RADII)[k])
            assert weighted["estimate"] == pytest.approx(by_hand(km, country, radius))
            gap = weighted["estimate"] - plain["estimate"]
            assert weighted["difference"] == pytest.approx(gap) and plain["difference"] == 0


def test_intervals_are_those_of_photos_repeated_with_their_weights():
    errors, country, author = photos(120, seed=1)
    resamples = Resamples.draw(len(author), author, 80)
    world = Reweighting.of(country, SIZES)
    table = reweighted_accuracies(errors, {"sizes": world}, resamples, RADII).set_index(
        ["method", "weights", "radius_km"]
    )
    for name, km in errors.items():
        weighted, difference = [], []
        for times in resamples.counts:
            rows = np.repeat(np.arange(len(km)), times[resamples.unit])
            weighted.append(np.average(km[rows] < 200, weights=world.weights[rows]))
            difference.append(weighted[-1] - (km[rows] < 200).mean())
        row = table.loc[(name, "sizes", 200)]
        expected = np.quantile(weighted, [0.025, 0.975])
        np.testing.assert_allclose(row[["low", "high"]].astype(float), expected)
        expected = np.quantile(difference, [0.025, 0.975])
        bounds = row[["difference_low", "difference_high"]].astype(float)
        np.testing.assert_allclose(bounds, expected)


def test_the_estimate_lies_in_the_middle_where_rare_strata_are_hard():
    # Twenty countries of one author each, which no model places, and one that is easy.
    country = np.repeat(np.arange(21), [200] + [5] * 20)
    author = np.concatenate([np.arange(200) % 40, 100 + country[200:]]).astype(str)
    km = np.where(country == 0, 1.0, 1e4)
    world = Reweighting.of(country, pd.Series(np.ones(21)))
    resamples = Resamples.draw(len(km), author, 2000)
    row = reweighted_accuracies({"m": km}, {"w": world}, resamples, np.array([25])).iloc[-1]
    assert row["estimate"] == pytest.approx(1 / 21)
    below, above = row["estimate"] - row["low"], row["high"] - row["estimate"]
    assert 0.5 < below / above < 1


def test_photos_weighted_to_their_own_map_score_as_they_are():
    errors, country, author = photos(seed=2)
    own = pd.Series(country).value_counts()
    table = reweighted_accuracies(
        errors, {"own": Reweighting.of(country, own)}, Resamples.draw(300, author, 2000)
    )
    found = intervals_of(table, "near", "difference")
    np.testing.assert_allclose(found["own"].estimate, 0, atol=1e-12)
    assert list(found) == ["own"] and list(intervals_of(table, "near")) == [PLAIN, "own"]
    plain = intervals_of(table, "near")[PLAIN]
    expected = bootstrap_accuracy(errors["near"], author, 2000)
    np.testing.assert_allclose(plain.estimate, expected.estimate)
    np.testing.assert_allclose(plain.low, expected.low, atol=0.015)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(4)
    chance = np.array([0.2, 0.7])  # accuracy in two countries; the second is met rarely
    covered = 0
    for _ in range(200):
        author = rng.integers(0, 60, 400)
        country = rng.choice(2, 400, p=[0.9, 0.1])
        km = np.where(rng.random(400) < chance[country], 1.0, 1e4)
        world = Reweighting.of(country, pd.Series([0.5, 0.5]))
        resamples = Resamples.draw(400, author, 300, seed=int(rng.integers(1e9)))
        table = reweighted_accuracies({"m": km}, {"w": world}, resamples, np.array([25]))
        row = table.iloc[-1]
        covered += row["low"] <= 0.45 <= row["high"]
    assert covered >= 181  # 95 % of 200 is 190, give or take 3; a little wide is no harm


def test_weights_give_each_stratum_its_share():
    labels = np.array(["FR", "FR", "JP", "", "XX"])
    world = Reweighting.of(labels, SIZES)
    np.testing.assert_allclose(world.weights, [1 / 6, 1 / 6, 2 / 3, 0, 0])
    assert world.covered == pytest.approx(6 / 16)


def test_effective_size_counts_equals():
    assert effective_size(np.array([2.0, 2, 0, 0])) == 2
    assert effective_size(np.array([3.0, 1])) == pytest.approx(16 / 10)
    authors = np.array(["ann", "ann", "", ""])
    assert effective_size(np.ones(4), authors) == pytest.approx(16 / 6)
    with pytest.raises(ValueError, match="weights: expected none below 0"):
        effective_size(np.zeros(3))


def test_the_table_says_what_a_score_rests_on():
    labels = np.array(["FR", "FR", "FR", "JP", "JP", ""])
    authors = np.array(["ann", "ann", "bob", "cho", "cho", "ann"])
    table = reweighting_table({"sizes": Reweighting.of(labels, SIZES, list("abcde"))}, authors)
    plain, sizes = table.loc[PLAIN], table.loc["sizes"]
    assert (plain["photos"], plain["covered"]) == (6, 1)
    assert plain["effective_photos"] == pytest.approx(6)
    assert (sizes["photos"], sizes["strata"], sizes["heaviest"]) == (5, 2, "b")
    assert sizes["heaviest_share"] == pytest.approx(2 / 3)
    assert sizes["by_one_author"] == pytest.approx(2 / 3)  # all of Japan is one author's
    assert sizes["covered"] == pytest.approx(6 / 16)
    assert sizes["effective_photos"] == pytest.approx(1 / (3 / 81 + 2 / 9))
    assert sizes["effective_authors"] == pytest.approx(1 / (4 / 81 + 1 / 81 + 4 / 9))


def test_one_author_says_nothing_of_others():
    world = {"w": Reweighting.of(np.array(["FR", "JP"]), SIZES)}
    resamples = Resamples.draw(2, np.array(["ann", "ann"]), 20)
    table = reweighted_accuracies({"m": np.array([1.0, 500])}, world, resamples, RADII)
    assert table[["low", "high", "difference_low"]].isna().all(axis=None)
    assert table.iloc[-1]["estimate"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.array([0, 2]), ("a", "b"), np.array([0.5, 0.5])), "strata: found 2, expected -1 … 1"),
        ((np.array([0]), ("a",), np.array([0.5])), "shares: they sum to 0.5"),
        ((np.array([0]), ("a", "b"), np.array([1.0])), "names: 2 for 1 shares"),
        ((np.array([-1]), ("a",), np.array([1.0])), "strata: no photo lies in a stratum"),
        ((np.array([0]), ("a", "b"), np.array([0.0, 1.0])), "strata: no photo lies in a stratum"),
    ],
)
def test_bad_strata_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Reweighting(*arguments)


def test_photos_and_strata_must_match():
    world = {"w": Reweighting.of(np.array(["FR", "JP"]), SIZES)}
    for n_km, n_drawn, names in ((3, 3, "'w': 2"), (3, 2, "'m': 3"), (2, 3, "'m': 2, 'w': 2")):
        with pytest.raises(ValueError, match=f"{names}}}, expected {n_drawn} photos each"):
            reweighted_accuracies({"m": np.ones(n_km)}, world, Resamples.draw(n_drawn, None, 5))
    with pytest.raises(ValueError, match="method: 'x' is not in the table"):
        intervals_of(pd.DataFrame({"method": ["m"]}), "x")


def test_the_text_names_a_change_only_where_it_is_certain():
    rows = {
        "method": "CE",
        "weights": [PLAIN, "land", "people", "countries"],
        "radius_km": 25.0,
        "estimate": [0.35, 0.1, 0.5, 0.3],
        "low": [0.3, 0.05, 0.4, np.nan],
        "high": [0.4, 0.15, 0.6, np.nan],
        "difference": [0.0, -0.25, 0.15, -0.05],
        "difference_low": [0.0, -0.3, 0.1, np.nan],
        "difference_high": [0.0, -0.2, 0.2, np.nan],
    }
    text = reweighting_text(pd.DataFrame(rows), "CE", 25)
    assert text.startswith(f"35.0% within 25 km on the {PLAIN}; land: it falls to 10.0% [5.0%, 15")
    assert "people: it rises to 50.0%" in text
    assert text.endswith("countries: no certain change, 30.0%")
    with pytest.raises(ValueError, match="'CE', 200 km are not in the table"):
        reweighting_text(pd.DataFrame(rows), "CE", 200)
