import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from geoutils.partitions.geoclass import (
    GEOCLASS_SETS,
    GeoclassParameters,
    base_graph,
    combine,
    geoclass_set,
)
from geoutils.plots.progressive_map import draw_progress, region_base_deg
from geoutils.plots.world import WORLD
from geoutils.prediction import progressive_regions

BY_CELLS = GeoclassParameters(9, 0, (0.2, 0.8, 0.0), (0.0, 1.0))
TRUTH = np.array([[46.0, 7.0], [45.2, 9.0]])


@pytest.fixture(scope="module")
def combined():
    rng = np.random.default_rng(0)
    photos = np.c_[rng.uniform(44, 48, 300), rng.uniform(5, 12, 300)]
    graph = base_graph(photos, 8)
    first = geoclass_set(graph, 6, GEOCLASS_SETS[1], name="set_1")
    return combine([first, geoclass_set(graph, 5, BY_CELLS, name="set_2")])


@pytest.fixture(scope="module")
def regions(combined):
    rng = np.random.default_rng(1)
    said = [np.log(rng.dirichlet(np.full(n, 0.3), 2) + 1e-9) for n in combined.cells.set_sizes]
    return [progressive_regions([level[i] for level in said], combined.cells) for i in range(2)]


def photos(n=2):
    return np.zeros((n, 8, 8, 3), dtype=np.uint8)


def test_a_row_is_a_photo_its_steps_and_a_close_up(figure, combined, regions):
    draw_progress(figure, photos(), regions, combined, TRUTH)
    assert len(figure.axes) == 2 * (1 + 2 + 1)
    first, second, close = (ax.get_title() for ax in figure.axes[1:4])
    assert first.startswith("set 1\n") and second.startswith("+ set 2\n")
    assert f"{regions[0][1].n_cells:,.0f} S2 cells" in second
    assert close.startswith("close-up\n") and close.endswith(" km wide")


def test_the_green_ground_is_the_region(figure, combined, regions):
    draw_progress(figure, photos(), regions, combined, TRUTH)
    shares = [
        float((ax.images[0].get_array()[..., 3] > 0).mean()) for ax in figure.axes[1:3]
    ]  # of the same map
    assert shares[0] > 0
    same = set(regions[0][0].tuples) == set(regions[0][1].tuples)
    assert shares[1] == shares[0] if same else shares[1] < shares[0]


def test_points_and_truths_are_on_the_map(figure, combined, regions):
    draw_progress(figure, photos(), regions, combined, TRUTH)
    for ax in figure.axes:
        (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
        for dot in (line for line in ax.lines if line.get_marker() == "o"):
            x, y = dot.get_xydata()[0]
            assert left < x < right and low < y < high


def test_a_truth_far_away_needs_the_whole_world(figure, combined, regions):
    far = np.array([[-33.9, 151.2]])
    draw_progress(figure, photos(1), regions[:1], combined, far)
    assert all(isinstance(ax.projection, type(WORLD)) for ax in figure.axes[1:])
    assert figure.axes[-1].get_title() == "close-up"


def test_base_points_are_those_of_the_regions_cells(combined, regions):
    for region in regions[0]:
        points = region_base_deg(region, combined)
        assert set(combined.assign(points)) == set(region.tuples)
        assert len(points) == np.isin(combined.cells.class_of_base, region.tuples).sum()


def test_rows_must_belong_together(combined, regions):
    with pytest.raises(ValueError, match="photos: 0 with 0 rows"):
        draw_progress(plt.Figure(), photos(0), [], combined, np.zeros((0, 2)))
    with pytest.raises(ValueError, match="photos: 1 with 2 rows"):
        draw_progress(plt.Figure(), photos(1), regions, combined, TRUTH)
    with pytest.raises(ValueError, match=r"rows of \[1, 2\] regions"):
        uneven = [regions[0], regions[1][:1]]
        draw_progress(plt.Figure(), photos(), uneven, combined, TRUTH)
