import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from geoutils.plots.sanity import draw_sanity_check
from geoutils.plots.style import PALETTE


@pytest.fixture
def table():
    rows = pd.DataFrame(
        {
            "explainer": np.repeat(["gradients", "edge map"], 3),
            "depth": [0, 1, 2] * 2,
            "layer": ["none", "head", "stem"] * 2,
            "rank_correlation": [1, 0.4, -0.2, 1, 1, 1],
        }
    )
    rows["rank_correlation_low"] = rows["rank_correlation"] - 0.1
    rows["rank_correlation_high"] = rows["rank_correlation"] + 0.1
    return rows


def test_lines_follow_the_layers_from_output_to_input(table):
    fig, ax = plt.subplots()
    draw_sanity_check(ax, table, {"gradients": PALETTE["blue"]})
    fig.canvas.draw()
    gradients, edges, chance = ax.lines
    np.testing.assert_array_equal(gradients.get_ydata(), [1, 0.4, -0.2])
    np.testing.assert_array_equal(edges.get_xdata(), [0, 1, 2])
    assert to_rgb(edges.get_color()) == to_rgb(PALETTE["grey"])
    assert list(chance.get_ydata()) == [0, 0]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["none", "head", "stem"]
    assert len(ax.collections) == 2 and ax.get_ylim()[0] < -0.3
    plt.close(fig)
