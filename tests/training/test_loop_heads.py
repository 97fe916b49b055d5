"""Heads on cached features, heads that learn from pairs, frozen backbones."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from geoutils.locks import holding
from geoutils.models import Backbone, ClassesHead, Geolocator
from geoutils.models.retrieval import RetrievalHead
from geoutils.training import Examples, Preset, epoch, read_facts, train
from geoutils.training.processes import train_in_processes
from geoutils.training.state.checkpoint import STATE
from geoutils.training.state.fingerprint import code_fingerprint
from geoutils.training.state.identity import run_key

PRESET = Preset(epochs=4, batch_size=8, learning_rate=3e-3, warmup_epochs=0, threads=1)


def clustered(n=120, n_cells=12, seed=0):
    """Features that lie around their cell's centre; some photos are in no cell."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, n_cells, n)
    centers = np.random.default_rng(9).normal(size=(n_cells, 16))
    features = (centers[cells] + 0.5 * rng.normal(size=(n, 16))).astype(np.float32)
    cells[::10] = -1
    return Examples.of(features, cells[:, None], np.zeros((n, 2)))


def retrieval_run(folder, trainer=train, epochs=4):
    torch.manual_seed(0)
    head = RetrievalHead(16, hidden=24, bank_size=40)
    preset = Preset.of(PRESET.settings | {"epochs": epochs, "checkpoint_steps": 1, "batch_size": 4})
    return head, trainer(head, clustered(), clustered(seed=1), preset, folder, ["cell"])


def test_a_head_learns_from_features_what_least_squares_knows(tmp_path):
    data = clustered(), clustered(seed=1)
    head, shown = ClassesHead(16, 12), []
    preset = Preset.of(PRESET.settings | {"epochs": 30, "learning_rate": 0.03})
    log = train(
        head, *data, preset, tmp_path, ["cell"], on_epoch=lambda log: shown.append(len(log))
    )
    inside = [examples.cells[:, 0] >= 0 for examples in data]
    (x, y), (val_x, val_y) = (
        (examples.inputs[i], examples.cells[i, 0]) for examples, i in zip(data, inside, strict=True)
    )
    solved = np.linalg.lstsq(x, np.eye(12)[y], rcond=None)[0]
    assert log["val_accuracy_cell"].max() >= ((val_x @ solved).argmax(1) == val_y).mean()
    assert shown == list(range(1, 31))
    facts = read_facts(tmp_path)
    assert facts["head"] == "classes" and facts["trained_parameters"] == 17 * 12
    assert facts["train_photos_used"] == inside[0].sum()


def test_a_head_that_learns_from_pairs(tmp_path):
    _, log = retrieval_run(tmp_path / "once", epochs=25)
    assert log["val_loss"].min() < 0.9 * log["val_loss"].iloc[0]
    facts = read_facts(tmp_path / "once")
    assert facts["terms"] and facts["head"] == "retrieval"
    preset = Preset(micro_batch=4, threads=1)
    with pytest.raises(ValueError, match="micro_batch: 4 with a head that learns from pairs"):
        train(RetrievalHead(16), clustered(), clustered(), preset, tmp_path / "pieces")
    single = clustered(n=10, n_cells=1000)
    for data, which in (((clustered(), single), "val"), ((single, clustered()), "train")):
        with pytest.raises(ValueError, match=f"{which}: cells: none of .* has two photos"):
            train(RetrievalHead(16), *data, PRESET, tmp_path / "single")


