import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import LogNorm, to_rgba

from geoutils.evaluation.coverage import country_coverage, gini_by_city_size
from geoutils.evaluation.inequality import PUBLISHED_GINI, lorenz_curve
from geoutils.plots import inequality as draw
from geoutils.plots.choropleth import NOTHING, draw_countries
from geoutils.plots.maps import WORLD, draw_world


@pytest.fixture
def ax():
    fig, axes = plt.subplots()
    yield axes
    fig.canvas.draw()
    plt.close(fig)


def test_lorenz_curves_are_drawn_as_they_are(ax):
    curves = {"a": lorenz_curve(np.array([1, 2, 3])), "b": lorenz_curve(np.array([1, 1]))}
    draw.draw_lorenz(ax, curves, ["red", "blue"], n_dashed=1)
    _, a, b = ax.get_lines()
    np.testing.assert_allclose(a.get_ydata(), [0, 1 / 6, 0.5, 1])
    assert a.get_linestyle() == "-" and b.get_linestyle() == "--"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_gini_by_city_size_shows_published_values(ax):
    table = gini_by_city_size(np.array([[48.9, 2.3], [45.8, 4.8], [48.8, 2.4]]), [1000, 100_000])
    draw.draw_gini_by_city_size(ax, {"ours": table}, {"ours": "red"}, PUBLISHED_GINI, 1000)
    written = " ".join(text.get_text() for text in ax.texts)
    assert all(
        f"{name}, published: {value:.2f}" in written for name, value in PUBLISHED_GINI.items()
    )


def test_share_bars_fill_the_whole(ax):
    shares = pd.DataFrame({"x": [0.25, 0.98], "y": [0.75, 0.02]}, index=["one", "two"])
    draw.draw_share_bars(ax, shares, {"x": "red", "y": "blue"})
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert max(ends) == pytest.approx(1)
    assert [text.get_text() for text in ax.texts] == ["25%", "98%", "75%"]  # 2 % has no room


def test_countries_without_photos_are_ticks(ax):
    world = country_coverage(np.array(["FR"] * 10 + ["JP"]))
    draw.draw_photos_and_people(ax, world, ["FR", "IN"])
    heights = np.concatenate([dots.get_offsets()[:, 1] for dots in ax.collections])
    assert (heights < 1).sum() == ((world["population"] > 0) & (world["photos"] == 0)).sum()
    assert {"France", "India"} <= {text.get_text() for text in ax.texts}


def test_a_ranking_keeps_its_order(ax):
    draw.draw_ranking(ax, ["most", "least"], np.array([40.0, 0.5]), ["red", "blue"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["most", "least"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row on top


def test_countries_take_the_colour_of_their_value():
    fig, ax = plt.subplots(subplot_kw={"projection": WORLD})
    draw_world(ax)
    norm = LogNorm(1, 100)
    drawn = draw_countries(ax, pd.Series({"FR": 10.0, "BR": 0.0, "SG": 100.0}), norm, "viridis")
    fig.canvas.draw()
    colors = {tuple(np.round(color, 6)) for color in drawn.get_facecolors()}
    expected = [drawn.cmap(norm(10.0)), to_rgba(NOTHING), drawn.cmap(norm(100.0))]
    assert colors == {tuple(np.round(color, 6)) for color in expected}
    dots = ax.collections[-1]
    assert len(dots.get_offsets()) == 1  # Singapore, too small to see
    plt.close(fig)
