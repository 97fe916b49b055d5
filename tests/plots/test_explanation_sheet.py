import numpy as np
import pytest

from geoutils.plots.explanation_sheet import MapColumn, draw_explanation_sheet
from geoutils.plots.told import draw_told

RNG = np.random.default_rng(0)
PHOTOS = RNG.integers(256, size=(2, 16, 16, 3), dtype=np.uint8)
MAPS = RNG.random((2, 16, 16))


def test_a_row_per_photo_and_a_column_per_map(figure):
    holes = MAPS.copy()
    holes[1] = np.nan
    columns = [
        MapColumn("glow", MAPS, notes=("41 %", "7 %")),
        MapColumn("signed", MAPS - 0.5, signed=True),
        MapColumn("holes", holes, notes=("", "at sea")),
        MapColumn("other photo", photos=PHOTOS[::-1]),
    ]
    draw_explanation_sheet(figure, PHOTOS, columns, ["a\nb", "c"])
    [ax] = figure.axes
    assert len(ax.images) == 2 * 5
    texts = [text.get_text() for text in ax.texts]
    assert texts[:5] == ["photo", "glow", "signed", "holes", "other photo"]
    assert {"a", "b", "c", "41 %", "7 %", "at sea"} <= set(texts)
    np.testing.assert_array_equal(ax.images[0].get_array(), PHOTOS[0])
    np.testing.assert_array_equal(ax.images[4].get_array(), PHOTOS[1])
    assert ax.images[8].get_array().shape == (1, 1)  # the empty field


def test_a_sheet_refuses_what_does_not_fit(figure):
    with pytest.raises(ValueError, match="captions: 1 for 2 photos"):
        draw_explanation_sheet(figure, PHOTOS, [], ["a"])
    with pytest.raises(ValueError, match="maps of glow: 1 for 2 photos"):
        draw_explanation_sheet(figure, PHOTOS, [MapColumn("glow", MAPS[:1])], ["a", "b"])
    with pytest.raises(ValueError, match="notes of glow: 1 for 2 photos"):
        columns = [MapColumn("glow", MAPS, notes=("x",))]
        draw_explanation_sheet(figure, PHOTOS, columns, ["a", "b"])


def test_words_stand_beside_the_photo_its_map_and_its_concepts(figure):
    concepts = np.zeros((2, 16, 16), dtype=np.uint8)
    concepts[:, :8] = 1
    influence = [{1: 1.9}, {}]
    words = ["Most likely there (41 %).", "Nowhere."]
    names = ("none", "tower")
    draw_told(figure, PHOTOS, MAPS, words, concepts, names, influence, (1, 0))
    assert len(figure.axes) == 2 * 4
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert texts == ["★ tower 1.9", "Most likely there (41\N{NO-BREAK SPACE}%).", "Nowhere."]


def test_words_without_concepts(figure):
    draw_told(figure, PHOTOS, MAPS, ["a", "b"])
    assert len(figure.axes) == 2 * 3
    with pytest.raises(ValueError, match="words: 1 for 2 photos"):
        draw_told(figure, PHOTOS, MAPS, ["a"])
