import numpy as np
import pytest

from geoutils.plots.attention import draw_attention_grid
from geoutils.plots.map_over_photo import map_over_photo

PHOTO = np.random.default_rng(0).integers(256, size=(32, 32, 3), dtype=np.uint8)
MAPS = np.random.default_rng(1).dirichlet(np.ones(16), (3, 5)).reshape(3, 5, 4, 4)


def test_a_row_per_hierarchy_and_a_column_per_scene(figure):
    draw_attention_grid(figure, PHOTO, MAPS, ["coarse", "middle", "fine"], list("abcde"), 3)
    [ax] = figure.axes
    mosaic, small = ax.images
    np.testing.assert_array_equal(small.get_array(), PHOTO)
    texts = {text.get_text(): text for text in ax.texts}
    assert list(texts) == ["coarse", "middle", "fine", *"abcde"]
    assert [name for name, text in texts.items() if text.get_weight() == "bold"] == ["d"]
    left, right, low, high = mosaic.get_extent()
    pitch = (right - left) / 5
    [frame] = ax.patches  # around the fourth column
    assert left + 2.8 * pitch < frame.get_x() < left + 3 * pitch
    assert frame.get_width() == pytest.approx(pitch)
    assert low - high == pytest.approx(3 * pitch)
    # Each map stands in its place over the photo, white between them.
    picture = mosaic.get_array()
    step = picture.shape[0] // 3
    for row, column in np.ndindex(3, 5):
        tile = picture[row * step : (row + 1) * step, column * step : (column + 1) * step]
        expected = map_over_photo(PHOTO, MAPS[row, column], strongest=1.0)
        np.testing.assert_array_equal(tile[:32, :32], expected)
        assert (tile[32:] == 255).all() and (tile[:, 32:] == 255).all()


def test_without_scenes_there_is_nothing_to_frame(figure):
    draw_attention_grid(figure, PHOTO, MAPS[:, :1], ["coarse", "middle", "fine"], [""], 0)
    assert not figure.axes[0].patches


def test_refuses_names_that_do_not_fit(figure):
    with pytest.raises(ValueError, match="scenes: 2 names for 5 in the maps"):
        draw_attention_grid(figure, PHOTO, MAPS, ["coarse", "middle", "fine"], ["a", "b"], 0)
    with pytest.raises(ValueError, match="hierarchies: 1 names for 3"):
        draw_attention_grid(figure, PHOTO, MAPS, ["coarse"], list("abcde"), 0)
