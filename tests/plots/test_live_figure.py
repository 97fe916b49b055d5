import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from geoutils.plots.live_figure import LiveFigure


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, and what took its place."""
    pictures = []

    class Handle:
        update = staticmethod(lambda picture: pictures.append(("again", picture)))

    def display(picture, display_id):
        assert display_id is True
        pictures.append(("first", picture))
        return Handle

    monkeypatch.setattr("IPython.display.display", display)
    return pictures


def test_a_live_figure_is_shown_in_one_place(shown):
    figure, drawn = plt.figure(), []
    live = LiveFigure(figure, every_s=0)
    assert not plt.fignum_exists(figure.number)  # nor drawn at the cell's end
    live.update(lambda: drawn.append(1))
    live.update(lambda: drawn.append(2))
    live.show("the saved picture")
    assert shown == [("first", figure), ("again", figure), ("again", "the saved picture")]
    assert drawn == [1, 2]


def test_nothing_is_drawn_before_it_is_due(shown):
    live = LiveFigure(plt.figure(), every_s=60)
    live.update(lambda: pytest.fail("drawn too early"))
    assert shown == []
    live.show("the saved picture")
    assert shown == [("first", "the saved picture")]
