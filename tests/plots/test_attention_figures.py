import numpy as np
import pytest
from matplotlib import pyplot as plt

from geoutils.plots.attention import draw_attention_grid

PHOTO = np.random.default_rng(0).integers(256, size=(32, 32, 3), dtype=np.uint8)
MAPS = np.random.default_rng(1).dirichlet(np.ones(16), (3, 5)).reshape(3, 5, 4, 4)


@pytest.fixture
def figure():
    figure = plt.figure()
    yield figure
    figure.canvas.draw()
    plt.close(figure)


def test_a_row_per_hierarchy_and_a_column_per_scene(figure):
    draw_attention_grid(figure, PHOTO, MAPS, ["coarse", "middle", "fine"], list("abcde"), 3)
    [ax] = figure.axes
    assert len(ax.images) == 2 * 15
    texts = {text.get_text(): text for text in ax.texts}
    assert list(texts) == ["coarse", "middle", "fine", *"abcde"]
    assert [name for name, text in texts.items() if text.get_weight() == "bold"] == ["d"]
    left, right, *_ = ax.images[2 * 3].get_extent()  # the frame is around the fourth column
    [frame] = ax.patches
    assert frame.get_x() < left and right < frame.get_x() + frame.get_width()
    # Each map reaches full strength at its strongest place.
    for number, shares in enumerate(MAPS.reshape(-1, 4, 4)):
        drawn = ax.images[2 * number + 1].get_array()
        assert drawn.max() == 1 and drawn.argmax() == shares.argmax()


def test_without_scenes_there_is_nothing_to_frame(figure):
    draw_attention_grid(figure, PHOTO, MAPS[:, :1], ["coarse", "middle", "fine"], [""], 0)
    assert not figure.axes[0].patches


def test_refuses_names_that_do_not_fit(figure):
    with pytest.raises(ValueError, match="scenes: 2 names for 5 in the maps"):
        draw_attention_grid(figure, PHOTO, MAPS, ["coarse", "middle", "fine"], ["a", "b"], 0)
    with pytest.raises(ValueError, match="hierarchies: 1 names for 3"):
        draw_attention_grid(figure, PHOTO, MAPS, ["coarse"], list("abcde"), 0)
