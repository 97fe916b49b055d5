import csv
from decimal import Decimal
from itertools import chain
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import geoutils.evaluation
from geoutils.evaluation import paired_bootstrap
from geoutils.evaluation.claims import (
    MIXED,
    VERDICTS,
    Claim,
    check_claims,
    claim_outcomes,
    published_claims,
)
from geoutils.plots.claims import VERDICT_COLORS, claims_height_in, draw_claims
from geoutils.study.methods import study_methods
from geoutils.study.settings import read_study
from geoutils.training.recipes.study_training import StudyTraining


def claim(better="a", worse="b", radius_km=25.0):
    return Claim(f"{better} beats {worse}", better, worse, radius_km, "SwC", "1", "Im2GPS3k", 2.0)


def errors(share_within, n=400, seed=0):
    near = np.random.default_rng(seed).random(n) < share_within
    return np.where(near, 10.0, 3000.0)


@pytest.mark.parametrize(
    ("better", "worse", "radius_km", "points"),
    [  # as the tables print them
        ("multi_partition_f_star", "multi_partition_f", 25, 28.0 - 27.2),
        ("semp_f", "semp_f_star", 1, 7.5 - 4.8),
        ("mvmf_swc", "mvmf_point", 1, 15.0 - 13.1),
        ("retrieval_nearest", "retrieval_triplet_nearest", 750, 46.9 - 45.0),
        ("cplanet_normalised", "cplanet_set_2", 1, 9.9 - 8.0),
        ("cplanet_normalised", "cplanet_simple", 200, 34.9 - 33.8),
        ("hmc_f", "mc_f", 750, 3.3 - 2.3),
        ("geodecoder_f_star", "multi_partition_f_star", 750, 49.6 - 48.0),
        ("semp_f", "multi_partition_sum_f_star", 25, 27.1 - 27.0),  # ResNet-50's rows
        ("cplanet_normalised", "cplanet_set_1", 2500, 64.6 - 64.5),
    ],
)
def test_published_differences_are_those_of_the_tables(better, worse, radius_km, points):
    found = [
        claim.published
        for claim in published_claims()
        if (claim.better, claim.worse, claim.radius_km) == (better, worse, radius_km)
    ]
    np.testing.assert_allclose(found, [points], atol=1e-9)


def test_every_claim_stands_once():
    claims = published_claims()
    keys = [(claim.text, claim.radius_km) for claim in claims]
    assert len(set(keys)) == len(keys)
    by_text = {claim.text: (claim.better, claim.worse) for claim in claims}
    assert len(set(by_text.values())) == len(by_text)


def rows_of(name):
    with open(Path(geoutils.evaluation.__file__).with_name(name), newline="") as file:
        return list(csv.DictReader(file))


def printed(paper, table, dataset, method):
    """The row of a paper's table as typed: the text of a_r by r, empty for none."""
    where = {"paper": paper, "table": table, "dataset": dataset, "method": method}
    (row,) = (row for row in rows_of("published.csv") if where.items() <= row.items())
    return {name[2:]: text for name, text in row.items() if name.startswith("a_")}


@pytest.mark.parametrize("row", rows_of("claims.csv"), ids=lambda row: row["claim"])
def test_a_claim_is_asked_wherever_it_is_printed_ahead_and_nowhere_else(row):
    asked = {c.radius_km: c.published for c in published_claims() if c.text == row["claim"]}
    if row["paper"] == "thesis":  # right cells: one number, not one for each radius
        assert [*asked] == [750]
        return
    better, worse = (
        printed(row["paper"], row["table"], row["dataset"], row[f"printed_{side}"])
        for side in ("better", "worse")
    )
    points = {
        float(radius): float(Decimal(text) - Decimal(worse[radius]))
        for radius, text in better.items()
        if text and worse[radius]
    }
    assert asked == {radius: ahead for radius, ahead in points.items() if ahead > 0}


def test_what_the_notebook_says_of_the_other_network_is_printed():
    where = ("SemP", "2", "Im2GPS3k")
    semantic = printed(*where, "SemP_B4({100, 125, 250}, f)")
    s2 = printed(*where, "s2_B4(M, f*) (rep.)")
    assert all(Decimal(text) > Decimal(s2[radius]) for radius, text in semantic.items() if text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"printed_better": "SemP"}, r"SemP, table 2, Im2GPS3k, 'SemP': 0 printed rows; expected"),
        ({"printed_better": "[L] 7011C"}, "'\\[L\\] 7011C' is printed nowhere ahead of"),
    ],
)
def test_a_claim_that_is_not_printed_is_refused(monkeypatch, change, message):
    row = next(
        row for row in rows_of("claims.csv") if row["paper"] == "SemP" and row["table"] == "2"
    )
    monkeypatch.setattr(pd, "read_csv", lambda *_, **__: pd.DataFrame([row | change]))
    with pytest.raises(ValueError, match=message):
        published_claims.__wrapped__()


