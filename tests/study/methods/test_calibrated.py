"""Every distribution of a toy study, asked and tempered."""

import numpy as np
import pytest

from geoutils.evaluation.cell_answers import CellAnswers
from geoutils.evaluation.geographic_calibration import CURVE_LEVELS, credible_sets
from geoutils.evaluation.temperature import fit_temperature, tempered
from geoutils.prediction import combined_scores, hierarchical_log_scores
from geoutils.study import calibrated as engine
from geoutils.study.calibrated import calibrated
from geoutils.study.methods import StudyAnswers, predict_study, recipe_distributions

EVERYTHING = slice(None)


@pytest.fixture(scope="module")
def found(methods, answers):
    return {one.distribution.name: one for one in calibrated(answers, answers, methods)}


def test_every_level_and_product_has_its_turn(found, methods):
    retrieved = {"rrm_nearest", "rrm_plain_nearest", "raw_features_nearest"}
    of_methods = {name for name, method in methods.items() if not method.base} - retrieved
    others = {"hc_coarse", "decoder_coarse", "alone_coarse"}
    assert set(found) == of_methods | others
    kinds = [one.distribution for one in found.values()]
    assert {kind.name for kind in kinds if kind.combined} == {
        *("hc_f_star", "decoder_f_star", "alone_f_star"),
        *("cplanet_normalised", "cplanet_simple"),
    }
    labels = [kind.label for kind in kinds]
    assert len(set(labels)) == len(labels) and "HC coarse" in labels
    assert {kind.method for kind in kinds if not kind.method} == {""}


def test_answers_are_those_of_the_prediction_files(found, training, methods, answers):
    for name, one in found.items():
        if one.distribution.method:
            table = predict_study(training, methods[name], "test", answers)
            np.testing.assert_array_equal(one.before.best, table["cell"])
            np.testing.assert_allclose(one.before.confidences, table["probability"], rtol=1e-4)
        np.testing.assert_array_equal(one.after.best, one.before.best)


def test_products_and_sums_are_normalised_over_all_cells(answers, methods):
    kinds = {k.level: k for k in recipe_distributions(answers, methods, "hc")}
    said = answers.log_probs("hc", "test")
    product = hierarchical_log_scores(said, answers.levels("hc").parents)
    np.testing.assert_allclose(
        kinds["f*"].log_probs(answers, "test", EVERYTHING), tempered(product), rtol=1e-5
    )
    kinds = {k.level: k for k in recipe_distributions(answers, methods, "cplanet")}
    said = answers.log_probs("cplanet", "test")
    for level, how in (("normalised sum", "cells"), ("simple sum", "none")):
        scores = combined_scores(said, kinds[level].cells.cells, how)
        probabilities = np.exp(kinds[level].log_probs(answers, "test", np.array([2, 5])))
        expected = scores / scores.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(probabilities, expected[[2, 5]], rtol=1e-4)


def test_temperature_is_that_of_the_validation_photos(found, answers, methods):
    kind = found["hc_f_star"].distribution
    photos = answers.manifest.iloc[answers.rows("val")]
    truth = kind.cells.assign(photos[["latitude", "longitude"]].to_numpy())
    fitted = fit_temperature(kind.log_probs(answers, "val", EVERYTHING), truth)
    assert found["hc_f_star"].temperature == pytest.approx(fitted)
    log_probs = kind.log_probs(answers, "test", EVERYTHING)
    after = CellAnswers.of(tempered(log_probs, fitted), found["hc_f_star"].cells)
    np.testing.assert_allclose(found["hc_f_star"].after.losses, after.losses)


def test_a_few_photos_at_a_time_say_the_same(found, answers, methods, monkeypatch):
    monkeypatch.setattr(engine, "CHUNK", 50)
    some = {name: method for name, method in methods.items() if method.recipe in ("cplanet", "hc")}
    for one in calibrated(answers, answers, some):
        whole = found[one.distribution.name]
        np.testing.assert_allclose(one.before.brier, whole.before.brier, rtol=1e-5)


def test_sets_of_cells_come_where_they_are_asked_for(found, answers, methods):
    assert found["hc_f"].sets_before is None and found["hc_f"].sets_after is None
    some = {name: method for name, method in methods.items() if method.recipe == "hc"}
    asked = {k.distribution.name: k for k in calibrated(answers, answers, some, {"hc_f_star"})}
    assert asked["hc_f"].sets_before is None
    one = asked["hc_f_star"]
    kind, (before, after) = one.distribution, (one.sets_before, one.sets_after)
    log_probs = kind.log_probs(answers, "test", EVERYTHING)
    areas = kind.cells.areas_km2()
    for sets, said in ((before, log_probs), (after, tempered(log_probs, one.temperature))):
        alone = credible_sets(said, one.cells, areas, CURVE_LEVELS)
        np.testing.assert_array_equal(sets.covered, alone.covered)
        np.testing.assert_allclose(sets.area_km2, alone.area_km2)


def test_photos_of_unknown_place_judge_nothing(training, answers, methods):
    manifest = answers.manifest.copy()
    lost = answers.rows("test")[[1, 4]]
    manifest.loc[manifest.index[lost], ["latitude", "longitude"]] = np.nan
    asked = StudyAnswers(training, manifest, answers.pixels)
    (one,) = calibrated(asked, answers, {"ce_f": methods["ce_f"]})
    assert len(one.before) == len(one.cells) == len(answers.rows("test")) - 2
    manifest[["latitude", "longitude"]] = np.nan
    with pytest.raises(ValueError, match="none of the 15 test photos has a known position"):
        next(calibrated(asked, answers, {"ce_f": methods["ce_f"]}))
