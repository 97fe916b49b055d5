"""One photo at a time, a method must place it as it does in the study's files."""

import numpy as np
import pandas as pd
import pytest

from geoutils.demo.concepts import concepts_seen
from geoutils.demo.photo import DemoPhoto, random_test_photo
from geoutils.demo.reasons import EXPLAINERS, reasons_for
from geoutils.demo.study import open_study
from geoutils.photos.scenes import compose, render
from geoutils.study.methods import study_methods


@pytest.fixture(scope="module")
def photos(toy_study):
    pixels = toy_study.training.pixels[-15:]
    return [
        DemoPhoto(np.array(photo), np.array(photo).repeat(4, 0).repeat(4, 1)) for photo in pixels
    ]


def test_it_places_photos_as_the_prediction_files_do(toy_study, locator, photos):
    methods = study_methods(toy_study.training, n_sets=2)
    assert {"f", "f_star", "point", "normalised", "simple", "set_2", "nearest", "raw", "swc"} <= {
        method.answer for method in methods.values()
    }
    for name, method in methods.items():
        path = toy_study.results / "predictions" / f"{name}_test.parquet"
        expected = pd.read_parquet(path)
        for photo, row in zip(photos[:2], expected.itertuples(), strict=False):
            found = locator.place(photo, method)
            point = [[row.latitude, row.longitude]]
            np.testing.assert_allclose(found.latlon_deg, point, atol=1e-6, err_msg=name)
            if len(row.top_cells):
                best = found.top.probabilities[0]
                np.testing.assert_allclose(best, row.probability, rtol=1e-4, err_msg=name)


def test_it_reads_models_once(locator, photos, toy_study):
    method = toy_study.methods["hc_f_star"]
    locator.place(photos[0], method)
    assert locator.model("hc") is locator.model("hc")
    assert locator.model("hc").backbone is locator.model("mvmf").backbone


@pytest.mark.parametrize("explainer", EXPLAINERS)
def test_every_explainer_explains(locator, photos, toy_study, explainer):
    placement = locator.place(photos[0], toy_study.methods["hc_f_star"])
    concepts = np.full((48, 48), 3, np.uint8)
    concepts[:24] = 1
    reasons = reasons_for(placement, concepts, explainer)
    assert reasons.saliency.shape == (48, 48)
    assert set(reasons.concepts["concept"]) <= {"wall", "sky"}
    shares = reasons.concepts["share"] * reasons.concepts["influence"]
    np.testing.assert_allclose(shares.sum(), 1)
    assert reasons.words.startswith(("Most likely ", "No place stands out"))


def test_retrieval_alone_names_a_photo(locator, photos, toy_study):
    placement = locator.place(photos[0], toy_study.methods["rrm_nearest"])
    assert placement.top is None and len(placement.neighbours_deg) == 1
    reasons = reasons_for(placement)
    assert "most similar photo" in reasons.words and reasons.concepts is None


def test_concepts_are_those_of_what_the_network_saw(locator, photos, toy_study):
    placement = locator.place(photos[0], toy_study.methods["hc_f_star"])
    assert concepts_seen(photos[0], placement) is None

    def segmenter(manifest, pixels):
        rows = np.arange(pixels.shape[1], dtype=np.uint8)
        return np.broadcast_to(rows[:, None], pixels.shape[:3]).copy()

    seen = concepts_seen(photos[0], placement, segmenter)
    np.testing.assert_array_equal(seen[:, 0], 4 * np.arange(8, 56) + 2)


def test_a_test_photo_is_drawn(toy_study):
    rng = np.random.default_rng(0)
    photo = random_test_photo(*toy_study.photos, rng)
    row = photo.row
    assert toy_study.photos[0]["split"].iloc[row] == "test" and not photo.is_drawn
    np.testing.assert_array_equal(photo.pixels, toy_study.training.pixels[row])
    assert photo.truth_deg == tuple(toy_study.training.latlon_deg[row])


def test_a_rendered_photo_brings_its_concepts():
    manifest = pd.DataFrame({"photo": ["a"], "latitude": [48.8], "longitude": [2.3]})
    manifest = manifest.assign(author="x", scene="urban", seed=1, split="test")
    pixels, concepts = render(compose(manifest), 32)
    photo = random_test_photo(manifest, pixels, np.random.default_rng(0))
    assert photo.is_drawn and photo.truth_deg == (48.8, 2.3)
    np.testing.assert_array_equal(photo.pixels, pixels[0])
    np.testing.assert_array_equal(photo.concepts, concepts[0])


def test_a_manifest_without_test_photos_is_refused(toy_study):
    manifest, pixels = toy_study.photos
    with pytest.raises(ValueError, match="no test photos"):
        random_test_photo(manifest[:60], pixels, np.random.default_rng(0))


def test_a_study_that_is_not_finished_says_what_to_run(tmp_path, toy_root):
    with pytest.raises(ValueError, match="run `make study STUDY=toy` first"):
        open_study("toy", str(tmp_path), toy_root)
