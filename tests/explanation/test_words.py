import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoutils.explanation.words import HARDLY, LEANS, in_words, leaning, percent, where


def test_the_two_sentences():
    text = in_words(
        ["Île-de-France", "Normandie", "Bretagne", "Corse"],
        np.array([0.41, 0.2, 0.1, 0.05]),
        {"building": 1.9, "tower": 1.5, "sky": 0.9, "car": 0.1, "person": np.nan},
        "Integrated Gradients",
    )
    assert text == (
        "Most likely Île-de-France (41 %), then Normandie (20 %) and Bretagne (10 %). By "
        "Integrated Gradients it leans on building (ci 1.9) and tower (1.5), hardly on car (0.1)."
    )


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([0.2, 0.2, 0.1], "Most likely a or b (20 % each), then c (10 %)."),
        ([0.204, 0.196, 0.196], "Most likely a, b or c (20 % each)."),
        ([0.03, 0.02, 0.02], "No place stands out: at most a (3 %), then b (2 %) and c (2 %)."),
        ([1.0, 0.0, 0.0], "Most likely a (100 %)."),
        ([0.996, 0.004, 0.0], "Most likely a (over 99 %), then b (under 1 %)."),
    ],
)
def test_no_order_is_claimed_that_is_not_printed(probabilities, expected):
    assert where(list("abc"), np.array(probabilities)) == expected


def test_places_left_out_are_not_worse_than_those_named():
    text = where(list("abcde"), np.full(5, 0.19))
    assert text == "Most likely a, b, c or one of 2 more (19 % each)."


def test_cells_of_one_name_are_one_place():
    text = where(["x", "", "y", "x", ""], np.array([0.2, 0.15, 0.3, 0.2, 0.1]))
    assert text == "Most likely x (40 %), then y (30 %) and a place without a name (25 %)."


@pytest.mark.parametrize(
    ("influence", "edges", "expected"),
    [
        ({}, None, "What it leans on cannot be said: E met no concept of sufficient size."),
        ({"sky": np.nan}, None, "What it leans on cannot be said: E met no concept of sufficient"),
        ({"sky": 1.2, "car": 0.3}, None, "By E it leans on no concept clearly beyond its area."),
        ({"sky": 1.2, "car": 0.2}, None, "beyond its area; least on car (ci 0.2)."),
        ({"sky": 1.4, "car": 2.0}, {"car": 2.1, "sky": 0.9}, "By E it leans on sky (ci 1.4)."),
        (
            {"tower": 1.4, "car": 0.0},
            {"tower": 1.6},
            "By E it leans on tower (ci 1.4), hardly on car (0.0), but no more than the photo's",
        ),
        ({"a": 3.0, "b": 2.0, "c": 1.5}, None, "By E it leans on a (ci 3.0) and b (2.0)."),
    ],
)
def test_what_it_leans_on(influence, edges, expected):
    assert expected in leaning(influence, "E", edges)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is
@given(
    st.dictionaries(st.sampled_from("pqrstuvw"), st.one_of(st.floats(0, 20), st.just(np.nan))),
    st.dictionaries(st.sampled_from("pqrstuvw"), st.floats(0, 20)),
)
def test_never_names_a_concept_that_the_numbers_do_not(influence, edges):
    text = leaning(influence, "X", edges)
    sure = "it leans on" in text and "no concept" not in text and "no more than" not in text
    leant = text.partition("hardly on")[0].partition("leans on ")[2] if sure else ""
    for name, ci in influence.items():
        if f"{name} (" in leant:
            assert ci >= LEANS and ci > edges.get(name, -1)
        elif f" {name} (" in text and "no more than" not in text:
            assert ci <= HARDLY
        if np.isnan(ci):
            assert f" {name} (" not in text


def test_percent_never_rounds_away_a_doubt():
    assert [percent(share) for share in (0, 1e-9, 0.5, 0.9999999, 1)] == [
        "0 %",
        "under 1 %",
        "50 %",
        "over 99 %",
        "100 %",
    ]


def test_refuses_what_are_no_probabilities():
    with pytest.raises(ValueError, match="places: 2 for 1 probabilities"):
        where(["a", "b"], np.array([1.0]))
    with pytest.raises(ValueError, match="places: 0 for 0"):
        where([], np.array([]))
    for bad in ([0.7, 0.7], [-0.1, 0.3], [np.nan, 0.2]):
        with pytest.raises(ValueError, match=r"probabilities: .*; expected shares of 1"):
            where(["a", "b"], np.array(bad))
