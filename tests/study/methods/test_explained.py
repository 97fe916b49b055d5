import numpy as np
import pytest
import torch

from geoutils.study.explained import explained_method
from geoutils.study.methods import predict_study
from geoutils.study.methods.looks import crop_of
from geoutils.study.similar_photos import similar_photos
from geoutils.training.augmentation import as_images

CLASSIFIERS = [
    *("ce_f", "mvmf_point", "hc_f", "hc_f_star", "hmc_f", "decoder_f", "decoder_f_star"),
    *("cplanet_normalised", "cplanet_simple", "cplanet_set_1", "cplanet_set_2"),
    *("alone_f", "alone_f_star"),
]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_what_is_explained_is_what_was_predicted(training, methods, answers, name):
    asked = explained_method(training, methods[name])
    photos = asked.shown(answers.pixels[answers.rows("test")])
    with torch.no_grad():
        shares = asked.answer(as_images(torch.tensor(photos))).exp().numpy()
    assert shares.shape == (15, len(asked.cells))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-4)
    said = predict_study(training, methods[name], "test", answers)
    np.testing.assert_array_equal(shares.argmax(axis=1), said["cell"])
    np.testing.assert_allclose(shares.max(axis=1), said["probability"], atol=1e-4)
    points = said[["latitude", "longitude"]].to_numpy()
    if name != "mvmf_point":  # whose centres are its own
        np.testing.assert_allclose(asked.cells.centers_deg[said["cell"]], points, atol=1e-3)


def test_the_model_sees_the_squares_that_it_learned_from(training, methods, answers):
    assert crop_of(training, "hc") == crop_of(training, "alone") == 24
    assert crop_of(training, "countries") is None
    asked = explained_method(training, methods["hc_f"])
    pixels = answers.pixels[:2]
    np.testing.assert_array_equal(asked.shown(pixels), pixels[:, 4:28, 4:28])
    assert len(asked.zero_rgb) == 3


@pytest.mark.parametrize("name", ["hc_swc", "rrm_nearest", "raw_features_nearest"])
def test_searches_have_no_probabilities(training, methods, name):
    with pytest.raises(ValueError, match=f"method: {name} has no probabilities"):
        explained_method(training, methods[name])


def test_the_nearest_photo_is_that_of_the_method(training, methods, answers):
    places = np.array([3, 0, 7])
    found = similar_photos(answers, "rrm", places, k=2)
    said = predict_study(training, methods["rrm_nearest"], "test", answers).iloc[places]
    nearest = training.rows["train"][found.neighbours[:, 0]]
    points = said[["latitude", "longitude"]].to_numpy()
    np.testing.assert_allclose(training.latlon_deg[nearest], points, atol=1e-5)
    assert (np.diff(found.similarity, axis=1) <= 0).all()
    best = answers.embeddings("rrm", "test")[places] @ answers.train_embeddings("rrm").T
    background = found.neighbours[:, 0]
    expected = best[np.arange(3), background]
    np.testing.assert_allclose(found.similarity[:, 0], expected, atol=1e-5)
