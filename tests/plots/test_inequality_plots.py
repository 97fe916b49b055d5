import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import LogNorm, to_rgba

from geoutils.evaluation.coverage import country_coverage
from geoutils.evaluation.equal_area_cells import EqualAreaCells
from geoutils.evaluation.gazetteer import gini_by_number_of_cities
from geoutils.evaluation.inequality import PUBLISHED_GINI, lorenz_curve
from geoutils.plots import inequality as draw
from geoutils.plots.choropleth import NOTHING, draw_areas, draw_countries
from geoutils.plots.maps import WORLD, draw_world


def test_lorenz_curves_are_drawn_as_they_are(ax):
    curves = {"a": lorenz_curve(np.array([1, 2, 3])), "b": lorenz_curve(np.array([1, 1]))}
    draw.draw_lorenz(ax, curves, ["red", "blue"], n_dashed=1)
    _, a, b = ax.get_lines()
    np.testing.assert_allclose(a.get_ydata(), [0, 1 / 6, 0.5, 1])
    assert a.get_linestyle() == "-" and b.get_linestyle() == "--"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_bands_lie_around_the_first_curves(ax):
    x = np.array([0, 0.5, 1])
    curves = {"a": (x, x**2), "b": (x, x**3)}
    draw.draw_lorenz(ax, curves, ["red", "blue"], bands=[(x**3, x)])
    (band,) = ax.collections
    corners = {tuple(np.round(corner, 6)) for corner in band.get_paths()[0].vertices}
    assert {(0.5, 0.125), (0.5, 0.5)} <= corners


def test_gini_by_number_of_cities_shows_published_values(ax):
    photos = np.array([[48.9, 2.3], [45.8, 4.8], [48.8, 2.4]])
    table = gini_by_number_of_cities(photos, [1000, 10_000])
    series, colors = {"ours": table}, {"ours": "red"}
    draw.draw_gini_by_number_of_cities(
        ax, series, colors, PUBLISHED_GINI, 1000, dashed={"ours": table.head(1)}
    )
    written = " ".join(text.get_text() for text in ax.texts)
    assert all(f"{name}: {value:.2f}" in written for name, value in PUBLISHED_GINI.items())
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), table["gini"])
    assert ax.get_lines()[1].get_linestyle() == "--"


def test_share_bars_fill_the_whole(ax):
    shares = pd.DataFrame({"x": [0.25, 0.98], "y": [0.75, 0.02]}, index=["one", "two"])
    draw.draw_share_bars(ax, shares, {"x": "skyblue", "y": "navy"})
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert max(ends) == pytest.approx(1)
    assert [text.get_text() for text in ax.texts] == ["25%", "98%", "75%"]  # 2 % has no room
    assert [text.get_color() == "white" for text in ax.texts] == [False, False, True]


@pytest.mark.parametrize("column", ["population", "area_km2"])
def test_countries_without_photos_are_ticks(ax, column):
    world = country_coverage(np.array(["FR"] * 10 + ["JP"]))
    draw.draw_photos_against(ax, world, column, ["FR", "IN"])
    heights = np.concatenate([dots.get_offsets()[:, 1] for dots in ax.collections])
    assert (heights < 1).sum() == ((world[column] > 0) & (world["photos"] == 0)).sum()
    assert {"France", "India"} <= {text.get_text() for text in ax.texts}
    ax.figure.canvas.draw()
    assert {"10,000", "1 million"} <= {tick.get_text() for tick in ax.get_xticklabels()}


def test_no_photo_at_all_can_be_drawn(ax):
    draw.draw_photos_against(ax, country_coverage(np.array([""])), "population", [])
    assert len(ax.collections) == 1


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


def test_areas_take_the_colour_of_their_value():
    fig, ax = plt.subplots(subplot_kw={"projection": WORLD})
    outlines = EqualAreaCells.of_side(2000).outlines(np.array([0, 40, 60]))
    norm = LogNorm(1, 100)
    drawn = draw_areas(ax, outlines, np.array([10, 0, np.nan]), norm, "viridis")
    fig.canvas.draw()
    expected = [drawn.cmap(norm(10)), to_rgba(NOTHING), to_rgba(NOTHING)]
    np.testing.assert_allclose(drawn.get_facecolors(), expected)
    assert len(drawn.get_paths()) == 3
    empty = draw_areas(ax, [], np.array([]), norm)
    assert len(empty.get_paths()) == 0
    plt.close(fig)
