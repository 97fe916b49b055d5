import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from geoutils.plots.ranges import draw_ranges


def test_each_row_spans_its_values_and_an_unknown_one_stays_empty():
    figure, ax = plt.subplots()
    values = {
        "first": np.arange(1, 102),
        "unknown": np.full(3, np.nan),
        "last": np.array([7.0, 0, np.nan]),
    }
    draw_ranges(ax, values, ["red", "green", "blue"])
    lines = [(line.get_xdata().tolist(), set(line.get_ydata())) for line in ax.lines]
    np.testing.assert_allclose(np.concatenate([x for x, _ in lines[:3]]), [1, 101, 11, 91, 51])
    assert {row for _, rows in lines for row in rows} == {0, 2}
    assert lines[-1][0] == [7.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(values)
    assert ax.get_xscale() == "log"
    plt.close(figure)


def test_rows_without_a_colour_are_refused():
    figure, ax = plt.subplots()
    with pytest.raises(ValueError, match="zip"):
        draw_ranges(ax, {"a": np.ones(2)}, [])
    plt.close(figure)
