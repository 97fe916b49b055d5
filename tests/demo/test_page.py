"""The page as widgets, without a browser: what it says of photos, files and methods."""

import gc
import io
import logging
import resource
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from geoutils.demo.metrics import metrics_html
from geoutils.demo.page import first_methods

EXIF = Image.Exif()
EXIF.get_ifd(0x8825).update({1: "N", 2: (48.0, 52.0, 0.0), 3: "E", 4: (2.0, 21.0, 0.0)})


def jpeg(seed=0, exif=EXIF):
    values = np.random.default_rng(seed).integers(0, 256, (80, 120, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "JPEG", exif=exif.tobytes())
    return buffer.getvalue()


def told(page):
    return page.about.value + "".join(card.value for card in page.cards.values())


def given(page, data, name="photo.jpg"):
    """Choose a file as the browser does."""
    told = {"name": name, "type": "", "size": len(data), "last_modified": datetime.now(UTC)}
    page.uploader.value = ({**told, "content": memoryview(data)},)


def test_an_upload_is_answered_by_the_methods_chosen(page):
    given(page, jpeg())
    assert page.uploader.value == ()
    answered = [name for name, card in page.cards.items() if card.value]
    assert answered == list(page.chosen.value) == list(first_methods(page.study))
    for name in answered:
        assert "demo-frame" in page.cards[name].value and "Most likely" in page.cards[name].value
        assert "there is no segmentation of this photo" in page.cards[name].value
    assert "48.867" not in told(page) and " off." not in told(page)


def test_the_position_in_a_file_is_shown_on_request_only(page):
    given(page, jpeg())
    assert "The true place is not shown." in told(page)
    page.show_truth.value = True
    assert "48.867° N, 2.350° E" in told(page) and " off." in told(page)
    given(page, jpeg(exif=Image.Exif()))
    assert "The true place is not known: no GPS position in EXIF." in told(page)


def test_a_drawn_photo_shows_its_truth(page):
    page.draw()
    assert "True place:" in told(page) and " off." in told(page)


def test_other_methods_and_explanations_are_answered_at_once(page):
    page.draw()
    page.chosen.value = ("rrm_nearest",)
    assert [name for name, card in page.cards.items() if card.value] == ["rrm_nearest"]
    assert "Retrieval gives no probabilities" in told(page)
    page.explainer.value = "grad_cam"
    assert "Grad-CAM" in told(page)
    page.chosen.value = ()
    assert "Choose at least one method." in told(page)


def test_a_text_renamed_is_told_in_a_sentence(page):
    given(page, jpeg())
    given(page, b"not a photo at all")
    assert "This is not a JPEG, PNG or WebP picture" in page.about.value
    assert not any(card.value for card in page.cards.values())


def test_what_should_not_happen_is_a_sentence_too(page, monkeypatch, caplog):
    def broken(self, photo, method):
        raise RuntimeError("<b>out of order</b>")

    monkeypatch.setattr(type(page.locator), "place", broken)
    given(page, jpeg())
    assert "Something went wrong here" in told(page) and "out of order" not in told(page)
    assert "out of order" in caplog.text


def test_many_uploads_leave_nothing_behind(page, caplog):
    files = [jpeg(seed) for seed in range(5)]
    bad = files[0][:900]

    def peak_mb():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    page.chosen.value, page.explainer.value = ("hc_f_star",), "gradients"
    with caplog.at_level(logging.WARNING):
        for number in range(20):
            given(page, bad if number % 10 == 9 else files[number % 5])
            assert ("demo-message" in told(page)) == (number % 10 == 9)
            if number == 9:
                gc.collect()
                before = peak_mb()
    assert not caplog.records
    assert peak_mb() - before < 20


@pytest.mark.parametrize("name", ["hc_f_star", "rrm_nearest", "cplanet_normalised", "hmc_f"])
def test_the_metrics_page_tells_accuracy_parameters_and_cells(toy_study, name):
    html = metrics_html(toy_study, name)
    assert "Validation loss" in html and "Parameters learned" in html
    assert ("Top 1, 15 test photos" in html) == (name != "rrm_nearest")
    assert "training photos&lt;/title&gt;" in html  # under the pointer
    assert "http:" not in html.replace("http://www.w3.org", "") and "https:" not in html


def test_metrics_appear_when_their_tab_is_opened(page):
    assert not page.metrics.value
    page.tabs.selected_index = 1
    assert "Validation loss" in page.metrics.value
    page.measured.value = "mvmf_point"
    assert "<h3>MvMF</h3>" in page.metrics.value
