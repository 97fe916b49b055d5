import numpy as np
import pandas as pd
import pytest

from geoutils.explanation import influence_table
from geoutils.plots import explanation as plots

NAMES = ("none", "tower", "road", "sky")


def test_overlay_accepts_a_map_coarser_than_the_photo_and_a_constant_one(ax):
    photo = np.random.default_rng(0).integers(256, size=(32, 32, 3), dtype=np.uint8)
    plots.draw_explanation(ax, photo, np.arange(64.0).reshape(8, 8))
    plots.draw_explanation(ax, photo, np.zeros((8, 8)))
    assert len(ax.images) == 4


def test_concepts_carry_their_influence_inside_their_shape(ax):
    segmentation = np.ones((10, 10), np.uint8)
    segmentation[:, 6:] = 3
    plots.draw_concepts(ax, segmentation, NAMES, {1: 0.4, 3: 2.0}, carrier=3)
    tower, sky = sorted(ax.texts, key=lambda text: text.get_text() != "tower 0.4")
    assert tower.get_text() == "tower 0.4" and tower.get_position()[0] < 0.6
    assert sky.get_text() == "★ sky 2.0" and sky.get_position()[0] > 0.6


def test_labels_do_not_cover_each_other(ax):
    segmentation = np.ones((10, 10), np.uint8)
    segmentation[4:6, 3:7] = 2
    segmentation[6:, :] = 3
    plots.draw_concepts(ax, segmentation, NAMES, {1: 0.4, 2: 1.0, 3: 2.0})
    heights = sorted(text.get_position()[1] for text in ax.texts)
    assert np.diff(heights).min() > 0.08
    assert all(0.1 < text.get_position()[0] < 0.9 for text in ax.texts)


def test_labels_in_a_corner_move_up_where_they_have_no_room_below(ax):
    segmentation = np.ones((10, 10), np.uint8)
    segmentation[8:, :5] = 2
    segmentation[9:, 5:] = 3
    plots.draw_concepts(ax, segmentation, NAMES, {1: 0.4, 2: 1.0, 3: 2.0}, 3)
    heights = {text.get_text()[-8:-4]: text.get_position()[1] for text in ax.texts}
    assert np.diff(sorted(heights.values())).min() > 0.08 and max(heights.values()) < 1


def test_labels_of_several_words_stay_in_their_part_of_the_picture(ax):
    sides = [f"{row} {column}" for row in ("upper", "lower") for column in ("left", "right")]
    quarters = np.kron([[1, 2], [3, 4]], np.ones((6, 6), np.uint8)).astype(np.uint8)
    plots.draw_concepts(ax, quarters, ("none", *sides), dict.fromkeys(range(1, 5), 1.0))
    assert ax.texts[0].get_text() == "upper\nleft\n1.0"
    places = [text.get_position() for text in ax.texts]
    assert [(x < 0.5, y < 0.5) for x, y in places] == [(x, y) for y in (1, 0) for x in (1, 0)]


def test_bars_stand_for_the_medians_in_the_order_asked(ax):
    rng = np.random.default_rng(0)
    ci = rng.random((30, 4))
    distances = np.repeat([1.0, 100.0, 1000.0], 10)
    table = influence_table(ci, distances, NAMES, np.arange(30).astype(str), n_resamples=20)
    plots.draw_influence_bars(ax, table, ["sky", "tower"])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["sky", "tower"]
    assert len(ax.patches) == 6
    assert ax.patches[0].get_width() == pytest.approx(np.median(ci[:10, 3]))


def test_bars_of_nothing_say_so(ax):
    empty = pd.DataFrame(columns=["interval", "concept", "median", "low", "high"])
    plots.draw_influence_bars(ax, empty, [])
    assert [text.get_text() for text in ax.texts] == ["no concept is in enough photos"]
