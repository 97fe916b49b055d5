import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from geoutils.evaluation import RADII_KM, Interval, bootstrap_accuracy, paired_matrix
from geoutils.plots.accuracy import draw_breakdown, draw_difference_sets
from geoutils.plots.guesses import guess_captions
from geoutils.plots.methods import draw_difference_matrix, draw_method_accuracies

LABELS = {"a": "A f", "b": "B f*", "c": "C"}
SYSTEM = {"a": "SemP", "b": "SemP", "c": "Loria"}


@pytest.fixture
def distances():
    base = 10 ** np.random.default_rng(0).uniform(-1, 4.2, 300)
    return {"a": base, "b": base * 3, "c": base[::-1] * 40}


def test_a_row_for_each_method_and_an_axis_for_each_radius(distances):
    fig, axes = plt.subplots(1, len(RADII_KM))
    intervals = {LABELS[n]: bootstrap_accuracy(km, None, 50) for n, km in distances.items()}
    systems = {LABELS[name]: system for name, system in SYSTEM.items()}
    colors = dict(zip(systems, ("#111111", "#222222", "#333333"), strict=True))
    draw_method_accuracies(axes, intervals, systems, colors)
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["A f", "B f*", "C"]
    for column, ax in enumerate(axes):
        drawn = {
            line.get_ydata()[0]: line.get_xdata()[0]
            for line in ax.lines
            if line.get_marker() == "o"
        }
        heights = axes[0].get_yticks()
        for height, interval in zip(heights, intervals.values(), strict=True):
            assert drawn[height] == interval.estimate[column]
        assert -0.03 * ax.get_xlim()[1] < ax.get_xlim()[0] < 0  # a dot at zero has room
        assert [dot.get_color() for dot in ax.lines if dot.get_marker() == "o"] == [
            *colors.values()
        ]
    named = {text.get_text(): text.xy[1] for text in axes[-1].texts}
    assert named == {"SemP": 1.5, "Loria": 0}
    plt.close(fig)


def test_dots_mark_the_differences_that_are_certain(distances):
    table = paired_matrix(distances, None, 200)
    fig, ax = plt.subplots()
    image = draw_difference_matrix(ax, table, 25, LABELS, SYSTEM, 10)
    part = table[table["radius_km"] == 25].set_index(["method", "other"])
    grid = image.get_array()
    assert grid[0, 1] == 100 * part.loc[("a", "b"), "estimate"] == -grid[1, 0]
    assert np.ma.is_masked(grid[0, 0]) or np.isnan(grid[0, 0])
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == part["excludes_zero"].sum()
    assert image.norm.vmin == -10 and image.norm.vmax == 10
    with pytest.raises(ValueError, match="radius_km: 30 is not in the table"):
        draw_difference_matrix(ax, table, 30, LABELS, SYSTEM, 10)
    plt.close(fig)


def test_hollow_marks_are_uncertain_differences():
    certain = Interval(*np.tile([[0.1], [0.05], [0.2]], 5))
    unsure = Interval(*np.tile([[0.1], [-0.05], [0.2]], 5))
    fig, ax = plt.subplots()
    colors = {"sure": "#ff0000", "unsure": "#0000ff"}
    draw_difference_sets(ax, {"sure": certain, "unsure": unsure}, colors)
    filled = [marks.get_facecolor() for marks in ax.collections if len(marks.get_offsets()) == 5]
    faces = [tuple(face[0][:3]) for face in filled if len(face)]
    assert (1, 0, 0) in faces and (1, 1, 1) in faces
    plt.close(fig)


def test_a_shared_scale_leaves_no_dot_outside():
    def table(estimate, high):
        columns = {"label": ["x"], "photos": [5], "radius_km": [25.0], "low": [0.0]}
        return pd.DataFrame(columns | {"estimate": [estimate], "high": [high]})

    fig, axes = plt.subplots(2, sharex=True)
    draw_breakdown(axes[0], table(0.2, 0.3), 25, "black")
    draw_breakdown(axes[1], table(0.7, 0.9), 25, "black")
    assert axes[0].get_xlim()[1] >= 0.9 and axes[0].get_xlim()[0] == 0
    draw_breakdown(axes[1], table(0.95, np.nan), 25, "black")
    assert axes[0].get_xlim()[1] >= 0.95
    plt.close(fig)


def test_captions_tell_the_error_and_the_place():
    captions = guess_captions(np.array([3.21, 1234.5]), np.array([[48.86, 2.35], [48.86, 2.35]]))
    assert [caption.splitlines()[0] for caption in captions] == ["3.2 km off", "1,234 km off"]
    assert all("FR" in caption.splitlines()[1] for caption in captions)
