"""Training on photos that are decoded live: the same weights, and no loss for a lost photo."""

import json
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from multi_partition import multi_partition
from safetensors.torch import load_file
from town_study import COUNTRIES, PRESET, SECTION, s2_cells, town_photos

from geoutils.photos.live_pixels import LivePixels
from geoutils.photos.live_record import record_live_pixels
from geoutils.photos.pixels import pictures
from geoutils.training import Augmentation, Examples, Preset, read_log, train
from geoutils.training.ahead import ahead
from geoutils.training.features import lost_rows
from geoutils.training.processes import train_in_processes
from geoutils.training.recipes.from_study import seen_pixels, shared_inputs, train_recipe
from geoutils.training.recipes.study_training import StudyTraining

SIZE, N = 36, 40
PRESETS = Preset(
    epochs=2, batch_size=16, warmup_epochs=0, threads=1, learning_rate=2e-3,
    augmentation=Augmentation(crop_px=32, crop_area=0.6, flip=True),
)  # fmt: skip
SETTINGS = SECTION | {
    "image_size": SIZE,
    "stages": {"countries": COUNTRIES},
    "heads": {"ce": {"head": "classes", "partition": "s2", "preset": PRESET}},
}


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    from PIL import Image

    folder = tmp_path_factory.mktemp("album")
    rng = np.random.default_rng(0)
    for number in range(N):
        colours = rng.integers(0, 256, (8, 9, 3)).astype(np.uint8)
        Image.fromarray(colours).resize((90, 80)).save(folder / f"{number}.jpg")
    names = [f"{number}.jpg" for number in range(N)]
    return pd.DataFrame({"photo": names, "path": [str(folder / name) for name in names]})


def examples(inputs, rows=None, without=()):
    cells = np.random.default_rng(1).integers(0, 4, (N, 2))
    cells[list(without)] = -1
    rows = np.arange(N) if rows is None else rows
    return Examples.of(inputs, cells[rows], np.zeros((len(rows), 2)), rows=rows)


def given(inputs, without=()):
    model = multi_partition("test_convnext", [4, 4])  # no batch statistics
    return model, examples(inputs, np.arange(30), without), examples(inputs, np.arange(30, N))


def trained(inputs, folder, preset=PRESETS, without=()):
    log = train(*given(inputs, without), preset, folder, ["coarse", "fine"])
    return load_file(folder / "model.safetensors"), log


def assert_same_weights(some, others):
    assert all(torch.equal(value, others[name]) for name, value in some.items())


@pytest.mark.parametrize("threads", [False, True])
def test_weights_are_those_of_stored_pixels(album, tmp_path, monkeypatch, threads):
    if threads:  # as on a GPU: batches are read ahead
        monkeypatch.setattr(os, "cpu_count", lambda: 64)
    stored, log = trained(pictures(album, SIZE), tmp_path / "stored")
    live, live_log = trained(LivePixels(album, SIZE, workers=2), tmp_path / "live")
    assert_same_weights(live, stored)
    assert live_log["train_loss"].tolist() == log["train_loss"].tolist()
    assert log["train_loss"].iloc[1] != log["train_loss"].iloc[0]


def test_no_loss_is_computed_for_a_lost_photo(album, tmp_path):
    """Batches of all photos then learn what they do without it."""
    whole = replace(PRESETS, batch_size=64, augmentation=Augmentation())
    gone = album.assign(path=album["path"].where(album.index != 5, str(tmp_path / "gone.jpg")))
    live = LivePixels(gone, SIZE, workers=2)
    _, log = trained(live, tmp_path / "live", whole)
    assert live.lost == {"5.jpg": "no such file"}
    stored = pictures(album, SIZE)
    _, expected = trained(stored, tmp_path / "outside", whole, without=[5])
    _, other = trained(stored, tmp_path / "stored", whole)
    for column in ("train_loss", "val_loss", "train_accuracy_fine"):
        np.testing.assert_allclose(log[column], expected[column], rtol=0, atol=1e-5)
    assert (abs(log["train_loss"] - other["train_loss"]) > 1e-4).all()


