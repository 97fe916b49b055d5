"""Methods of a toy study: five towns, told by the colour of a photo."""

import numpy as np
import pandas as pd
import pytest

from geoutils.models import load_model
from geoutils.partitions import (
    Hierarchy,
    Partition,
)
from geoutils.partitions.geoclass import combine
from geoutils.prediction import best_tuples, hierarchical_log_scores, level_log_probs
from geoutils.sphere import great_circle_km
from geoutils.study.methods import (
    StudyAnswers,
    cell_levels,
    compared_methods,
    headline_methods,
    main_method,
    method_budgets,
    predict_study,
    write_log_probs,
    write_predictions,
)
from geoutils.study.methods.predict import background_of, collector_of
from geoutils.training.recipes.from_study import shared_inputs
from geoutils.training.recipes.study_training import StudyTraining


def test_methods_are_read_off_the_recipes(methods):
    assert set(methods) == {
        *("ce_f", "ce_swc", "mvmf_point", "mvmf_swc", "hc_f", "hc_f_star", "hc_swc"),
        *("hmc_f", "hmc_swc", "decoder_f", "decoder_f_star", "decoder_swc"),
        *("cplanet_normalised", "cplanet_simple", "cplanet_set_1", "cplanet_set_2"),
        *("cplanet_swc", "rrm_nearest", "rrm_plain_nearest", "raw_features_nearest"),
        *("alone_f", "alone_f_star"),
    }
    labels = [method.label for method in methods.values()]
    assert len(set(labels)) == len(labels)
    assert methods["hc_f_star"].label == "HC f*" and methods["mvmf_swc"].label == "MvMF + SwC"
    assert (methods["hc_swc"].base, methods["mvmf_swc"].base) == ("f_star", "point")
    assert methods["hmc_f"].system == "Loria" and methods["decoder_f"].system == "GeoDecoder"
    assert all(method.sentence for method in methods.values())


def test_a_central_recipe_names_cells(training):
    assert main_method(training, "hc") == "hc_f_star"
    assert main_method(training, "cplanet") == "cplanet_normalised"
    for name in ("countries", "shared", "nobody"):
        with pytest.raises(ValueError, match="expected one that names cells, of"):
            main_method(training, name)


def test_some_methods_stand_for_their_kind(training, methods):
    compared = compared_methods(training, methods, "hc")
    assert {"hc_f", "hc_f_star", "mvmf_point", "cplanet_normalised", "alone_f_star"} <= set(
        compared
    )
    assert not {"rrm_plain_nearest", "cplanet_set_1", "alone_f", "hmc_swc"} & set(compared)
    headline = headline_methods(training, methods, "hc")
    assert set(headline) < set(compared) and "alone_f_star" not in headline
    assert [name for name in headline if methods[name].answer == "swc"] == ["mvmf_swc"]


def test_every_method_places_every_photo(training, methods, answers, tmp_path):
    found = write_predictions(answers, methods, {"test": methods, "val": ["hc_f"]}, tmp_path, 3)
    assert set(found) == {(name, "test") for name in methods} | {("hc_f", "val")}
    truth = training.latlon_deg[answers.rows("test")]
    for (name, split), table in found.items():
        stored = pd.read_parquet(tmp_path / f"{name}_{split}.parquet")
        assert list(stored) == list(table) and len(stored) == 15
        if split == "test":
            points = stored[["latitude", "longitude"]].to_numpy()
            np.testing.assert_allclose(great_circle_km(points, truth), stored["distance_km"])
            assert (stored["cell"] >= 0).all() and stored["top_cells"].map(len).max() <= 3


def test_answers_of_a_network_are_those_of_its_own_forward_pass(training, methods, answers):
    rows = answers.rows("test")
    middle = training.pixels[rows][:, 4:28, 4:28]
    levels = level_log_probs(load_model(training.folder("alone")), middle)
    for log_probs, expected in zip(answers.log_probs("alone", "test"), levels, strict=True):
        np.testing.assert_allclose(log_probs, expected, atol=1e-5)
    # A head on features is the same as its geolocator on the middle of the photos.
    levels = level_log_probs(load_model(training.folder("hc")), middle)
    for log_probs, expected in zip(answers.log_probs("hc", "test"), levels, strict=True):
        np.testing.assert_allclose(log_probs, expected, atol=1e-4)
    parents = Hierarchy.load(training.results / "partitions").parents
    product = hierarchical_log_scores(answers.log_probs("hc", "test"), parents)
    table = predict_study(training, methods["hc_f_star"], "test", answers)
    np.testing.assert_array_equal(table["cell"], product.argmax(axis=1))


def test_sets_are_combined_and_stand_alone(training, methods, answers):
    folder = training.results / "partitions" / "cplanet"
    sets = [Partition.load(folder / f"set_{k}.parquet") for k in (1, 2)]
    combined, said = combine(sets), answers.log_probs("cplanet", "test")
    for answer, how in (("normalised", "cells"), ("simple", "none")):
        table = predict_study(training, methods[f"cplanet_{answer}"], "test", answers)
        best = best_tuples(said, combined.cells, how)
        np.testing.assert_array_equal(table["cell"], best)
        points = table[["latitude", "longitude"]].to_numpy()
        np.testing.assert_allclose(points, combined.centers_deg[best])
    table = predict_study(training, methods["cplanet_set_2"], "test", answers)
    np.testing.assert_array_equal(table["cell"], said[1].argmax(axis=1))


