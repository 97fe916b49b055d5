import numpy as np
import pytest
import yaml
from PIL import Image

from geoutils.study.own_model import count_placed, settled
from geoutils.study.run import (
    remove_left_notebooks,
    settings_in_force,
    with_photos_counted,
    write_settings,
)
from geoutils.study.settings import find_root, notebooks_of, read_study

STUDY = {
    "title": "Borrowed",
    "about": "Real photos.",
    "model_from": "default",
    "01_photos": {
        "source": "folder",
        "photos": "",
        "photos_dir": "",
        "shares": {"train": 0.9, "test": 0.1},
    },
    "own_model": {
        "enough_photos": 100,
        "grow": ["t_max", "levels"],
        "title": "Own",
        "01_photos": {"size": 224},
        "02_partitions": {"t_min": 3, "t_max": {"coarse": 60, "fine": 15}, "levels": [8, 4]},
    },
}

SIZES = {
    "01_photos": "size",
    "02_partitions": "image_size",
    "03_training": "image_size",
    "04_evaluation": "image_size",
    "07_explanations": "image_size",
    "08_concept_influence": "image_size",
}


def test_too_few_photos_borrow_a_model_and_the_report_says_why():
    contents = settled(STUDY, 99)
    assert notebooks_of(contents) == ["01_photos"]
    assert contents["model_from"] == "default" and contents["title"] == "Borrowed"
    assert contents["about"].startswith("Real photos. Photos with a position: 99. From 100 on")


def test_enough_photos_have_a_model_of_their_own():
    contents = settled(STUDY, 100)
    assert notebooks_of(contents) == ["01_photos", "02_partitions"]
    assert "model_from" not in contents and "own_model" not in contents
    assert contents["title"] == "Own" and contents["about"] == "Real photos."
    assert contents["01_photos"] == STUDY["01_photos"] | {"size": 224}
    assert contents["02_partitions"] == STUDY["own_model"]["02_partitions"]


def test_thresholds_grow_with_the_square_root_of_photos():
    grown = settled(STUDY, 400)["02_partitions"]
    assert grown == {"t_min": 3, "t_max": {"coarse": 120, "fine": 30}, "levels": [16, 8]}
    assert settled(STUDY, 225)["02_partitions"]["levels"] == [12, 6]
    assert STUDY["own_model"]["02_partitions"]["levels"] == [8, 4]


def test_a_study_that_does_not_depend_on_photos_stays_as_it_is():
    contents = {"title": "T", "01_photos": {"size": 64}}
    assert settled(contents, 0) is contents
    assert with_photos_counted(contents, {}) is contents


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({}, "enough_photos should be a number of photos, found None"),
        ({"enough_photos": 9, "grwo": []}, "own_model: unknown key 'grwo'"),
        ({"enough_photos": 9, "01_photos": 3}, "01_photos should be a dict, found 3"),
        ({"enough_photos": 9, "grow": ["t_max"]}, "02_partitions has no such parameter"),
    ],
)
def test_a_faulty_own_model_is_refused(own, message):
    with pytest.raises(ValueError, match=message):
        settled(STUDY | {"own_model": own}, 10)


def photo(path, gps):
    exif = Image.Exif()
    if gps:
        exif[0x8825] = {1: "N", 2: (47.0, 22.0, 0.0), 3: "E", 4: (8.0, 32.0, 0.0)}
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path, exif=exif)


@pytest.fixture
def folder(tmp_path):
    """Three photos with a position (one by `photos.csv`), three without."""
    folder = tmp_path / "photos"
    photo(folder / "a.jpg", gps=True)
    photo(folder / "trip" / "b.JPG", gps=True)
    for name in ("c.jpg", "d.jpg"):
        photo(folder / name, gps=False)
    (folder / "cut.jpg").write_bytes((folder / "a.jpg").read_bytes()[:60])
    (folder / "notes.txt").write_text("47, 8")
    (folder / "photos.csv").write_text("file,lat,lon\nd.jpg,47.4,8.5\nnone.jpg,1,2\n")
    return folder


def test_photos_with_a_position_are_counted(folder, tmp_path):
    own = {"source": "folder", "photos": str(folder), "photos_dir": ""}
    assert count_placed(own) == 3
    assert count_placed(own | {"photos": ""}) == 0
    listing = tmp_path / "list.csv"
    listing.write_text("photo,lat,lon\na.jpg,47,8\nc.jpg,,\nd.jpg,47,8\nnone.jpg,1,2\n")
    table = {"source": "table", "photos": str(listing), "photos_dir": str(folder)}
    assert count_placed(table) == 2
    assert count_placed(table | {"photos_dir": ""}) == 0
    listing.write_text("lat,lon\n47,8\n")
    assert count_placed(table) == 0


def test_a_run_decides_by_its_photos_and_later_commands_follow(folder, tmp_path, capsys):
    root = tmp_path / "root"
    (root / "studies").mkdir(parents=True)
    (root / "notebooks").mkdir()
    for name in ("01_photos", "02_partitions"):
        (root / "notebooks" / f"{name}.ipynb").touch()
    study = STUDY | {"own_model": STUDY["own_model"] | {"enough_photos": 3}}
    (root / "studies" / "own.yaml").write_text(yaml.safe_dump(study))
    contents = read_study(root, "own")
    assert settings_in_force(root, "own", tmp_path)["model_from"] == "default"  # before any run

    given = {"01_photos": {"photos": str(folder)}}
    decided = with_photos_counted(contents, given)
    assert "3 photos with a position: they train a model" in capsys.readouterr().out
    write_settings(decided, "own", tmp_path)
    assert settings_in_force(root, "own", tmp_path) == decided
    assert "02_partitions" in decided and "model_from" not in decided

    executed = tmp_path / "results" / "own" / "notebooks"
    executed.mkdir()
    for name in ("01_photos.ipynb", "02_partitions.ipynb", "02_partitions.failed.ipynb"):
        (executed / name).touch()
    remove_left_notebooks(decided, executed)
    assert len(list(executed.iterdir())) == 3
    judged = {"01_photos": given["01_photos"] | {"shares": {"test": 1.0}}}
    assert with_photos_counted(contents, judged)["model_from"] == "default"
    (folder / "a.jpg").unlink()
    borrowed = with_photos_counted(contents, given)
    assert "2 photos with a position: the model of study default" in capsys.readouterr().out
    remove_left_notebooks(borrowed, executed)
    assert [path.name for path in executed.iterdir()] == ["01_photos.ipynb"]


@pytest.mark.parametrize("n_photos", [1000, 5000, 10**6])
def test_own_photos_grow_into_a_sound_study(n_photos):
    contents = settled(read_study(find_root(), "own_photos"), n_photos)
    assert notebooks_of(contents) == [
        *("01_photos", "02_partitions", "03_training", "04_evaluation", "05_retrieval"),
        *("06_calibration", "07_explanations", "08_concept_influence"),
    ]
    default = read_study(find_root(), "default")
    for name in notebooks_of(contents):
        assert set(contents[name]) == set(default[name]), name
    sizes = {contents[name][key] for name, key in SIZES.items()}
    assert sizes == {224}
    partitions = contents["02_partitions"]
    for limits in (partitions["seven_t_max"], list(partitions["t_max"].values())):
        assert limits == sorted(limits, reverse=True)
        assert limits[-1] >= 3 * partitions["t_min"]
    assert partitions["min_photos"] <= min(partitions["tau_min"].values())
    assert "multi_partition" in contents["03_training"]["heads"]