def test_the_memory_bank_survives_an_interruption(tmp_path, monkeypatch):
    retrieval_run(tmp_path / "whole")
    written, save = [], epoch.save_state

    def save_then_stop(*arguments):
        save(*arguments)
        written.append(1)
        if len(written) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(epoch, "save_state", save_then_stop)
    with pytest.raises(KeyboardInterrupt):
        retrieval_run(tmp_path / "stopped")
    monkeypatch.undo()
    retrieval_run(tmp_path / "stopped")
    first, second = (load_file(tmp_path / run / STATE) for run in ("whole", "stopped"))
    assert any("bank" in name for name in first) and first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_two_processes_share_a_memory_bank(tmp_path):
    head, log = retrieval_run(tmp_path / "one")
    other, again = retrieval_run(
        tmp_path / "two", lambda *arguments: train_in_processes(2, *arguments)
    )
    np.testing.assert_allclose(again["train_loss"], log["train_loss"], rtol=0, atol=1e-5)
    np.testing.assert_allclose(again["val_loss"], log["val_loss"], rtol=0, atol=1e-5)
    for name, weight in head.state_dict().items():
        torch.testing.assert_close(other.state_dict()[name], weight, rtol=0, atol=1e-4)


def test_a_frozen_backbone_stays_as_it_is(tmp_path):
    torch.manual_seed(0)
    backbone = Backbone("test_resnet")
    model = Geolocator(backbone.requires_grad_(False), ClassesHead(backbone.n_features, 3))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (24, 32, 32, 3)).astype(np.uint8)
    examples = Examples.of(pixels, rng.integers(0, 3, (24, 1)), np.zeros((24, 2)))
    train(model, examples, examples, PRESET, tmp_path)
    changed = {n for n, value in model.state_dict().items() if not torch.equal(value, before[n])}
    assert changed == {"head.cells.weight", "head.cells.bias"}


def test_another_pooling_is_another_run():
    """Both networks print alike and have the same weights."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (4, 32, 32, 3)).astype(np.uint8)
    examples = Examples.of(pixels, rng.integers(0, 3, (4, 1)), np.zeros((4, 2)))
    models = {}
    for pooling in ("avg", "max"):
        torch.manual_seed(0)
        backbone = Backbone("test_resnet", pooling=pooling)
        models[pooling] = Geolocator(backbone, ClassesHead(backbone.n_features, 3))
    keys = {p: run_key(model, examples, examples, PRESET, ["a"]) for p, model in models.items()}
    assert str(models["avg"]) == str(models["max"]) and keys["avg"] != keys["max"]


def test_a_model_is_not_trained_twice(tmp_path):
    torch.manual_seed(0)
    head, data = ClassesHead(16, 12), (clustered(), clustered(seed=1))
    log = train(head, *data, PRESET, tmp_path / "first")
    before = {path: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    with pytest.raises(ValueError, match="model: it holds the weights that the finished run"):
        train(head, *data, PRESET, tmp_path / "first")
    assert {path: path.read_bytes() for path in (tmp_path / "first").iterdir()} == before
    again = train(head, *data, PRESET, tmp_path / "second")
    assert again["train_loss"].iloc[0] < log["train_loss"].iloc[0]


@pytest.mark.faults
def test_two_runs_in_one_folder_do_not_disturb_each_other(tmp_path):
    half = tmp_path / ".state.new-half.safetensors"
    half.write_bytes(b"being written by the other run")
    other = tmp_path / ".notes.mine.txt"
    other.write_text("nothing of ours")
    data = clustered(), clustered(seed=1)
    with holding(tmp_path, "taken"), pytest.raises(ValueError, match="another run is training in"):
        train(ClassesHead(16, 12), *data, PRESET, tmp_path)
    assert half.is_file()
    train(ClassesHead(16, 12), *data, PRESET, tmp_path)
    assert not half.exists() and other.is_file()


def test_other_code_is_another_run(tmp_path, monkeypatch):
    package = tmp_path / "toy_package"
    (package / "below").mkdir(parents=True)
    for path in ("__init__.py", "below/__init__.py", "below/one.py"):
        (package / path).write_text("a = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = code_fingerprint("toy_package")
    (package / "notes.txt").write_text("no code")
    code_fingerprint.cache_clear()
    assert code_fingerprint("toy_package") == before
    (package / "below" / "one.py").write_text("a = 2\n")
    code_fingerprint.cache_clear()
    assert code_fingerprint("toy_package") != before