def test_search_stays_among_placeable_photos_of_the_cell(training, methods, answers):
    background = background_of(answers, "mvmf", "point", "rrm")
    rows, fine = (
        training.rows["train"],
        cell_levels(training.results / "partitions", training.recipes["mvmf"]).finest,
    )
    said = np.concatenate([levels[-1] for _, levels in answers.train_log_probs("mvmf")])
    right = said.argmax(axis=1) == fine.assign(training.latlon_deg[rows])
    assert sorted(background.rows) == np.flatnonzero(right).tolist()
    cells = predict_study(training, methods["mvmf_point"], "test", answers)["cell"]
    searched = predict_study(training, methods["mvmf_swc"], "test", answers)
    np.testing.assert_array_equal(searched["cell"], cells)
    inside = searched["cell"].isin(np.flatnonzero(background.counts))
    points = searched[["latitude", "longitude"]].to_numpy()
    fallen = np.isclose(points, fine.centers_deg[cells]).all(axis=1)
    assert fallen[~inside].all()


def test_retrieval_alone_takes_the_nearest_placeable_photo(training, methods, answers):
    assert collector_of(training, "rrm") == "ce"
    said = np.concatenate([levels[-1] for _, levels in answers.train_log_probs("ce")])
    rows = training.rows["train"]
    fine = answers.levels("ce").finest
    rows = rows[said.argmax(axis=1) == fine.assign(training.latlon_deg[rows])]
    features = np.asarray(shared_inputs(training, "features"))
    units = features / np.linalg.norm(features, axis=1, keepdims=True)
    nearest = rows[(units[answers.rows("test")] @ units[rows].T).argmax(axis=1)]
    table = predict_study(training, methods["raw_features_nearest"], "test", answers)
    points = table[["latitude", "longitude"]].to_numpy()
    np.testing.assert_allclose(points, training.latlon_deg[nearest])
    assert table["probability"].isna().all()


def test_photos_of_another_study_are_placed_by_the_borrowed_model(training, methods, tmp_path):
    own = training.manifest[training.manifest["split"] == "test"].reset_index(drop=True)
    folder = tmp_path / "results" / "other"
    (folder / "photos").mkdir(parents=True)
    own.to_parquet(folder / "manifest.parquet")
    rows = np.flatnonzero(training.manifest["split"] == "test")
    np.save(folder / "photos" / "32px.npy", training.pixels[rows])
    borrowed = StudyAnswers.of(training, folder)
    assert not borrowed.is_own
    for name in ("hc_f_star", "decoder_f", "mvmf_swc", "rrm_nearest", "alone_f"):
        expected = predict_study(training, methods[name], "test")
        found = predict_study(training, methods[name], "test", borrowed)
        np.testing.assert_allclose(found["distance_km"], expected["distance_km"], atol=1e-3)
    with pytest.raises(ValueError, match="split: no 'val' photos; there are test"):
        borrowed.rows("val")
    np.save(folder / "photos" / "32px.npy", training.pixels[rows[:3]])
    with pytest.raises(ValueError, match="3 photos, but 15 are listed"):
        StudyAnswers.of(training, folder)


def test_crops_are_averaged(training, methods):
    rows = StudyAnswers.of(training).rows("test")
    for name in ("hc", "alone"):
        five = StudyAnswers.of(training, crops="five").log_probs(name, "test")
        model, pixels = load_model(training.folder(name)), training.pixels[rows]
        corners = [(0, 0), (0, 8), (8, 0), (8, 8), (4, 4)]
        looks = [level_log_probs(model, pixels[:, y : y + 24, x : x + 24]) for y, x in corners]
        for level, log_probs in enumerate(five):
            expected = np.mean([np.exp(look[level]) for look in looks], axis=0)
            np.testing.assert_allclose(np.exp(log_probs), expected, atol=1e-5)
    with pytest.raises(ValueError, match="crops: 'nine'; expected one of middle, five, ten"):
        StudyAnswers.of(training, crops="nine").log_probs("alone", "test")
    settings = dict(training.settings)
    whole = settings | {"stages": {"countries": settings["stages"]["countries"]}, "ablation": {}}
    study = StudyTraining.of(training.results, whole)
    with pytest.raises(ValueError, match="crops: 'ten', but training saw whole photos"):
        StudyAnswers.of(study, crops="ten").log_probs("hc", "test")


def test_log_probs_of_the_central_model_are_kept_by_level(answers, tmp_path):
    write_log_probs(answers, "hc", "test", tmp_path)
    with np.load(tmp_path / "log_probs_test.npz") as saved:
        assert set(saved) == {"photo", "coarse", "fine"} and len(saved["photo"]) == 15
        np.testing.assert_allclose(np.exp(saved["fine"]).sum(axis=1), 1, rtol=1e-5)


def test_budgets_count_what_was_learned(training, methods):
    budgets = method_budgets(training, methods)
    assert budgets.loc["hc_f", "photos_shown"] == 120 and budgets.loc["hc_f", "epochs"] == 2
    head = load_model(training.log_folder("hc"))
    n_head = sum(weight.numel() for weight in head.parameters())
    assert budgets.loc["hc_f_star", "parameters"] == n_head
    assert budgets.loc["alone_f", "learned"] == "end to end"
    whole = load_model(training.folder("alone"))
    assert budgets.loc["alone_f", "parameters"] == sum(w.numel() for w in whole.parameters())
