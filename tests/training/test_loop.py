import json

import numpy as np
import pandas as pd
import pytest
import torch
from multi_partition import multi_partition
from safetensors.torch import load_file

from geoutils.models import MultiPartitionHead, load_model
from geoutils.training import Augmentation, Examples, Preset, read_facts, train

TINY = {"batch_size": 16, "warmup_epochs": 0, "threads": 1, "weight_decay": 0}
GENTLE = Augmentation(shift=0.1, color_jitter=0.1)


def toy_photos(n, seed=0):
    """Cells can be told from colour and brightness; random pixels otherwise."""
    rng = np.random.default_rng(seed)
    fine = rng.integers(0, 4, n)
    pixels = rng.integers(0, 60, (n, 32, 32, 3))
    pixels += 40 * (np.arange(3) == (fine % 2)[:, None])[:, None, None, :] + 60 * (
        fine // 2
    ).reshape(-1, 1, 1, 1)
    return pixels.astype(np.uint8), np.stack([fine // 2, fine], axis=1)


def toy_examples(n, seed=0):
    pixels, cells = toy_photos(n, seed)
    return Examples.of(pixels, cells, np.zeros((n, 2)))


def run(folder, n=64, model_seed=0, **settings):
    model = multi_partition("test_resnet", [2, 4], seed=model_seed)
    data = toy_examples(n), toy_examples(32, seed=1)
    log = train(model, *data, Preset(**TINY | settings), folder, level_names=["coarse", "fine"])
    return model, log


def test_it_learns_and_keeps_the_best_epoch(tmp_path):
    model, log = run(tmp_path, epochs=6, learning_rate=5e-3, augmentation=GENTLE)
    assert log["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert log["train_loss"].iloc[-1] < 0.5 * log["train_loss"].iloc[0]
    assert log["val_accuracy_fine"].max() > 0.6
    pd.testing.assert_frame_equal(log, pd.read_csv(tmp_path / "training_log.csv"))
    facts = read_facts(tmp_path)
    assert facts["finished"] and facts["precision"] == "fp32" and facts["threads"] == 1

    assert not model.training
    pixels, cells = toy_photos(32, seed=1)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
    logits = load_model(tmp_path)(images)
    for level, again in zip(logits, model(images), strict=True):
        torch.testing.assert_close(level, again, rtol=1e-5, atol=1e-5)
    losses = [
        torch.nn.functional.cross_entropy(level, torch.from_numpy(cells[:, i])).item()
        for i, level in enumerate(logits)
    ]
    best = log.loc[log["val_loss"].idxmin()]
    np.testing.assert_allclose(losses, [best["val_loss_coarse"], best["val_loss_fine"]], rtol=1e-4)
    np.testing.assert_allclose(best["val_loss"], np.mean(losses), rtol=1e-4)


def test_a_finished_run_is_not_trained_again_unless_something_changed(tmp_path):
    run(tmp_path, epochs=1)
    written = (tmp_path / "state.safetensors").stat().st_mtime_ns
    model, log = run(tmp_path, epochs=1)
    assert (tmp_path / "state.safetensors").stat().st_mtime_ns == written
    assert len(log) == 1
    weights = load_file(tmp_path / "model.safetensors")
    assert all(torch.equal(weights[name], value) for name, value in model.state_dict().items())
    for change in ({"epochs": 2}, {"epochs": 2, "n": 65}, {"epochs": 2, "model_seed": 1}):
        run(tmp_path, **change)
        assert (tmp_path / "state.safetensors").stat().st_mtime_ns > written
        written = (tmp_path / "state.safetensors").stat().st_mtime_ns


def test_photos_outside_are_left_out_and_counted(tmp_path):
    pixels, cells = toy_photos(48)
    cells[:5, 1] = -1  # outside the fine partition only
    cells[5:12] = -1
    val_pixels, val_cells = toy_photos(32, seed=1)
    val_cells[:3] = -1
    model = multi_partition("test_resnet", [2, 4])
    data = [
        Examples.of(photos, answers, np.zeros((len(photos), 2)))
        for photos, answers in ((pixels, cells), (val_pixels, val_cells))
    ]
    train(model, *data, Preset(epochs=1, **TINY), tmp_path / "all")
    facts = read_facts(tmp_path / "all")
    assert facts["train_photos"] == 48 and facts["train_photos_used"] == 41
    assert facts["train_outside"] == {"level_0": 7, "level_1": 12}
    assert facts["val_outside"] == {"level_0": 3, "level_1": 3}


def test_a_loss_that_is_not_finite_stops_with_its_place(tmp_path):
    model = multi_partition("test_resnet", [2, 4])
    with torch.no_grad():
        model.head.levels[1].weight[0, 0] = torch.nan
    data = toy_examples(64), toy_examples(32, seed=1)
    message = r"loss is nan in epoch 1, step 1 of 4, on training photos \d+, \d+, \d+, …"
    with pytest.raises(FloatingPointError, match=message):
        train(model, *data, Preset(epochs=1, **TINY), tmp_path)
    assert not (tmp_path / "model.safetensors").exists()
    assert not json.loads((tmp_path / "training.json").read_text())["finished"]


def test_global_random_state_and_threads_stay_as_they_were(tmp_path):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    threads = torch.get_num_threads()
    run(tmp_path, epochs=1, threads=1)
    torch.testing.assert_close(torch.rand(3), expected, rtol=0, atol=0)
    assert torch.get_num_threads() == threads


def test_bf16_and_sgd_train_too(tmp_path):
    _, log = run(
        tmp_path, epochs=2, precision="bf16", optimizer="sgd", schedule="step", milestones=(1,),
        learning_rate=0.05, loss="sum",
    )  # fmt: skip
    assert np.isfinite(log["val_loss"]).all()
    assert log["learning_rate"].tolist() == [0.05, 0.025]
    np.testing.assert_allclose(log["val_loss"], log["val_loss_coarse"] + log["val_loss_fine"])
    assert read_facts(tmp_path)["precision"] == "bf16"


@pytest.mark.parametrize("loss", ["mean", "sum"])
def test_terms_are_weighed_in_training_and_in_the_log(tmp_path, loss):
    settings = {"epochs": 1, "loss": loss, "optimizer": "sgd", "momentum": 0}
    total = 4 if loss == "mean" else 1
    _, log = run(tmp_path / "log", term_weights=(1, 3), **settings)
    for part in ("train", "val"):
        expected = (log[f"{part}_loss_coarse"] + 3 * log[f"{part}_loss_fine"]) / total
        np.testing.assert_allclose(log[f"{part}_loss"], expected, rtol=1e-6)
    start = multi_partition("test_resnet", [2, 4], seed=0).head.levels
    one_sided = {"term_weights": (2, 0), "learning_rate": 0.1}
    model, _ = run(tmp_path / "zero", **settings | one_sided)
    assert torch.equal(model.head.levels[1].weight, start[1].weight)
    assert not torch.equal(model.head.levels[0].weight, start[0].weight)
    scale = 1 if loss == "mean" else 2
    alone, _ = run(
        tmp_path / "alone", term_weights=(1, 0), **settings | {"learning_rate": 0.1 * scale}
    )
    torch.testing.assert_close(alone.head.levels[0].weight, model.head.levels[0].weight)


def test_weighed_terms_in_pieces_are_those_of_the_whole_batch(tmp_path):
    """With a head on features, which knows no batch statistics; some photos lie outside a level."""
    rng = np.random.default_rng(0)
    cells = rng.integers(-1, 4, (40, 2))
    cells[:12, 0] = -1
    data = Examples.of(rng.normal(size=(40, 6)).astype(np.float32), cells, np.zeros((40, 2)))
    weights = []
    for micro in (None, 3):
        torch.manual_seed(0)
        head = MultiPartitionHead(6, [4, 4])
        settings = TINY | {"batch_size": 10, "micro_batch": micro, "term_weights": (5, 1)}
        train(head, data, data, Preset(epochs=2, **settings), tmp_path / str(micro))
        weights.append(torch.cat([level.weight for level in head.levels]))
    torch.testing.assert_close(*weights, rtol=0, atol=1e-5)


def test_another_number_of_weights_than_terms_is_refused(tmp_path):
    with pytest.raises(ValueError, match="term_weights: 3 weights for 2 terms of the loss"):
        run(tmp_path, term_weights=(1, 2, 3))
    assert not list(tmp_path.iterdir())


def test_data_that_do_not_fit_are_refused(tmp_path):
    pixels, cells = toy_photos(8)
    model = multi_partition("test_resnet", [2, 4])
    names, good = ["coarse", "fine"], toy_examples(8)
    for change, message in (
        (cells[:, :1], "val: cells of 1 levels, but 2 level names"),
        (np.full_like(cells, -1), "val: none of the 8 photos lies in any"),
    ):
        bad = Examples.of(pixels, change, np.zeros((8, 2)))
        with pytest.raises(ValueError, match=message):
            train(model, good, bad, Preset(epochs=1), tmp_path, names)
    with pytest.raises(ValueError, match="cells: 5 rows for 8 photos"):
        Examples.of(pixels, cells[:5], np.zeros((5, 2)))
