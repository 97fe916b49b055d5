"""A saved study is asked about photos, and answers as its own prediction files do."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from town_study import TOWNS

import geoutils
from geoutils.partitions import cell_names
from geoutils.prediction import read_predictions_csv, write_predictions_csv
from geoutils.sphere import great_circle_km
from geoutils.study.given_photos import given_squares
from geoutils.study.methods import predict_study

README = Path(__file__).parents[3] / "README.md"


@pytest.fixture(scope="module")
def folder(training):
    """The toy study's results with the settings of its last run beside them."""
    sections = {"03_training": dict(training.settings)}
    sections["04_evaluation"] = {"model": "hc", "crops": "middle"}
    (training.results / "settings.yaml").write_text(yaml.safe_dump(sections))
    return training.results


@pytest.fixture(scope="module")
def saved(folder):
    return geoutils.load_study(folder, device="cpu")


@pytest.fixture(scope="module")
def photos(training):
    """The pixels of the test photos."""
    return np.array(training.pixels[training.manifest["split"] == "test"])


def test_all_methods_answer_as_in_the_study(saved, training, methods, answers, photos):
    assert methods.keys() <= saved.methods.keys()
    for name, method in methods.items():
        expected = predict_study(training, method, "test", answers, 4)
        found = saved.locate(photos, 4, name, batch_size=6)
        assert found["photo"].tolist() == [f"photo {k}" for k in range(len(photos))]
        compared = ["cell", "latitude", "longitude", "probability"]
        pd.testing.assert_frame_equal(found[compared], expected[compared], atol=1e-5, obj=name)
        assert found["top_cells"].tolist() == expected["top_cells"].tolist()
        assert found["distance_km"].isna().all()


def test_points_names_and_probabilities_of_one_photo(saved, photos, methods):
    points_deg, names, probabilities = saved.predict(photos[0], top_k=3)
    table = saved.locate(photos[0], top_k=3)
    assert points_deg.shape == (3, 2) and len(names) == 3
    np.testing.assert_array_equal(probabilities, table["top_probabilities"][0])
    assert (np.diff(probabilities) <= 0).all() and 0 < probabilities.sum() <= 1
    cells = saved._answers.levels("hc").finest
    np.testing.assert_array_equal(points_deg, cells.centers_deg[table["top_cells"][0]])
    assert names == cell_names(cells, np.array(table["top_cells"][0]))
    near_km = [great_circle_km(points_deg[:1], TOWNS[[k]])[0] for k in range(5)]
    assert min(near_km) < 150  # whichever town it is taken for


def test_files_pictures_and_arrays_are_the_same_photo(saved, photos, tmp_path):
    path = tmp_path / "one.png"
    Image.fromarray(photos[0]).save(path)
    opaque = np.dstack([photos[0], np.full(photos[0].shape[:2], 255, np.uint8)])
    given = [path, str(path), Image.open(path), photos[0], opaque]
    found = saved.predict(given)
    for prediction in found:
        np.testing.assert_array_equal(prediction.points_deg, found[0].points_deg)
        np.testing.assert_array_equal(prediction.probabilities, found[0].probabilities)
    single = saved.predict(photos[0])
    np.testing.assert_allclose(single.probabilities, found[0].probabilities, rtol=1e-5)
    names = saved.locate(given)["photo"].tolist()
    assert names == [*[str(path)] * 3, "photo 3", "photo 4"]
    assert len(saved.predict(photos[:3])) == 3  # four axes: three photos


def test_a_photo_is_seen_upright_and_in_its_middle():
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:20, 10:50] = 200  # the upper half of the middle square
    exif = Image.Exif()
    exif[0x0112] = 3  # stored upside down
    turned = Image.fromarray(pixels[::-1, ::-1].copy())
    turned.getexif().update(exif)
    seen = given_squares([pixels, turned, pixels[:, :, 0]], 40)
    for square in seen:
        np.testing.assert_array_equal(square, seen[0])
    assert (seen[0][:20] == 200).all() and (seen[0][20:] == 0).all()


def test_searching_moves_the_first_point_alone(saved, photos):
    plain, searched = (saved.predict(photos[1], method=name) for name in ("hc_f_star", "hc_swc"))
    np.testing.assert_array_equal(searched.points_deg[1:], plain.points_deg[1:])
    np.testing.assert_allclose(searched.probabilities, plain.probabilities)
    np.testing.assert_array_equal(
        searched.points_deg[0],
        saved.locate(photos[1], method="hc_swc")[["latitude", "longitude"]].to_numpy()[0],
    )


def test_retrieval_alone_names_one_place(saved, photos):
    points_deg, names, probabilities = saved.predict(photos[0], method="rrm_nearest")
    assert points_deg.shape == (1, 2) and len(names) == 1 and np.isnan(probabilities).all()


def test_a_photo_that_is_placed_nowhere_has_no_places(saved):
    row = pd.DataFrame({"top_cells": [[]], "latitude": np.nan, "longitude": np.nan})
    cells = saved._answers.levels("hc").finest
    points_deg, names, probabilities = saved._prediction(next(row.itertuples()), cells)
    assert points_deg.shape == (0, 2) and names == [] and probabilities.shape == (0,)