def test_verdicts_follow_the_interval():
    distances = {"a": errors(0.6), "b": errors(0.3), "c": errors(0.6, seed=3)}
    claims = [claim("a", "b"), claim("b", "a"), claim("a", "c"), claim("a", "nowhere")]
    table = check_claims(distances, n_resamples=2000, claims=claims)
    assert table["verdict"].tolist() == ["holds", "the opposite", "undecided", "not run here"]
    assert set(table["verdict"]) == set(VERDICTS)
    gain = 100 * ((distances["a"] < 25).mean() - (distances["b"] < 25).mean())
    np.testing.assert_allclose(table["difference"][:2], [gain, -gain])
    assert table.loc[3, ["difference", "low", "high"]].isna().all()


def test_numbers_are_a_paired_bootstrap_over_authors_in_points():
    distances = {"a": errors(0.6), "b": errors(0.5, seed=1)}
    authors = np.random.default_rng(2).integers(0, 30, 400).astype(str)
    radii = np.array([25.0, 5000.0])
    table = check_claims(
        distances, authors, 500, 4, [claim(radius_km=radius) for radius in radii.tolist()]
    )
    expected = paired_bootstrap(distances["a"], distances["b"], authors, 500, 4, radii)
    for name, column in (("difference", "estimate"), ("low", "low"), ("high", "high")):
        np.testing.assert_allclose(table[name], 100 * getattr(expected, column))


def test_one_author_decides_nothing():
    distances = {"a": errors(0.9), "b": errors(0.1)}
    table = check_claims(distances, np.full(400, "ann"), 100, claims=[claim()])
    assert table["verdict"].tolist() == ["undecided"]
    assert table["difference"].item() > 0 and np.isnan(table["low"].item())


def test_without_any_method_nothing_was_run():
    table = check_claims({})
    assert len(table) == len(published_claims())
    assert (table["verdict"] == "not run here").all()


def test_outcome_weighs_all_radii_of_a_claim():
    verdicts = {
        "helps": ["holds", "undecided"],
        "hurts": ["undecided", "the opposite"],
        "both": ["the opposite", "holds"],
        "neither": ["undecided", "undecided"],
        "absent": ["not run here", "not run here"],
    }
    claims = [
        Claim(text, "a", "b", radius, "SwC", "1", "Im2GPS3k", 1.0)
        for text in verdicts
        for radius in (1.0, 25.0)
    ]
    table = check_claims({}, claims=claims).assign(verdict=[*chain(*verdicts.values())])
    outcomes = claim_outcomes(table).set_index("claim")
    expected = ["holds", "the opposite", MIXED, "undecided", "not run here"]
    assert outcomes["outcome"].tolist() == expected
    assert outcomes.loc["hurts", list(VERDICTS)].tolist() == ["", "25", "1", ""]


def test_unlike_photos_are_refused():
    with pytest.raises(ValueError, match="'b': 3} photos; expected the same photos for each"):
        check_claims({"a": errors(0.5), "b": np.ones(3)})


def test_figure_has_a_field_for_each_claim_and_radius():
    claims = [claim("a", "b", 1.0), claim("a", "b"), claim("b", "nowhere")]
    table = check_claims({"a": errors(0.6), "b": errors(0.3)}, n_resamples=200, claims=claims)
    figure, ax = plt.subplots(figsize=(5, claims_height_in(table)))
    draw_claims(ax, table)
    figure.canvas.draw()
    fills = [matplotlib.colors.to_hex(patch.get_facecolor()) for patch in ax.patches]
    expected = [VERDICT_COLORS[verdict][0] for verdict in table["verdict"]]
    assert fills == [matplotlib.colors.to_hex(color) for color in expected]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1 km", "25 km"]
    texts = [text.get_text() for text in ax.texts]
    assert "–/2.0" in texts and f"{table['difference'][1]:+.1f}/2.0" in texts
    plt.close(figure)


def test_the_default_study_has_both_methods_of_every_claim(tmp_path):
    settings = read_study(Path(__file__).parents[2], "default")["03_training"]
    methods = study_methods(StudyTraining.of(tmp_path, settings))
    assert {name for claim in published_claims() for name in (claim.better, claim.worse)} <= {
        *methods
    }
