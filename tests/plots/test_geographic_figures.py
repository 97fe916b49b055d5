import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from geoutils.evaluation.confusion import confusion
from geoutils.evaluation.geographic_calibration import (
    CURVE_LEVELS,
    LEVELS,
    credible_sets,
    geographic_calibration,
)
from geoutils.evaluation.resamples import Resamples
from geoutils.plots.confusion import draw_confusion
from geoutils.plots.geographic_calibration import (
    LEVEL_SHADES,
    draw_coverage,
    draw_credible_map,
    draw_sharpness,
    level_handles,
    set_handles,
)
from geoutils.plots.partition_map import cell_raster

COLORS = {"wide": "#112233", "narrow": "#445566"}


@pytest.fixture
def axes():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.fixture(scope="module")
def curves():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1, (200, 12))
    resamples = Resamples.draw(200, None, 50)
    found = {}
    for name, times in {"wide": 1, "narrow": 4}.items():
        log_probs = times * logits - np.log(np.exp(times * logits).sum(axis=1, keepdims=True))
        sets = credible_sets(log_probs, rng.integers(12, size=200), np.full(12, 9.0), CURVE_LEVELS)
        found[name] = geographic_calibration(sets, resamples)
    return found


def test_a_curve_for_each_method_with_markers_at_the_levels(axes, curves):
    draw_sharpness(axes, curves, COLORS)
    lines = {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}
    assert set(lines) == set(COLORS)
    for name, line in lines.items():
        np.testing.assert_array_equal(line.get_ydata(), curves[name]["coverage"])
        np.testing.assert_array_equal(line.get_xdata(), curves[name]["area_km2"])
    markers = [line for line in axes.lines if line.get_marker() in ("o", "s", "D")]
    assert len(markers) == len(LEVELS) * len(curves)
    assert axes.get_xscale() == "log"
    assert [handle.get_label() for handle in level_handles()] == ["50% set", "80% set", "95% set"]


def test_unknown_areas_end_a_curve(axes, curves):
    table = curves["wide"].copy()
    table.loc[5:, "area_km2"] = np.inf
    draw_sharpness(axes, {"wide": table}, COLORS)
    line = next(line for line in axes.lines if line.get_label() == "wide")
    assert len(line.get_xdata()) == 5


def test_coverage_against_what_sets_hold(axes, curves):
    draw_coverage(axes, curves, COLORS)
    line = next(line for line in axes.lines if line.get_label() == "narrow")
    np.testing.assert_array_equal(line.get_xdata(), curves["narrow"]["held"])
    assert len(axes.collections) == 2  # a band each
    alone = curves["wide"].assign(low=np.nan)
    draw_coverage(axes, {"wide": alone}, COLORS)
    assert len(axes.collections) == 2


def test_one_photos_sets_on_the_map(world, mixed_partition):
    probabilities = np.array([0.0, 0.05, 0.3, 0.05, 0.6])
    with np.errstate(divide="ignore"):
        log_probs = np.log(probabilities)
    image = draw_credible_map(world, mixed_partition, log_probs, np.array([48.9, 2.4]), pixels=300)
    picture, raster = image.get_array(), cell_raster(world, mixed_partition, 300)
    for cell, shade in {4: LEVEL_SHADES[0], 2: LEVEL_SHADES[1], 1: LEVEL_SHADES[2]}.items():
        shown = picture[raster == cell]
        if len(shown):
            np.testing.assert_allclose(shown, np.tile(to_rgba(shade), (len(shown), 1)))
    assert (raster == 2).any() and (raster == 1).any()
    assert (picture[(raster == 0) | (raster < 0)][:, 3] == 0).all()
    assert sum(line.get_marker() == "o" for line in world.lines) == 1
    assert [handle.get_label() for handle in set_handles()][-1] == "truth"


def test_confusion_matrix_has_brackets_for_its_continents(axes):
    centers = np.array([[48.9, 2.4], [45.8, 4.8], [35.7, 139.7], [-12.1, -77.0], [40.7, -74.0]])
    true_cells = np.array([0, 0, 1, 2, 3, 3])
    matrix = confusion(true_cells, np.array([0, 1, 1, 2, 2, 3]), centers, list("abcde"))
    image = draw_confusion(axes, matrix)
    np.testing.assert_array_equal(np.ma.filled(image.get_array(), np.nan), matrix.shares)
    texts = [text.get_text() for text in axes.texts]
    assert sorted(texts) == sorted([*matrix.blocks] * 2)
    rows = {t.get_text(): t.get_position()[1] for t in axes.texts if t.get_ha() == "right"}
    heights = [rows[name] for name in matrix.blocks]
    assert (np.diff(heights) < -0.04).all()  # from the top down, none on another
