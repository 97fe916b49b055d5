"""A benchmark set gets a study file of its own, with the parameters of the study it asks."""

import shutil
from pathlib import Path

import pytest
import yaml

from geoutils.study.benchmark_file import write_benchmark
from geoutils.study.settings import merge, notebooks_of, read_study

ROOT = Path(__file__).parents[2]
PHOTOS = {"source": "checked", "photos": "/photos/im2gps3k"}


@pytest.fixture
def root(tmp_path):
    shutil.copytree(ROOT / "studies", tmp_path / "studies")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    return tmp_path


@pytest.mark.parametrize("model_from", ["paper_semp", "paper_kordopatis", "default"])
def test_photos_are_seen_as_the_models_learned_to(root, model_from):
    path = write_benchmark(root, "im2gps3k", model_from, PHOTOS)
    assert path == root / "studies" / "im2gps3k.yaml"
    written, asked = read_study(root, "im2gps3k"), read_study(root, model_from)
    assert written["model_from"] == model_from and written["rendered"] is False
    assert "02_partitions" not in notebooks_of(written) and "01_photos" in notebooks_of(written)
    changed = {"source", "photos", "n_train", "n_val", "n_test", "n_seen", "shares"}
    for notebook in notebooks_of(written):
        merge(asked[notebook], written[notebook], notebook)  # the same parameters
        differs = {n for n, value in written[notebook].items() if value != asked[notebook][n]}
        allowed = {"01_photos": changed, "08_concept_influence": {"segmenter"}}
        assert differs <= allowed.get(notebook, set())
    assert written["01_photos"]["shares"] == {"test": 1.0}
    assert {name: written["01_photos"][name] for name in PHOTOS} == PHOTOS
    drawn = "have never seen a real photo" in written["about"]
    assert drawn == (model_from == "default")
    if drawn:  # a renderer's maps say nothing of real photos
        assert written["08_concept_influence"]["segmenter"] != "rendered"


@pytest.mark.parametrize(
    ("name", "model_from", "message"),
    [
        ("../x", "paper_semp", "name: '../x'; expected letters"),
        ("smoke", "paper_semp", "name: studies/smoke.yaml is there already"),
        ("Smoke", "paper_semp", "name: studies/smoke.yaml is there already"),
        ("set", "own_photos", "model_from: study own_photos trains nothing"),
        ("set", "paper", "study: no file studies/paper.yaml; known"),
    ],
)
def test_what_cannot_be_written_is_refused(root, name, model_from, message):
    before = {path: path.read_bytes() for path in (root / "studies").rglob("*.yaml")}
    with pytest.raises(ValueError, match=message):
        write_benchmark(root, name, model_from, PHOTOS)
    assert before == {path: path.read_bytes() for path in (root / "studies").rglob("*.yaml")}
    assert all(yaml.safe_load(data) for data in before.values())
