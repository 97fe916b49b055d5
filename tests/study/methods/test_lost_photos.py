"""Photos that are decoded live and lost: scored by nobody, found by nobody, and told of."""

import os
import shutil

import numpy as np
import pandas as pd
import pytest
import town_study
from PIL import Image
from town_study import SECTION, s2_cells, town_photos

from geoutils.photos.live_record import record_live_pixels
from geoutils.photos.lost_list import lost_list, lost_photos, read_lost
from geoutils.photos.manifest import read_manifest
from geoutils.prediction import search_everywhere
from geoutils.study.calibrated import calibrated
from geoutils.study.methods import (
    StudyAnswers,
    photos_there,
    predict,
    predict_study,
    read_predictions,
    rows_there,
    study_methods,
    until_settled,
    write_log_probs,
    write_predictions,
)
from geoutils.study.methods.lost import LostPhotos
from geoutils.study.methods.predict import background_of
from geoutils.study.reproduction.rings import rings_of_study
from geoutils.study.similar_photos import similar_photos
from geoutils.study.within_cells import cell_search, embedded
from geoutils.training.recipes.from_study import train_recipe
from geoutils.training.recipes.study_training import StudyTraining

SIZE, N = 32, 90
GONE_TRAIN, GONE_TEST, LATE_TEST, LATE_VAL = 7, 76, 80, 62
PRESET = town_study.PRESET | {"epochs": 1, "learning_rate": 0.01}
CROPPED = PRESET | {"augmentation": {"crop_px": 24}}
CLASSIFIER = {"head": "multi_partition", "partition": "s2"}
SETTINGS = SECTION | {
    "stages": {"shared": CLASSIFIER | {"preset": CROPPED}},
    "heads": {
        "hc": CLASSIFIER | {"preset": PRESET},
        "rrm": {"head": "retrieval", "partition": "s2", "hidden": 8, "preset": PRESET},
    },
    "ablation": {"alone": CLASSIFIER | {"preset": CROPPED}},
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A study decoded live, of which a training and a test photo vanished before training."""
    folder = tmp_path_factory.mktemp("lost")
    results = folder / "results" / "toy"
    split = np.where(np.arange(N) < 60, "train", np.where(np.arange(N) < 75, "val", "test"))
    s2_cells(results, town_photos(results, split)[split == "train"])
    stored = np.load(results / "photos" / f"{SIZE}px.npy")
    manifest = pd.read_parquet(results / "manifest.parquet")
    manifest["path"] = [str(folder / f"{name}.png") for name in manifest["photo"]]
    for path, pixels in zip(manifest["path"], stored, strict=True):
        Image.fromarray(pixels).save(path)
    manifest.to_parquet(results / "manifest.parquet")
    record_live_pixels(results / "manifest.parquet", results / "photos" / f"{SIZE}px.npy", SIZE)
    for row in (GONE_TRAIN, GONE_TEST):
        hide(manifest, row)
    study = StudyTraining.of(results, SETTINGS)
    for name in study.recipes:
        train_recipe(study, name)
    return results


def hide(manifest, row):
    os.rename(manifest["path"][row], manifest["path"][row] + ".away")


@pytest.fixture
def results(trained, tmp_path):
    """The same, each test with its own list of what is lost, and files that it may hide."""
    copy = tmp_path / "results" / "toy"
    shutil.copytree(trained, copy)
    manifest = pd.read_parquet(copy / "manifest.parquet")
    yield copy
    for row, path in enumerate(manifest["path"]):
        if row not in (GONE_TRAIN, GONE_TEST) and os.path.exists(path + ".away"):
            os.rename(path + ".away", path)


def everything(results):
    """What notebook 04 writes, by a study that was just opened."""
    study = StudyTraining.of(results, SETTINGS)
    answers, methods = StudyAnswers.of(study), study_methods(study)
    folder = results / "predictions"

    def written():
        write_log_probs(answers, "hc", "test", folder)
        return write_predictions(answers, methods, {"test": methods, "val": ["alone_f"]}, folder)

    return answers, methods, until_settled(written)


def test_a_lost_photo_has_no_row_and_the_others_keep_theirs(results, capsys):
    manifest = read_manifest(results / "manifest.parquet")
    _, _, before = everything(results)
    names = [f"p{row}" for row in range(75, N) if row != GONE_TEST]
    assert all(table["photo"].tolist() == names for (_, s), table in before.items() if s == "test")
    hide(manifest, LATE_TEST)  # heads have its features, the network end to end does not
    hide(manifest, LATE_VAL)
    answers, methods, after = everything(results)
    assert "cannot be read any more, such as p80; what runs again" in capsys.readouterr().out
    for (name, split), table in after.items():
        lost = {"test": f"p{LATE_TEST}", "val": f"p{LATE_VAL}"}[split]
        kept = before[name, split][before[name, split]["photo"] != lost].reset_index(drop=True)
        stored = pd.read_parquet(results / "predictions" / f"{name}_{split}.parquet")
        assert stored["photo"].tolist() == kept["photo"].tolist()
        for column in ("cell", "latitude", "longitude", "probability", "distance_km"):
            np.testing.assert_array_equal(table[column], kept[column])
    with np.load(results / "predictions" / "log_probs_test.npz") as saved:
        assert saved["photo"].tolist() == answers.photos("test")["photo"].tolist()
        assert len(saved["fine"]) == len(saved["photo"]) == 13
    for one in calibrated(answers, answers, methods):
        assert len(one.cells) == len(one.before.best) == 13
    assert rings_of_study(results)["photo"].tolist() == after["hc_f", "test"]["photo"].tolist()


def test_who_comes_back_stays_out_until_notebook_01_runs_again(results):
    manifest = read_manifest(results / "manifest.parquet")
    hide(manifest, LATE_TEST)
    _, _, first = everything(results)
    os.rename(manifest["path"][LATE_TEST] + ".away", manifest["path"][LATE_TEST])
    _, _, again = everything(results)
    for key, table in first.items():
        pd.testing.assert_frame_equal(table, again[key])
    # Then it is back; those whose features are grey's are not, and the new list says so.
    record_live_pixels(results / "manifest.parquet", results / "photos" / f"{SIZE}px.npy", SIZE)
    assert not lost_photos(results / "photos")
    answers = StudyAnswers.of(StudyTraining.of(results, SETTINGS))
    assert np.flatnonzero(answers.lost).tolist() == [GONE_TRAIN, GONE_TEST]
    listed = read_lost(lost_list(results / "photos" / f"{SIZE}px.npy"))
    assert set(listed) == {"p7", "p76"} and "features" in listed["p7"]


def test_a_lost_training_photo_is_nobodys_neighbour(results, monkeypatch):
    study = StudyTraining.of(results, SETTINGS)
    answers = StudyAnswers.of(study)
    search = cell_search(answers, "hc", "f_star")
    assert not search.there[GONE_TRAIN] and search.there.sum() == 59
    vectors = embedded(answers, "rrm")
    others = np.delete(np.arange(60), GONE_TRAIN)
    assert sorted(search.background(vectors, whole=True).rows) == others.tolist()
    search.best[:] = search.truth  # as if the classifier placed all of them
    assert sorted(search.background(vectors).rows) == others.tolist()
    assert GONE_TRAIN not in background_of(answers, "hc", "f_star", "rrm").rows
    monkeypatch.setattr("geoutils.study.similar_photos.collector_of", lambda *_: None)
    found = similar_photos(answers, "rrm", np.arange(3), k=59)  # where no classifier collects
    assert all(sorted(row) == others.tolist() for row in found.neighbours)
    asked = []
    monkeypatch.setattr(predict, "collector_of", lambda *_: None)
    monkeypatch.setattr(
        predict, "search_everywhere", lambda *a: asked.append(a[1].rows) or search_everywhere(*a)
    )
    predict_study(study, study_methods(study)["rrm_nearest"], "test", answers)
    assert sorted(asked[0]) == others.tolist()
    assert {split: len(rows) for split, rows in rows_there(study).items()} == {
        "train": 59,
        "val": 15,
    }


def test_photos_that_are_looked_at_closely_must_be_there(results):
    manifest = read_manifest(results / "manifest.parquet")
    answers = StudyAnswers.of(StudyTraining.of(results, SETTINGS))
    rows = answers.rows("test")
    expected = answers.pixels[rows[:2]]
    np.testing.assert_array_equal(photos_there(answers.pixels, rows[:2]), expected)
    hide(manifest, rows[1])
    with pytest.raises(LostPhotos, match="1 cannot be read any more, such as p77") as error:
        photos_there(answers.pixels, rows[:2])
    assert error.value.rows.tolist() == [77]
    again = StudyAnswers.of(StudyTraining.of(results, SETTINGS))
    assert again.rows("test").tolist() == [rows[0], *rows[2:]]


def test_predictions_are_read_by_the_photos_names(results):
    _, _, found = everything(results)
    table = found["hc_f", "test"]
    folder, names = results / "predictions", table["photo"][[3, 1]]
    some = read_predictions(folder, "hc_f", "test", names)
    assert some["distance_km"].tolist() == table["distance_km"][[3, 1]].tolist()
    with pytest.raises(ValueError, match="nothing of 1 photos, such as p76; run notebook 04 again"):
        read_predictions(folder, "hc_f", "test", pd.Series(["p75", "p76"]))
    with pytest.raises(ValueError, match="notebook 04 writes it"):
        read_predictions(folder, "hc_g", "test", names)
