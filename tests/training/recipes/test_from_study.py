import shutil

import numpy as np
import pytest
import torch
from town_study import COUNTRIES, PRESET, SECTION, s2_cells, town_photos

from geoutils.models import Geolocator, load_model
from geoutils.training import read_facts, read_log
from geoutils.training.recipes.from_study import (
    backbone_after,
    seen_pixels,
    shared_inputs,
    stage_before,
    train_head,
    train_network,
    train_recipe,
    untrained_backbone,
)
from geoutils.training.recipes.study_training import StudyTraining, native_precision
from geoutils.training.state.record import write_facts

SETTINGS = SECTION | {
    "stages": {
        "countries": COUNTRIES,
        "shared": {"head": "multi_partition", "partition": "s2", "preset": PRESET},
    },
    "heads": {
        "ce": {"head": "classes", "partition": "s2", "preset": PRESET},
        "mvmf": {"head": "mvmf", "partition": "s2", "start_from": "ce", "preset": PRESET},
        "geodecoder": {
            "head": "geodecoder",
            "partition": "s2",
            "n_scenes": 3,
            "n_attention_heads": 2,
            "width": 8,
            "preset": PRESET,
        },
    },
    "ablation": {
        "alone": {"head": "hmc", "partition": "tree", "preset": PRESET},
        "later": {"head": "classes", "partition": "s2", "after": "countries", "preset": PRESET},
    },
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What notebooks 01 and 02 leave of 60 photos, whose colour tells the town."""
    folder = tmp_path_factory.mktemp("results")
    split = np.where(np.arange(60) < 45, "train", "val")
    s2_cells(folder, town_photos(folder, split)[split == "train"])
    return folder


@pytest.fixture(scope="module")
def trained(results):
    study = StudyTraining.of(results, SETTINGS)
    for name in study.recipes:
        train_recipe(study, name)
    return study


def test_everything_trained_is_a_geolocator_with_a_log(trained):
    for name, recipe in trained.recipes.items():
        model = load_model(trained.folder(name))
        assert isinstance(model, Geolocator) and model.head.kind == recipe.head
        assert len(read_log(trained.log_folder(name))) == 1
        assert read_facts(trained.log_folder(name))["finished"]
    assert {"val_accuracy_coarse", "val_accuracy_scene"} <= set(
        read_log(trained.log_folder("geodecoder"))
    )


def test_heads_share_the_backbone_of_the_last_stage(trained):
    shared = backbone_after(trained, "shared").state_dict()
    for name in trained.heads:
        weights = load_model(trained.folder(name)).backbone.state_dict()
        assert all(torch.equal(value, shared[key]) for key, value in weights.items()), name
    model = load_model(trained.folder("ce"))
    images = torch.from_numpy(trained.pixels[:5].copy()).permute(0, 3, 1, 2) / 255
    found = shared_inputs(trained, "features")[:5]
    np.testing.assert_allclose(model.features(images).detach(), found, atol=1e-4)
    assert shared_inputs(trained, "tokens").shape[0] == 60


def test_each_network_starts_where_it_should(trained):
    assert stage_before(trained, "countries") == ""
    assert stage_before(trained, "shared") == "countries"
    assert stage_before(trained, "alone") == "" and stage_before(trained, "later") == "countries"


def test_a_finished_run_is_read(trained, results):
    states = {path: path.stat().st_mtime_ns for path in results.rglob("state.safetensors")}
    again = StudyTraining.of(results, SETTINGS)
    called = []
    model, log = train_head(again, "mvmf", called.append)
    train_network(again, "shared")
    assert not called and len(log) == 1 and not model.training
    assert {p: p.stat().st_mtime_ns for p in results.rglob("state.safetensors")} == states


def test_without_stages_the_backbone_stays_as_it_starts(results):
    study = StudyTraining.of(results, SETTINGS | {"stages": {}, "ablation": {}})
    model, _ = train_head(study, "ce")
    start = untrained_backbone(study).state_dict()
    for key, value in model.backbone.state_dict().items():
        assert torch.equal(value.cpu(), start[key]), key
    assert (results / "features" / "untrained.npy").is_file()


def test_crops_are_cut_from_the_middle(results):
    recipe = SETTINGS["stages"]["countries"]
    cropped = recipe | {"preset": PRESET | {"augmentation": {"crop_px": 20}}}
    study = StudyTraining.of(results, SETTINGS | {"stages": {"countries": cropped}, "ablation": {}})
    np.testing.assert_array_equal(seen_pixels(study, "countries"), study.pixels[:, 6:26, 6:26])
    assert seen_pixels(study, "") is study.pixels and seen_pixels(study, "ce") is study.pixels


def test_native_precision_is_what_the_machine_has(results):
    study = StudyTraining.of(results, SETTINGS | {"precision": "native", "threads": 0})
    preset = study.recipes["ce"].preset
    assert preset.precision == native_precision() and preset.threads is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"heads": {"shared": SETTINGS["heads"]["ce"]}}, "shared: used twice"),
        ({"heads": {"x": {"head": "mc", "partition": "s2"}}}, "x: head: 'mc'"),
    ],
)
def test_recipes_that_cannot_be_are_told_before_any_training(results, change, message):
    with pytest.raises(ValueError, match=message):
        StudyTraining.of(results, SETTINGS | change)


def without(results, tmp_path, name, **facts):
    """The same study's results, where the training of one thing was left otherwise."""
    copy = tmp_path / "results"
    shutil.copytree(results, copy)
    study = StudyTraining.of(copy, SETTINGS)
    folder = study.log_folder(name)
    if facts:
        write_facts(folder, read_facts(folder) | facts)
    else:
        shutil.rmtree(folder)
    return study


@pytest.mark.parametrize(
    ("name", "then", "facts", "message"),
    [
        ("countries", "shared", {}, "countries: not trained yet; train countries first"),
        ("countries", "later", {"finished": False}, "countries: not finished; train countries"),
        ("shared", "ce", {"finished": False}, "shared: not finished; train shared first"),
        ("shared", "ce", {"preset": {"epochs": 7}}, "shared: trained with other settings"),
        ("shared", "ce", {"head": "hmc"}, "shared: trained with other settings"),
        ("ce", "mvmf", {"finished": False}, "ce: not finished; train ce first"),
    ],
)
def test_nothing_is_built_on_what_is_not_finished(
    trained, results, tmp_path, name, then, facts, message
):
    study = without(results, tmp_path, name, **facts)
    with pytest.raises(ValueError, match=message):
        train_recipe(study, then)


def test_what_another_machine_decides_makes_no_stage_stale(trained, results, tmp_path):
    told = read_facts(trained.folder("shared"))["preset"]
    other = told | {"threads": 7, "precision": "bf16"}
    study = without(results, tmp_path, "shared", preset=other)
    assert backbone_after(study, "shared").n_features > 0


def test_one_process_in_place_of_several_is_said(results, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "results"
    shutil.copytree(results, copy)
    shutil.rmtree(copy / "checkpoints", ignore_errors=True)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    study = StudyTraining.of(copy, SETTINGS | {"processes": 2})
    train_network(study, "countries")
    said = "countries: trained in one process in place of 2, for this one has used a GPU already"
    assert said in capsys.readouterr().out


def test_names_that_do_not_fit_are_told(results):
    study = StudyTraining.of(results, SETTINGS)
    with pytest.raises(ValueError, match="name: 'cee'; this study trains countries, shared"):
        train_recipe(study, "cee")
    wrong = SETTINGS["ablation"]["later"] | {"after": "shered"}
    study = StudyTraining.of(results, SETTINGS | {"ablation": {"later": wrong}})
    with pytest.raises(ValueError, match="later: after 'shered'; expected an earlier stage"):
        train_network(study, "later")
    wrong = SETTINGS["heads"]["mvmf"] | {"start_from": "countries"}
    study = StudyTraining.of(
        results, SETTINGS | {"stages": {}, "ablation": {}, "heads": {"mvmf": wrong}}
    )
    with pytest.raises(ValueError, match="start_from 'countries'; expected a"):
        train_head(study, "mvmf")
