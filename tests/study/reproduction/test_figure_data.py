import json

import cartopy.crs as ccrs
import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from geoutils.study.reproduction.figure_data import figure_data, figure_moves
from geoutils.study.reproduction.sums import differs, sums, write_sums

matplotlib.use("agg")


def draw(x, y=(1, 2, 3), title="Found"):
    figure = Figure()
    axes = figure.subplots()
    axes.plot(x, y)
    axes.set_title(title)
    return figure


def test_the_same_data_in_another_look_is_the_same():
    plain, styled = draw([1, 2, 3]), draw([1, 2, 3])
    styled.axes[0].lines[0].set(color="red", linewidth=5)
    styled.axes[0].tick_params(labelsize=3)
    styled.set_size_inches(2, 2)
    assert figure_data(plain) == figure_data(styled)
    assert figure_data(plain)["lines"][:5] == [6, 6, 1.0, 3.0, 2.0]


@pytest.mark.parametrize(
    "change",
    [
        lambda axes: axes.lines[0].set_ydata([1, 3, 2]),  # another order
        lambda axes: axes.set_title("Lost"),
        lambda axes: axes.bar([1], [2]),
        lambda axes: axes.scatter([1], [2]),
        lambda axes: axes.imshow(np.ones((2, 2))),
        lambda axes: axes.fill_between([1, 2], [1, 2]),
        lambda axes: axes.text(1, 1, "here"),
        lambda axes: axes.inset_axes([0, 0, 1, 1]).plot([1, 2]),
    ],
)
def test_other_data_is_not(change):
    before, after = draw([1, 2, 3]), draw([1, 2, 3])
    change(after.axes[0])
    old, new = {"f.png": figure_data(before)}, {"f.png": figure_data(after)}
    (move, *_) = figure_moves("a.json", old, new, beyond=True)
    assert move.where.startswith("f.png: ") and move.beyond


def test_bars_colours_and_maps_are_told():
    def drawn(height, value, point):
        figure = Figure()
        bars, values = figure.subplots(1, 2)
        bars.bar([1, 2], [3, height])
        values.pcolormesh(np.array([[1.0, value]]))
        world = figure.add_axes((0, 0, 1, 1), projection=ccrs.Robinson())
        world.scatter([point], [48], transform=ccrs.PlateCarree())
        world.coastlines()
        return figure_data(figure)

    first = drawn(4, 5, 2)
    kinds = {"outlines": drawn(4.5, 5, 2), "values": drawn(4, 6, 2), "points": drawn(4, 5, 3)}
    for kind, other in kinds.items():
        (move,) = figure_moves("a.json", {"f": first}, {"f": other}, beyond=False)
        assert move.where == f"f: {kind}" and not move.beyond


def test_rounding_is_no_difference_and_holes_are():
    values = np.random.default_rng(0).normal(0, 1e6, 1000)
    assert not differs(sums(values), sums(values * (1 + 1e-13)))
    assert differs(sums(values), sums(values * (1 + 1e-4)))
    assert differs(sums(values), sums(np.where(values < 0, np.nan, values)))
    assert sums(np.array([np.nan, np.inf])) == [2, 0]


def test_figures_that_came_or_went(tmp_path):
    write_sums({"one": figure_data(draw([1, 2, 3]))}, tmp_path / "a.json")
    written = json.loads((tmp_path / "a.json").read_text())
    moves = figure_moves("a.json", written, {"two": {}}, beyond=True)
    assert [(move.where, move.before, move.after) for move in moves] == [
        ("one", "a figure", "nothing"),
        ("two", "nothing", "a figure"),
    ]
    assert figure_moves("a.json", written, written, beyond=True) == []
