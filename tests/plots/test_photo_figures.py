import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geoutils.plots.concept_colors import NATURAL
from geoutils.plots.maps import WORLD
from geoutils.plots.photos import (
    contact_sheet,
    draw_concept_key,
    draw_counts,
    draw_nearness,
    draw_split_map,
)
from geoutils.plots.style import SPLIT_COLORS, with_margin

pytestmark = pytest.mark.usefixtures("style")


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_contact_sheet_shows_every_photo_pixel_for_pixel(tmp_path):
    photos = np.random.default_rng(0).integers(0, 256, (7, 180, 180, 3)).astype(np.uint8)
    figure = contact_sheet(photos, ["a place\nits split"] * 7, columns=3)
    figure.draw_without_rendering()
    box = with_margin(figure.get_tightbbox())
    figure.savefig(tmp_path / "sheet.png", bbox_inches=box)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png").convert("RGB")).astype(int)
    corners = [
        (y, x)
        for y in range(30)
        for x in range(30)
        if (sheet[y : y + 180, x : x + 180] == photos[0]).all()
    ]
    (top, left) = corners[0]
    for number, photo in enumerate(photos):
        y, x = top + (number // 3) * 250, left + (number % 3) * 190  # with gaps and two lines
        np.testing.assert_array_equal(sheet[y : y + 180, x : x + 180], photo)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["a place", "its split"] * 7


def test_a_contact_sheet_needs_a_caption_per_photo():
    photos = np.zeros((2, 8, 8, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="2 photos, but 1 captions"):
        contact_sheet(photos, ["one"])
    with pytest.raises(ValueError, match="0 photos"):
        contact_sheet(photos[:0], [])


def test_the_split_map_counts_its_splits():
    ax = plt.figure().add_subplot(projection=WORLD)
    places = np.array([[48.9, 2.3], [-33.9, 151.2], [0.0, -179.9], [89.0, 10.0]])
    draw_split_map(ax, places, np.array(["train", "train", "test", "train"]))
    assert labels(ax) == ["train 3", "test 1"]
    assert [len(dots.get_offsets()) for dots in ax.collections[-2:]] == [3, 1]


def test_concepts_are_named_by_falling_area_without_specks_and_nothing():
    concepts = np.zeros((20, 20), dtype=np.uint8)
    concepts[:8], concepts[8:18], concepts[18, 0] = 1, 2, 3
    _, ax = plt.subplots()
    draw_concept_key(ax, concepts, ["nothing", "sky", "balloon", "speck"])
    assert labels(ax) == ["balloon  50.0%", "sky  40.0%"]
    expected = matplotlib.colors.to_rgb(NATURAL["sky"])
    np.testing.assert_allclose(np.asarray(ax.images[0].get_array())[0, 0], expected)


def test_nearness_rises_to_all_photos():
    _, ax = plt.subplots()
    draw_nearness(ax, {"test": np.array([10.0, 0.0, 300.0]), "seen": np.array([1.0])})
    x, y = ax.lines[0].get_data()
    np.testing.assert_allclose(x, [1e-3, 10, 300])
    np.testing.assert_allclose(y, [1 / 3, 2 / 3, 1])
    assert ax.lines[0].get_color() == SPLIT_COLORS["test"] and labels(ax) == ["test", "seen"]


def test_counts_are_stacked():
    counts = pd.DataFrame({"indoor": [2, 1], "": [3, 0]}, index=["Europe", "Asia"])
    _, ax = plt.subplots()
    draw_counts(ax, counts)
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert ends == [2, 1, 5, 1] and labels(ax) == ["indoor", "scene not known"]
    assert [text.get_text() for text in ax.texts] == ["5", "1"]
