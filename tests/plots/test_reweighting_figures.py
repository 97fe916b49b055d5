import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from geoutils.evaluation.resamples import Resamples
from geoutils.evaluation.reweighting import PLAIN, Reweighting, reweighted_accuracies
from geoutils.plots.reweighting import draw_reweighted

COLORS = {"SemP f*": "#0000ff", "CE": "#ff8000"}


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    country = rng.choice(["FR", "JP"], 60, p=[0.8, 0.2])
    errors = {name: 10 ** rng.uniform(0, 4, 60) for name in ("SemP f*", "CE")}
    worlds = {
        name: Reweighting.of(country, pd.Series({"FR": 1.0, "JP": size}))
        for name, size in (("even land", 1.0), ("people", 3.0))
    }
    return reweighted_accuracies(errors, worlds, Resamples.draw(60, None, 50))


def test_each_panel_shows_plain_and_reweighted(table):
    figure, axes = plt.subplots(1, 2)
    draw_reweighted(axes, table, 200, COLORS)
    figure.canvas.draw()
    for ax, name in zip(axes, ("even land", "people"), strict=True):
        rows = table[(table["weights"] == name) & (table["radius_km"] == 200)]
        plain = table[(table["weights"] == PLAIN) & (table["radius_km"] == 200)]
        assert ax.get_title(loc="left") == name or ax.get_title() == name
        dots = ax.collections[-2]
        np.testing.assert_allclose(dots.get_offsets()[:, 0], rows["estimate"])
        hollow = ax.collections[-1].get_offsets()
        np.testing.assert_allclose(hollow[:, 0], plain["estimate"])
        assert [to_hex(color) for color in dots.get_facecolors()] == list(COLORS.values())
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["SemP f*", "CE"]
    first, second = dots.get_offsets()[:, 1]
    assert axes[0].get_ylim()[1] > first > second  # first on top
    plt.close(figure)


def test_a_radius_that_was_not_scored_is_refused(table):
    figure, axes = plt.subplots(1, 2)
    with pytest.raises(ValueError, match="radius_km: 7 is not in the table"):
        draw_reweighted(axes, table, 7, COLORS)
    plt.close(figure)
