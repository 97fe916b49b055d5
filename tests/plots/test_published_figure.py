import numpy as np
import pytest

from geoutils.evaluation import RADII_KM, Interval, published_accuracies
from geoutils.plots.published import draw_against_published


@pytest.fixture
def published():
    rows = published_accuracies("Im2GPS3k", main_only=True)
    return rows.dropna(subset=[f"a_{radius:g}" for radius in RADII_KM])


def interval(middle: float, half: float = 0.02) -> Interval:
    estimate = np.full(5, middle)
    return Interval(estimate, estimate - half, estimate + half)


def test_boxes_reach_from_the_lowest_row_to_the_highest(ax, published):
    draw_against_published(ax, {"f": interval(0.3)}, {"f": "red"}, published)
    columns = published[[f"a_{radius:g}" for radius in RADII_KM]].astype(float) / 100
    ends = [(box.get_y(), box.get_y() + box.get_height()) for box in ax.patches]
    np.testing.assert_allclose(ends, np.c_[columns.min(), columns.max()])
    dashes = [lines for lines in ax.collections if len(lines.get_segments()) == 5]
    assert len(dashes) == len(published) + 1  # and our intervals


def test_ours_stand_side_by_side_inside_their_box(ax, published):
    ours = {name: interval(0.2) for name in "abc"}
    draw_against_published(ax, ours, dict.fromkeys("abc", "red"), published)
    drawn = [line.get_xdata() for line in ax.lines if line.get_label() in ours]
    offsets = np.array(drawn) - np.arange(5)
    assert (np.diff(offsets, axis=0) > 0.1).all() and np.abs(offsets).max() < 0.38
    np.testing.assert_allclose(offsets[1], 0, atol=1e-12)


def test_ours_without_bounds_and_above_all_others_stay_in_the_figure(ax, published):
    nowhere = np.full(5, np.nan)
    high = Interval(np.full(5, 0.95), nowhere, nowhere)
    draw_against_published(ax, {"f": high}, {"f": "red"}, published)
    assert ax.get_ylim()[0] == 0 and ax.get_ylim()[1] > 0.95


def test_nothing_published_is_refused(ax, published):
    with pytest.raises(ValueError, match="no rows to compare with"):
        draw_against_published(ax, {"f": interval(0.3)}, {"f": "red"}, published.iloc[:0])
