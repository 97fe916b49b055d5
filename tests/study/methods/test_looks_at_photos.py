"""How many photos are in memory while models are asked, and how often each is read."""

import weakref

import numpy as np
import pytest
import torch

from geoutils.models import load_model
from geoutils.prediction import crop_log_probs, log_probs_of_features, mean_log_probs
from geoutils.study.methods import StudyAnswers, lost, network_log_probs
from geoutils.study.methods import looks as module
from geoutils.study.methods.looks import looks
from geoutils.study.methods.lost import read_photos
from geoutils.training.ahead import AHEAD
from geoutils.training.augmentation.augment import as_images


@pytest.fixture
def read(monkeypatch):
    """Numbers of photos as they are read, and how many of all were held then."""
    held, counts = {}, []

    def counted(pixels, rows):
        photos, is_lost = read_photos(pixels, rows)
        number = len(counts)
        held[number] = len(rows)
        weakref.finalize(photos, held.pop, number)
        counts.append((len(rows), sum(held.values())))
        return photos, is_lost

    monkeypatch.setattr(lost, "read_photos", counted)
    return counts


@pytest.mark.parametrize(("recipe", "crops"), [("alone", "five"), ("hc", "ten"), ("hc", "resize")])
def test_no_split_is_in_memory_at_once(training, monkeypatch, read, recipe, crops):
    whole = StudyAnswers.of(training, crops=crops).log_probs(recipe, "train")
    assert read == [(60, 60)]
    read.clear()
    monkeypatch.setattr(module, "BATCH", 4)
    parts = StudyAnswers.of(training, crops=crops).log_probs(recipe, "train")
    assert [n for n, _ in read] == [4] * 15
    assert max(held for _, held in read) <= 4 * (AHEAD + 2)
    for level, expected in zip(parts, whole, strict=True):
        np.testing.assert_allclose(level, expected, atol=1e-5)


def test_features_of_crops_are_computed_once_for_all_heads(training, read):
    answers = StudyAnswers.of(training, crops="ten")
    for recipe in ("ce", "hc", "mvmf", "cplanet"):
        answers.log_probs(recipe, "test")
    assert [n for n, _ in read] == [15]
    answers.log_probs("decoder", "test")  # takes tokens
    answers.log_probs("hc", "val")
    answers.log_probs("hc", "test")
    assert [n for n, _ in read] == [15, 15, 15]


@pytest.mark.parametrize("crops", ["five", "ten", "resize"])
def test_answers_by_crops_are_bit_for_bit_those_of_each_crop_alone(training, crops):
    answers = StudyAnswers.of(training, crops=crops)
    pixels = training.pixels[answers.rows("test")]
    head = load_model(training.log_folder("hc"))
    by_crop = []
    for crop in looks(pixels, 24, crops):
        with torch.inference_mode():
            features = answers.backbone(as_images(torch.from_numpy(np.array(crop))))
        by_crop.append(log_probs_of_features(getattr(head, "head", head), features.numpy()))
    for level, expected in zip(
        answers.log_probs("hc", "test"), mean_log_probs(by_crop), strict=True
    ):
        np.testing.assert_array_equal(level, expected)
    network = load_model(training.folder("alone"))
    expected = crop_log_probs(network, looks(pixels, 24, crops))
    found = network_log_probs(network, training.pixels, answers.rows("test"), 24, crops)
    for level, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(level, other)
