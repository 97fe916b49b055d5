import numpy as np
import pytest

from geoutils.evaluation import bootstrap_accuracy, paired_matrix, published_accuracies
from geoutils.evaluation.beside import COUNTERPARTS, published_beside
from geoutils.evaluation.leaders import leaders, leaders_text


def table():
    rng = np.random.default_rng(0)
    base = 10 ** rng.uniform(0, 4, 500)
    methods = {"far": base * 20, "good": base, "twin": base.copy(), "near": base * 1.02}
    return paired_matrix(methods, n_resamples=300)


def test_the_first_and_those_that_cannot_be_told_from_it():
    first, equals = leaders(table(), 200)
    assert first == "good"
    assert equals[:2] == ["twin", "near"] and "far" not in equals
    labels = {"far": "F", "good": "G", "twin": "T", "near": "N"}
    text = leaders_text(table(), labels, [200])
    assert text == "At 200 km **G** is first; not to be told from it: T, N (of 3)."
    assert leaders_text(table(), labels).count("At ") == 5
    with pytest.raises(ValueError, match="radius_km: 30 is not in the table"):
        leaders(table(), 30)


def test_who_leads_beyond_chance_and_who_not_at_all():
    rng = np.random.default_rng(1)
    base = np.append(300.0, 10 ** rng.uniform(0, 4, 399))
    labels = {"a": "A", "b": "B"}
    ahead = paired_matrix({"a": base, "b": base * 50}, n_resamples=200)
    assert "ahead of the other one (no interval holds zero)" in leaders_text(ahead, labels, [200])
    alike = paired_matrix({"a": base, "b": np.append(base[1:], 1.0)}, n_resamples=200)
    assert "tell none of the others" in leaders_text(alike, labels, [200])
    same = paired_matrix({"a": base, "b": base.copy()}, n_resamples=200)
    assert leaders_text(same, labels, [200]) == "At 200 km no method is ahead of another."


def test_counterparts_are_rows_that_papers_printed():
    rows = published_accuracies("Im2GPS3k", main_only=True)
    printed = set(zip(rows["paper"], rows["table"], rows["method"], strict=True))
    assert set(COUNTERPARTS.values()) <= printed


def test_ours_stand_beside_theirs():
    ours = bootstrap_accuracy(np.array([0.5, 30.0, 3000.0, 9000.0]), n_resamples=50)
    beside = published_beside({"GeoDecoder f*": ours, "HMC": ours, "CE (ce)": ours})
    assert beside.index.tolist() == ["GeoDecoder f*"] * 2 + ["CE (ce)"] * 2
    assert beside["photos"].tolist() == ["this study", "Im2GPS3k"] * 2
    assert beside["25 km"].iloc[0].startswith("25.0 [") and beside["25 km"].iloc[1] == "33.5"
    assert beside["source"].iloc[1] == "GeoDecoder, Table 1, page 7: GeoDecoder"
    assert published_beside({"HMC": ours}).empty
