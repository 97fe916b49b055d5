import numpy as np
import pandas as pd

from geoutils.explanation import forgetting, in_plain_words, trust_table, trusted


def bounds(**rows):
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high"])


def test_answers_are_read_off_the_intervals():
    questions = {
        "finds it": bounds(a=(0.1, 0.3), b=(-0.3, -0.1), c=(-0.1, 0.1)),
        "forgets": bounds(a=(0.6, 0.9), b=(0.4, 0.6), c=(np.nan, np.nan)),
        "agrees": bounds(a=(0.1, 0.2), b=(0.1, 0.2)),
    }
    table = trust_table(["a", "b", "c"], questions, {"forgets": 0.5})
    assert table.loc["a"].tolist() == ["yes", "yes", "yes"]
    assert table.loc["b"].tolist() == ["no", "undecided", "yes"]
    assert table.loc["c"].tolist() == ["undecided", "undecided", "not asked"]
    assert trusted(table) == ["a"] and trusted(table.loc[["b", "c"]]) == []
    assert in_plain_words(table) == [
        "a: yes to all 3.",
        "b: yes to 1 of 3 (no: finds it; undecided: forgets).",
        "c: yes to 0 of 3 (undecided: finds it, forgets; not asked: agrees).",
    ]


def test_explainers_that_answer_alike_are_told_together():
    table = pd.DataFrame({"finds it": ["no", "yes", "no"]}, index=["a", "b", "c"])
    words = ["b: yes to all 1.", "a and c: yes to 0 of 1 (no: finds it)."]
    assert in_plain_words(table) == words


def test_forgetting_is_what_the_last_layer_leaves_not():
    sanity = pd.DataFrame(
        {
            "explainer": ["edge map", "edge map", "map", "map"],
            "depth": [0, 1, 0, 1],
            "strongest_shared": [1, 1, 1, 0.2],
            "strongest_shared_low": [1, 1, 1, 0.1],
            "strongest_shared_high": [1, 1, 1, 0.4],
        }
    )
    table = forgetting(sanity)
    np.testing.assert_allclose(table.loc["map"], [0.8, 0.6, 0.9])
    np.testing.assert_allclose(table.loc["edge map"], 0)