def test_it_needs_neither_photos_nor_manifest(folder, photos, saved, tmp_path):
    for part in ("checkpoints", "partitions"):
        shutil.copytree(folder / part, tmp_path / "model" / part)
    shutil.copy(folder / "settings.yaml", tmp_path / "model" / "settings.yaml")
    moved = geoutils.load_study(tmp_path / "model", "cpu")
    found, expected = moved.predict(photos[2]), saved.predict(photos[2])
    np.testing.assert_array_equal(found.points_deg, expected.points_deg)
    with pytest.raises(ValueError, match="manifest"):
        moved.predict(photos[2], method="rrm_nearest")


def test_a_study_answers_with_the_model_that_it_borrows(folder, photos, saved):
    borrower = folder.parent / "borrower"
    borrower.mkdir()
    contents = {"model_from": folder.name, "04_evaluation": {"model": "ce", "crops": "middle"}}
    (borrower / "settings.yaml").write_text(yaml.safe_dump(contents))
    borrowing = geoutils.load_study(borrower)
    assert repr(borrowing) == repr(saved).replace("hc_f_star", "ce_f")
    found, expected = borrowing.predict(photos[0]), saved.predict(photos[0], method="ce_f")
    np.testing.assert_allclose(found.probabilities, expected.probabilities, rtol=1e-5)


@pytest.mark.parametrize(
    ("photo", "message"),
    [
        ("nowhere.jpg", "photo nowhere.jpg: no such file"),
        (np.zeros((4, 4, 3)), "photo 0: float64 of shape .*; expected uint8"),
        (np.zeros((4, 4, 5), np.uint8), "expected uint8 of"),
        (np.zeros((0, 4, 3), np.uint8), "expected uint8 of"),
        ([None], "photo 0: found NoneType; expected a path"),
        (7, "photos: found int; expected paths"),
        ([], "photos: none; expected one or more"),
    ],
)
def test_what_is_no_photo_is_refused(saved, photo, message):
    with pytest.raises(ValueError, match=message):
        saved.predict(photo)


def test_a_truncated_file_is_named(saved, photos, tmp_path):
    path = tmp_path / "cut.jpg"
    Image.fromarray(photos[0]).resize((300, 300)).save(path)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(ValueError, match=r"photo .*cut\.jpg: truncated file"):
        saved.predict([photos[0], path])


def test_wrong_numbers_and_names_are_refused(saved, photos):
    with pytest.raises(ValueError, match=r"method: 'hc_f_sta'; expected .* similar: hc_f_star"):
        saved.predict(photos[0], method="hc_f_sta")
    with pytest.raises(ValueError, match="top_k: got 0, expected a whole number from 1 on"):
        saved.predict(photos[0], top_k=0)


def test_a_folder_that_is_no_study_is_refused(tmp_path, folder):
    with pytest.raises(ValueError, match="path: no folder"):
        geoutils.load_study(tmp_path / "none")
    with pytest.raises(ValueError, match=r"path: no settings\.yaml in .*; a study's run"):
        geoutils.load_study(tmp_path)
    (tmp_path / "settings.yaml").write_text("{a: [")
    with pytest.raises(ValueError, match=r"settings\.yaml is not valid YAML"):
        geoutils.load_study(tmp_path)
    (tmp_path / "settings.yaml").write_text("- 1")
    with pytest.raises(ValueError, match=r"settings\.yaml: expected keys and sections"):
        geoutils.load_study(tmp_path)
    (tmp_path / "settings.yaml").write_text("title: x")
    with pytest.raises(ValueError, match="has no section 03_training"):
        geoutils.load_study(tmp_path)
    shutil.copy(folder / "settings.yaml", tmp_path / "settings.yaml")
    with pytest.raises(ValueError, match="path: nothing trained in"):
        geoutils.load_study(tmp_path)
    (tmp_path / "settings.yaml").write_text("03_training: {seed: 0}")
    with pytest.raises(ValueError, match="have no threads in 03_training; those of another"):
        geoutils.load_study(tmp_path)


def test_the_package_is_imported_without_torch():
    code = "import geoutils, sys; print('torch' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    with pytest.raises(AttributeError, match="no attribute 'load_studies'"):
        _ = geoutils.load_studies


def test_the_example_of_the_readme_runs(folder, photos, tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "default").symlink_to(folder)
    Image.fromarray(photos[0]).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    [block] = [part for part in README.read_text().split("```python")[1:] if "load_study" in part]
    names: dict = {}
    exec(block.split("```")[0], names)
    assert names["points_deg"].shape == (5, 2) and len(names["names"]) == 5
    twice = names["table"]["top_probabilities"][1]  # two at once may be summed in another order
    np.testing.assert_allclose(twice, names["probabilities"], rtol=1e-5)
    write_predictions_csv(names["table"], tmp_path / "predictions.csv")
    points = read_predictions_csv(tmp_path / "predictions.csv")[["latitude", "longitude"]]
    np.testing.assert_array_equal(points.to_numpy()[0], names["points_deg"][0])
