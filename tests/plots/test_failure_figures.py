import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from geoutils.evaluation import RADII_KM, accuracy_at, accuracy_by
from geoutils.plots.ceiling import draw_against_ceiling
from geoutils.plots.maps import project
from geoutils.plots.placed import FARTHER_COLOR, RIGHT_COLOR, draw_placed_maps


@pytest.fixture
def photos():
    rng = np.random.default_rng(0)
    truth = np.c_[rng.uniform(-60, 70, 50), rng.uniform(-180, 179, 50)]
    return truth, np.append(10 ** rng.uniform(-1, 4.2, 49), np.inf)


def test_every_photo_is_on_every_map_in_the_colour_of_its_success(photos):
    truth, distances = photos
    figure = plt.figure()
    draw_placed_maps(figure, truth, distances)
    *maps, legend = figure.axes
    assert len(maps) == len(RADII_KM)
    for ax, radius, accuracy in zip(maps, RADII_KM, accuracy_at(distances), strict=True):
        wrong, right = [c for c in ax.collections if len(c.get_offsets()) and c.get_zorder() >= 3]
        assert right.get_zorder() > wrong.get_zorder()
        for dots, inside, color in (
            (right, distances < radius, RIGHT_COLOR),
            (wrong, distances >= radius, FARTHER_COLOR),
        ):
            np.testing.assert_allclose(dots.get_offsets(), project(ax, truth[inside]))
            np.testing.assert_allclose(dots.get_facecolor()[0], to_rgba(color))
        assert f"{accuracy:.1%} closer than {radius:,} km" in ax.get_title(loc="left")
    assert [t.get_text() for t in legend.get_legend().texts][-1] == "placed farther off"
    figure.canvas.draw()
    plt.close(figure)


def test_dumbbells_hold_both_estimates_in_the_order_of_the_table():
    rng = np.random.default_rng(1)
    distances, labels = 10 ** rng.uniform(-1, 4.2, 80), rng.choice(["a", "b", "c"], 80)
    achieved = accuracy_by(distances, labels, n_resamples=20)
    ceiling = accuracy_by(distances / 5, labels, n_resamples=20)[::-1]
    figure, axes = plt.subplots(1, 5, sharey=True)
    draw_against_ceiling(axes, achieved, ceiling, "red")
    order = achieved["label"].unique()
    assert [t.get_text().split("\n")[0] for t in axes[0].get_yticklabels()] == order.tolist()
    for k, ax in enumerate(axes):
        dots, rings = [c.get_offsets()[:, 0] for c in ax.collections if len(c.get_offsets()) == 3]
        for drawn, scale in ((dots, 1), (rings, 5)):
            own = [accuracy_at(distances[labels == name] / scale)[k] for name in order]
            np.testing.assert_allclose(drawn, own)
    figure.canvas.draw()
    plt.close(figure)


def test_ceilings_of_other_labels_are_refused():
    table = accuracy_by(np.ones(3), np.array(["a", "a", "b"]), n_resamples=5)
    _, axes = plt.subplots(1, 5)
    with pytest.raises(ValueError, match=r"ceiling: labels \['a'\]; expected \['a', 'b'\]"):
        draw_against_ceiling(axes, table, table[table["label"] == "a"], "red")
    with pytest.raises(ValueError, match="axes: 4 for 5 radii"):
        draw_against_ceiling(axes[:4], table, table, "red")
    plt.close()