def test_a_lost_photo_is_outside_all_cells(album, tmp_path):
    gone = album.assign(path=album["path"].where(album.index != 5, str(tmp_path / "gone.jpg")))
    data = examples(LivePixels(gone, SIZE, workers=2))
    chosen = np.array([4, 5, 6])
    photos, lost = data.read(chosen)
    assert lost.tolist() == [False, True, False] and (photos[1] == 128).all()
    truth = data.truth(chosen, lost)
    assert (truth.cells[1] == -1).all() and (truth.cells[[0, 2]] >= 0).all()
    assert (data.cells[5] >= 0).all()  # the examples stay as they are


def test_the_key_knows_files_not_pixels(album, tmp_path):
    """A run that is finished is read, not trained again; other photos make another run."""
    live = LivePixels(album, SIZE, workers=2)
    trained(live, tmp_path)
    before = (tmp_path / "state.safetensors").stat().st_mtime_ns
    trained(LivePixels(album, SIZE, workers=1), tmp_path)
    assert (tmp_path / "state.safetensors").stat().st_mtime_ns == before
    trained(LivePixels(album.iloc[::-1].reset_index(drop=True), SIZE), tmp_path)
    assert (tmp_path / "state.safetensors").stat().st_mtime_ns > before


def test_reading_ahead_keeps_the_order(album, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    live = LivePixels(album, SIZE, workers=2)
    numbers = [np.array([number, number + 1]) for number in range(20)]
    found = list(ahead(lambda rows: live[rows], numbers, live, torch.device("cpu")))
    expected = pictures(album, SIZE)
    for rows, photos in zip(numbers, found, strict=True):
        np.testing.assert_array_equal(photos, expected[rows])


@pytest.fixture(scope="module")
def results(tmp_path_factory, album):
    """What notebooks 01 and 02 leave where photos are decoded live; two of them are gone."""
    folder = tmp_path_factory.mktemp("results")
    split = np.where(np.arange(N) < 30, "train", "val")
    s2_cells(folder, town_photos(folder, split, SIZE)[split == "train"])
    manifest = pd.read_parquet(folder / "manifest.parquet")
    gone = np.isin(np.arange(N), [7, 33])
    manifest["path"] = album["path"].where(~gone, album["path"] + ".gone")
    manifest.to_parquet(folder / "manifest.parquet")
    record_live_pixels(folder / "manifest.parquet", folder / "photos" / f"{SIZE}px.npy", SIZE)
    return folder


def test_a_study_trains_on_it_and_heads_leave_lost_photos_out(results):
    study = StudyTraining.of(results, SETTINGS)
    assert isinstance(study.pixels, LivePixels)
    assert isinstance(seen_pixels(study, "countries"), LivePixels)
    for name in study.recipes:
        train_recipe(study, name)
        assert len(read_log(study.log_folder(name))) == 1
    features = shared_inputs(study, "features")
    assert lost_rows(features).tolist() == [7, 33]
    inside = study.targets("s2").cells[:, 0] >= 0
    data = study.targets("s2").examples(features, study.latlon_deg, np.array([6, 7, 8]))
    assert inside[[6, 7, 8]].all() and (data.cells[:, 0] >= 0).tolist() == [True, False, True]
    listed = (results / "photos" / f"{SIZE}px_lost.csv").read_text().split("\n")
    assert sorted(line.split(",")[0] for line in listed[:-1]) == ["p33", "p7"]
    record = json.loads((results / "features" / "countries.json").read_text())
    assert record["lost"] == [7, 33]


def test_two_processes_learn_what_one_does_though_photos_are_lost(album, tmp_path):
    gone = album.assign(path=album["path"].where(album.index % 8 != 5, str(tmp_path / "gone.jpg")))
    live = LivePixels(gone, SIZE, workers=2)
    _, alone = trained(live, tmp_path / "alone")  # and its processes are not for the forks to use
    together = train_in_processes(2, *given(live), PRESETS, tmp_path / "two", ["coarse", "fine"])
    for column in ("train_loss", "val_loss"):
        np.testing.assert_allclose(together[column], alone[column], rtol=0, atol=1e-5)
